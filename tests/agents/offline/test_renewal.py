"""Goals that ask for a library that renews itself."""

from __future__ import annotations

import pytest
from planned import plan

from journeyman.domain import Renewal

BASE = "Win back lapsed customers by email, up to 10% off."


@pytest.mark.parametrize(
    ("words", "approval", "days"),
    [
        ("Replace worn-out copy every two weeks, without asking.", "auto", 14),
        ("Replace worn-out copy every two weeks.", "ask", 14),
        ("Keep testing new copy weekly, but ask me first.", "ask", 7),
        ("Refresh the copy every 10 days automatically.", "auto", 10),
        ("Retire weak variants monthly.", "ask", 30),
        ("Keep experimenting.", "ask", 7),
    ],
)
def test_it_is_read_with_its_days_and_whether_to_ask(words: str, approval: str, days: int) -> None:
    made = plan(f"{BASE} {words}")
    assert made.renewal == Renewal(approval=approval, every_days=days)  # type: ignore[arg-type]
    assert made.guardrails == plan(BASE).guardrails and made.schedule == plan(BASE).schedule


@pytest.mark.parametrize("words", ["", "Send a new message every two weeks.", "Renew memberships by email.", "Our copy is worn out."])
def test_other_words_ask_for_nothing(words: str) -> None:
    assert plan(f"{BASE} {words}").renewal is None
