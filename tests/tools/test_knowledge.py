"""Passages by meaning, and near-duplicates: exact, in order of arrival, the same every time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tools.knowledge import THRESHOLD, Knowledge, NearDuplicates, embed

GUIDE = """# Voice

We speak calmly and plainly, like a good neighbor.

# Delivery

Orders leave our warehouse in Portland within two days.

# Evidence

All our teas are certified organic by an independent body.
"""
COPY = [
    "We miss you at Harbor Tea. Your favorite green tea is back on the shelf, and we saved you a cup.",
    "New this week: three smoky blends from a small garden in the hills. Come and taste them first.",
    "Orders above twenty dollars now ship to your door in two days. No car keys, no queue.",
    "A rainy Sunday, a good book, and a pot of something warm. That is the whole idea.",
]
REWORDED = [
    "We miss you at Harbor Tea! Your favorite green tea is back on our shelf, and we have saved you a cup.",
    "New this week: three smoky blends from one small garden in the hills. Come taste them first.",
]


@pytest.fixture(params=["memory", "folder"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return tmp_path / "chroma" if request.param == "folder" else None


def test_passages_come_by_meaning(path: Path | None) -> None:
    knowledge = Knowledge(path)
    assert knowledge.passages("anything") == []
    assert knowledge.add([GUIDE]) == 3
    assert knowledge.add([GUIDE]) == 3  # known already
    assert knowledge.passages("how fast is shipping", 1) == ["Delivery: Orders leave our warehouse in Portland within two days."]
    assert knowledge.passages("proof that the products are organic", 1)[0].startswith("Evidence:")
    assert len(knowledge.passages("tone of voice", 10)) == 3


def test_a_folder_remembers(tmp_path: Path) -> None:
    Knowledge(tmp_path).add([GUIDE])
    assert len(Knowledge(tmp_path).passages("voice", 5)) == 3


def test_one_memory_does_not_see_another() -> None:
    for _ in range(2):
        assert NearDuplicates().add_if_new("sms", ["a"], [COPY[0]]) == [True]


def test_rewordings_are_near_and_other_ideas_are_not() -> None:
    near = NearDuplicates()
    assert near.add_if_new("email", ["0", "1", "2", "3"], COPY) == [True] * 4
    assert near.add_if_new("email", ["4", "5"], REWORDED) == [False, False]
    assert near.add_if_new("sms", ["6", "7"], REWORDED) == [True, True]  # another channel
    assert near.add_if_new("email", [], []) == []


def test_within_one_call_the_first_stays() -> None:
    assert NearDuplicates().add_if_new("email", ["a", "b", "c"], [COPY[0], REWORDED[0], COPY[1]]) == [True, False, True]


def test_an_id_that_is_known_counts_as_new_again_whatever_came_between() -> None:
    near = NearDuplicates()
    assert near.add_if_new("sms", ["a"], [COPY[0]]) == [True]
    assert near.add_if_new("sms", ["b", "a"], [REWORDED[0], COPY[0]]) == [False, True]


def test_a_repeated_call_changes_nothing() -> None:
    near = NearDuplicates()
    items = [("email", "a", COPY[0]), ("sms", "b", REWORDED[0]), ("email", "c", REWORDED[0])]
    assert near.keep(items) == near.keep(items) == {"a": True, "b": True, "c": False}


def test_repeated_ids_are_an_error() -> None:
    with pytest.raises(ValueError, match="differ"):
        NearDuplicates().add_if_new("email", ["a", "a"], COPY[:2])


def test_texts_without_known_words() -> None:
    assert np.isfinite(embed(["", "   ", "🙂"])).all()
    assert embed([]).shape == (0, 256)


def exact(texts: list[str]) -> list[bool]:
    """The rule itself, text by text."""
    kept: list[int] = []
    vectors, answer = embed(texts), []
    for row in range(len(texts)):
        new = not kept or bool((vectors[kept] @ vectors[row]).max() < THRESHOLD)
        answer.append(new)
        kept += [row] if new else []
    return answer


@pytest.mark.parametrize(("step", "block"), [(1, 1000), (37, 1000), (500, 1000), (500, 37)])
def test_500_texts_are_decided_as_one_after_another(step: int, block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.knowledge.BLOCK", block)
    draw = np.random.default_rng(7)
    words = " ".join([*COPY, GUIDE]).split()
    texts = []
    for n in range(500):  # every third is an earlier text with a word or two exchanged
        parts = texts[draw.integers(n)].split() if n and n % 3 == 0 else list(draw.choice(words, 14))
        for at in draw.integers(0, len(parts), 1 + n % 2) if n % 3 == 0 else []:
            parts[at] = str(draw.choice(words))
        texts.append(" ".join(parts))
    near = NearDuplicates()
    found = [
        new
        for s in range(0, 500, step)
        for new in near.add_if_new("push", [f"{n}" for n in range(s, min(s + step, 500))], texts[s : s + step])
    ]
    assert found == exact(texts)
    assert 50 < found.count(False) < 250
