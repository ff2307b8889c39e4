"""Offline copy: seconds from briefs to 300 approved variants, checks and near-duplicate removal included."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.measure import line


def main() -> None:
    """Prints a line per use case."""
    for use_case in ("winback", "retail", "saas", "fintech", "hospitality"):
        with tempfile.TemporaryDirectory() as folder:
            place = str(Path(folder) / "w")
            command = [sys.executable, "-m", "app", "demo", "--use-case", use_case, "--days", "1", "--json", "--workspace", place]
            told = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        print(line("copy.write", told["seconds"]["write"], "s", use_case=use_case, approved=told["variants"]["approved"]))


if __name__ == "__main__":
    main()
