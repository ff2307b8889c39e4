"""The five template workspaces: every file opens, and what they say hangs together."""

import re
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.workspace import Workspace

TEMPLATES = Path(__file__).parents[2] / "app" / "templates"
START = {"winback": date(2018, 1, 22)}
USE_CASES = ["winback", "retail", "saas", "fintech", "hospitality"]


@pytest.fixture(params=USE_CASES)
def opened(request):
    return request.param, Workspace.open(TEMPLATES / request.param)


def test_it_opens_and_knows_its_use_case(opened):
    use_case, space = opened
    assert space.settings.use_case == use_case and space.settings.model == "offline"
    assert space.outbox == space.root / "outbox"
    assert space.settings.guardrails.frequency_caps[0].limit == 2 and space.settings.guardrails.quiet_hours.start.hour == 21


def test_the_brand_is_complete_and_made_up(opened):
    _, space = opened
    brand = space.settings.brand
    assert brand.voice and brand.evidence and brand.banned_phrases and len(brand.products) >= 3
    assert all(host.endswith(".example") for host in brand.domains)
    assert brand.from_email.split("@")[1] in brand.domains and brand.contact_email.split("@")[1] in brand.domains
    assert re.fullmatch(r"\+1 \d{3} 555 01\d\d", brand.contact_phone)
    assert len(brand.postal_address.split(",")) >= 4
    assert all(p.url and p.url.split("/")[2] in brand.domains and p.url.startswith("https://") for p in brand.products)
    assert [ZoneInfo(zone).key for zone in brand.time_zones] == brand.time_zones


def test_offers_outlive_the_journey_and_tell_their_terms(opened):
    use_case, space = opened
    end = START.get(use_case, date(2026, 3, 2)) + timedelta(days=28)
    for offer in space.settings.brand.incentives:
        assert offer.expires > end and offer.conditions
        assert offer.kind == "points" or offer.code
    levels = {i.key for i in space.settings.brand.incentives}
    assert (
        levels
        == {
            "winback": {"percent_off-10", "percent_off-15", "percent_off-20"},
            "retail": {"percent_off-10", "percent_off-15", "free_shipping"},
            "saas": set(),
            "fintech": {"points-500", "points-1000"},
            "hospitality": {"percent_off-10", "percent_off-15", "points-1000", "points-2000"},
        }[use_case]
    )


def test_the_goal_stands_in_one_sentence_or_two(opened):
    _, space = opened
    goal = (space.root / "goal.txt").read_text(encoding="utf-8")
    assert "at most two messages a week, never between 9pm and 8am" in goal and goal.endswith(".\n")


def test_knowledge_agrees_with_the_brand(opened):
    _, space = opened
    brand, text = space.settings.brand, "\n".join(space.passages())
    assert brand.name in text
    assert all(e.claim in text for e in brand.evidence)
    assert all(offer.code in text for offer in brand.incentives if offer.code)
    assert {p.name for p in (space.root / "knowledge").iterdir()} == {"brand-guide.md", "evidence.md", "offers.md"}
