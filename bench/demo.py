"""The whole demonstration on real households, cold, in a process of its own: seconds by stage, all of it, and the peak of memory.

Also `journeyman --help`: what a user waits for the command line to answer at all.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from bench.measure import line


def main() -> None:
    """Prints a line per measurement."""
    subprocess.run([sys.executable, "-m", "app", "--help"], capture_output=True, check=True)
    begun = perf_counter()
    subprocess.run([sys.executable, "-m", "app", "--help"], capture_output=True, check=True)
    print(line("cli.help", perf_counter() - begun, "s"))
    with tempfile.TemporaryDirectory() as folder:
        begun = perf_counter()
        command = [
            sys.executable,
            "-m",
            "app",
            "demo",
            "--use-case",
            "winback",
            "--seed",
            "7",
            "--json",
            "--workspace",
            str(Path(folder) / "w"),
        ]
        ended = subprocess.run(command, capture_output=True, text=True, check=True)
        print(line("demo.total", perf_counter() - begun, "s", use_case="winback"))
    told = json.loads(ended.stdout)
    for stage, seconds in told["seconds"].items():
        print(line(f"demo.{stage}", seconds, "s", use_case="winback"))
    print(line("demo.decide_day", told["seconds"]["decide"] / 28, "s per day", customers=told["customers"]))
    print(line("demo.peak_memory", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, "MB", use_case="winback"))


if __name__ == "__main__":
    main()
