"""The command line: one command per file; heavy imports happen inside a command, so that `--help` answers at once.

Every command takes `--workspace DIR` and `--json` (one JSON document or JSON Lines on stdout; all that is for people on stderr).
Exit codes: 0 done, 1 a finding, 2 wrong use. What a user can mend prints without a traceback and says what to do.
"""

from __future__ import annotations

import os
import sys

import typer

from app.cli import approve, check, data, deliver, demo, doctor, eval, explain, init, learn, ope, plan, report, run, simulate, trace, write
from journeyman.errors import JourneymanError

app = typer.Typer(
    name="journeyman",
    help="Goals in, tested messages and measured lift out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("demo")(demo.demo)
app.command("init")(init.init)
app.add_typer(data.app, name="data")
app.command("plan")(plan.plan)
app.command("approve")(approve.approve)
app.command("write")(write.write)
app.command("check")(check.check)
app.command("run")(run.run)
app.command("deliver")(deliver.deliver)
app.command("learn")(learn.learn)
app.command("report")(report.report)
app.command("explain")(explain.explain)
app.command("ope")(ope.ope)
app.command("simulate")(simulate.simulate)
app.command("trace")(trace.trace)
app.add_typer(eval.app, name="eval")
app.command("doctor")(doctor.doctor)


def main() -> None:
    """The console script. Turns our errors into a sentence, a remedy and exit code 2."""
    try:
        app()
    except JourneymanError as problem:
        print(f"Error: {problem.message}", file=sys.stderr)  # noqa: T201
        if problem.remedy:
            print(f"       {problem.remedy}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
    except BrokenPipeError:  # the reader of our output went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
