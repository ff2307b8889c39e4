"""`python -m bench [NAME ...]`: runs the benchmarks (all, or those named) one after another, each in a process of its own, and keeps what
they print in `bench/results/NAME.jsonl`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(names: list[str]) -> int:
    """Exit code 1 when a benchmark failed; the others still run."""
    known = sorted(f.stem for f in HERE.glob("*.py") if not f.stem.startswith("_") and f.stem not in {"measure", "page"})
    (HERE / "results").mkdir(exist_ok=True)
    failed = False
    for name in names or known:
        if name not in known:
            print(f"There is no benchmark {name}; there are {', '.join(known)}.", file=sys.stderr)
            return 2
        print(f"# {name}", file=sys.stderr)
        one = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}  # as the program itself (decision 006)
        ended = subprocess.run([sys.executable, "-m", f"bench.{name}"], stdout=subprocess.PIPE, text=True, check=False, env=one)
        sys.stdout.write(ended.stdout)
        (HERE / "results" / f"{name}.jsonl").write_text(ended.stdout)
        failed |= ended.returncode != 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
