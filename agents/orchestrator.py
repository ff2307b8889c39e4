"""The orchestrator on a language model: reads a policy's report, looks up what else it needs, gives orders for one run.

Orders can only tighten the approved plan, and the tools it is given change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from agents.ask import Door
from agents.loop import Tool, work
from journeyman.domain import Channel, Orders, Plan, PolicyReport, SendWindow

FLOOR = (0.01, 0.2)
"""The least and the most exploration a model may order."""
STEPS = 3
"""Questions to the model in one run, its orders among them: a run waits for them."""


class OrdersReply(BaseModel):
    """The reply to `orchestrate`: Orders with tighter bounds, every field said."""

    model_config = ConfigDict(extra="forbid")

    pace: float = Field(ge=0, le=1)
    floor: float = Field(ge=FLOOR[0], le=FLOOR[1])
    rest: list[Channel] = Field(max_length=4)
    windows: list[SendWindow] | None = Field(max_length=4)
    rollout: float = Field(ge=0.1, le=1)
    note: str = Field(min_length=1, max_length=600)


class ModelOrchestrator:
    """Asks the door for orders once a run, after at most STEPS - 1 look-ups."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def orchestrate(self, report: PolicyReport, plan: Plan, tools: Mapping[str, Tool] = {}) -> Orders:
        """Orders within the plan: channels rested are the plan's and never all of them, windows a part of the plan's. Raises ModelError."""
        sets = plan.action_sets

        def check(reply: OrdersReply) -> OrdersReply:
            if foreign := [c for c in reply.rest if c not in sets.channels]:
                raise ValueError(f"rest: the plan does not use {', '.join(foreign)}.")
            if set(reply.rest) >= set(sets.channels):
                raise ValueError("rest: at least one channel stays.")
            if reply.windows is not None and not (reply.windows and set(reply.windows) <= set(sets.send_windows)):
                raise ValueError(f"windows: null, or some of {', '.join(sets.send_windows)}.")
            return reply

        found = await work(
            self._door,
            "orchestrate",
            OrdersReply,
            tools,
            agent="orchestrator",
            check=check,
            steps=STEPS,
            goal=plan.goal,
            report=report.model_dump(mode="json"),
            channels=sets.channels,
            windows=sets.send_windows,
        )
        return Orders(**found.model_dump())
