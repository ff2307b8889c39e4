"""`journeyman deliver JOURNEY`: what is due goes out, nothing is decided. For the hours between two runs, and for very many messages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.console import HERE, JsonOption, WorkspaceOption, emit, people

if TYPE_CHECKING:
    from journeyman.delivery.dispatch import Tally


def deliver(
    journey: Annotated[str, typer.Argument(help="The journey's name.")],
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes that send at once; one per core is best.")] = 1,
    workspace: WorkspaceOption = HERE,
    json: JsonOption = False,
) -> None:
    """Send what is due: messages whose hour has come, and what a crash left. Decides nothing, sends nothing twice."""
    from journeyman.delivery.crew import together

    try:
        tally = together(lambda turn: _sent(workspace, journey, turn), workers, first=lambda: _begun(workspace, journey))
    except _Paused as why:
        if json:
            emit({"journey": journey, "tally": {}, "paused": str(why)})
        else:
            people().print(
                f"[red]{journey} is paused; nothing was sent.[/] {why}\nWhen the cause is mended: `journeyman approve {journey}`."
            )
        raise typer.Exit(1) from why
    if json:
        emit({"journey": journey, "tally": tally.model_dump()})
        return
    held = "".join(f", {count:,} blocked ({reason})" for reason, count in tally.blocked.items())
    rest = {"waiting": tally.waiting, "failed": tally.failed, "perhaps sent": tally.unknown, "to be repeated": tally.unsettled}
    people().print(f"{journey}: {tally.sent:,} sent{held}{''.join(f', {count:,} {name}' for name, count in rest.items() if count)}.")


class _Paused(Exception):
    """The journey stands still, and why."""


def _begun(workspace: Path, journey: str) -> Tally:
    """What the tables tell is heard first, opt-outs above all; then what a crash left claimed is dealt with."""
    from app.office import Office
    from app.outgoing import way_out
    from journeyman.delivery import complaints
    from journeyman.delivery.dispatch import recover
    from journeyman.store import journeys

    with Office.open(workspace) as office:
        office.news(journey, office.look_into(journey))
        if journeys.read(office.store, journey).state == "paused":
            raise _Paused(complaints.why_paused(office.store, journey) or "A person paused it.")
        return recover(office.store, *way_out(office.space, office.store, office.clock), office.clock, journey)


def _sent(workspace: Path, journey: str, turn: int) -> Tally:
    """One worker's part, over a database opened by itself."""
    from app.outgoing import way_out
    from app.workspace import Workspace
    from journeyman.clock import SystemClock
    from journeyman.delivery.dispatch import send_due
    from journeyman.store import Store

    space, clock = Workspace.open(workspace), SystemClock()
    store = Store.open(space.database, clock=clock)
    try:
        return send_due(store, *way_out(space, store, clock), clock, journey, turn=turn)
    finally:
        store.close()
