"""The campaign graph asks back before it plans: an interrupt, its answers, and going on without them."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.office import Office
from app.planning import plan
from app.workspace import Workspace
from journeyman.clock import ManualClock
from journeyman.errors import PlanError, RunError
from journeyman.simulation.worlds import prepare
from journeyman.store import audit, journeys

ROOT = Path(__file__).parent.parent.parent
GOAL = "Win back customers who have not ordered for 60 days, email only, no email, one message a week, up to 15% off."


@pytest.fixture
def office(tmp_path: Path) -> Any:
    folder = tmp_path / "shop"
    shutil.copytree(ROOT / "app" / "templates" / "retail", folder)
    prepare("retail", folder, 7, customers=100)
    with Office(Workspace.open(folder), ManualClock(datetime(2026, 3, 2, 5, tzinfo=UTC))) as opened:
        opened.also = ["order"]
        yield opened


def told(office: Office) -> list[tuple[str, str]]:
    return [(e.actor, e.action) for e in audit.read(office.store)]


def test_it_waits_for_answers_and_plans_with_them(office: Office) -> None:
    made = asyncio.run(plan(office, GOAL))
    assert made.plan is None and [q.id for q in made.questions] == ["channels"]
    assert not journeys.listed(office.store), "nothing is kept as a plan before there is one"
    again = asyncio.run(plan(office, GOAL))
    assert again.journey == made.journey and again.questions == made.questions
    done = asyncio.run(plan(office, None, ["SMS"], by="Ada"))
    assert done.journey == made.journey and done.plan and done.plan.action_sets.channels == ["sms"]
    assert done.plan.goal == f"{GOAL}\nSMS" and journeys.plan(office.store, done.plan.name) == done.plan
    assert told(office) == [("planner", "ask"), ("Ada", "answer")]
    asyncio.run(office.answer(done.plan.name, approved=True, by="Ada"))
    assert journeys.read(office.store, done.plan.name).state == "approved"


def test_it_goes_on_under_assumptions_that_stand_in_the_plan(office: Office) -> None:
    asked = asyncio.run(plan(office, GOAL))
    done = asyncio.run(plan(office, GOAL, assume=True))
    assert done.plan and done.plan.assumptions[0] == asked.questions[0].assumed
    assert told(office) == [("planner", "ask"), ("command line", "assume")]
    at_once = asyncio.run(plan(office, f"{GOAL} Keep 5% as a holdout.", assume=True))
    assert at_once.plan and at_once.journey != done.journey and at_once.plan.assumptions[0] == done.plan.assumptions[0]


def test_an_answer_that_opens_another_question_is_asked_on(office: Office) -> None:
    asyncio.run(plan(office, GOAL))
    more = asyncio.run(plan(office, GOAL, ["no email, no SMS, no push, no in-app"]))
    assert more.plan is None and [q.id for q in more.questions] == ["no_channel"]
    assert asyncio.run(plan(office, GOAL, assume=True)).plan is None, "nothing sensible can be assumed"
    done = asyncio.run(plan(office, GOAL, ["push"]))
    assert done.plan and done.plan.action_sets.channels == ["push"]


def test_another_goal_does_not_take_a_waiting_ones_name(office: Office) -> None:
    first = asyncio.run(plan(office, GOAL))
    second = asyncio.run(plan(office, "Win back customers who have not ordered for 90 days, by push."))
    assert second.plan and second.journey != first.journey


def test_approval_is_no_answer_and_answers_need_a_question(office: Office) -> None:
    made = asyncio.run(plan(office, GOAL))
    with pytest.raises(RunError, match="waits for answers first"):
        asyncio.run(office.campaign(str(made.journey), answer={"approved": True, "by": "Ada"}))
    asyncio.run(office.campaign(str(made.journey), answer={"answers": "SMS"}))
    assert asyncio.run(plan(office, GOAL)).questions == made.questions
    with pytest.raises(RunError, match="waits for no answers"):
        asyncio.run(plan(office, "Win back customers who have not ordered for 90 days, by push.", ["SMS"]))


def test_where_nobody_can_answer_it_assumes_or_stops(office: Office) -> None:
    name = asyncio.run(office.name_for(GOAL))
    asyncio.run(office.campaign(name, {"goal": GOAL, "target": 10}, auto=True))
    assert journeys.plan(office.store, name).action_sets.channels == ["email"]
    with pytest.raises(PlanError, match="what customers should do"):
        asyncio.run(office.campaign("nothing", {"goal": "hello world", "target": 10}, auto=True))


def test_nothing_was_asked_yet(office: Office) -> None:
    with pytest.raises(RunError, match="No goal waits"):
        asyncio.run(plan(office, None, ["SMS"]))
