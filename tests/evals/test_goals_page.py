"""What docs/goals.md says a goal can say is read so, and alike in the four languages."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from agents.offline.planner import OfflinePlanner
from agents.offline.tongues import LANGUAGES
from agents.roles import Setting
from evals.scorers.planner import facts
from journeyman.domain import Brand, Plan

PAGE = Path(__file__).parents[2] / "docs" / "goals.md"
LEAD = {
    "en": "Win back our lapsed customers by email and SMS.", "de": "Unsere inaktiven Kunden per E-Mail und SMS zurückgewinnen.",
    "fr": "Reconquérir nos clients inactifs par e-mail et SMS.", "es": "Recuperar a nuestros clientes inactivos por email y SMS.",
}  # fmt: skip
FIELDS = {
    "audience": ["where"], "channels": ["channels"], "offer": ["offers", "max"], "budget": ["budget"], "how often": ["caps", "cooldown"],
    "when": ["quiet", "windows"], "how long": ["days"], "tone, words": ["tones"], "language": ["languages"], "comparison": ["holdout"],
    "priority": ["priority"],
}  # fmt: skip
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.read_text("utf-8").splitlines() if line.startswith("| ")]
SAID = [
    (row[0], number, phrases)
    for row in ROWS
    if row[0] in FIELDS and len(row) == 5
    for number, phrases in enumerate(zip(*(cell.split(" · ") for cell in row[1:]), strict=False))
]


def read(language: str, phrase: str) -> dict[str, Any]:
    lead = "" if phrase.startswith(("email only", "nur E-Mail", "e-mail uniquement", "solo email")) else LEAD[language]
    lead = lead or LEAD[language].split(" by ")[0].split(" per ")[0].split(" par ")[0].split(" por ")[0] + "."
    goal = f"{lead} {phrase[0].upper()}{phrase[1:]}."
    made = asyncio.run(OfflinePlanner().plan(goal, Setting(Brand(name="Acme"), "2026-11-24")))
    assert isinstance(made, Plan), (goal, made)
    told = facts(made)
    return told | {"budget": told["budget"] and told["budget"].split()[0]}


@pytest.mark.parametrize(("row", "number", "phrases"), SAID, ids=[f"{row}-{number}" for row, number, _ in SAID])
def test_a_phrase_of_the_page_means_the_same_in_every_language(row: str, number: int, phrases: tuple[str, ...]) -> None:
    told = {language: {f: read(language, phrase)[f] for f in FIELDS[row]} for language, phrase in zip(LANGUAGES, phrases, strict=True)}
    if row == "language":
        assert {len(t["languages"]) for t in told.values()} == {2}
        return
    assert all(t == told["en"] for t in told.values()), told
    usual = asyncio.run(OfflinePlanner().plan(LEAD["en"], Setting(Brand(name="Acme"), "2026-11-24")))
    assert isinstance(usual, Plan)
    if row not in ("channels", "tone, words") and phrases[0] not in ("no discounts", "never between 9pm and 8am", "at most twice a week"):
        assert told["en"] != {f: facts(usual)[f] for f in FIELDS[row]}, "the phrase changes nothing"


def test_the_page_has_rows_enough() -> None:
    assert {row for row, _, _ in SAID} == set(FIELDS) and len(SAID) >= 18
