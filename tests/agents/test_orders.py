"""What copy is ordered, in which language, and what writers are shown."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents import orders
from agents.briefs import HEADROOM, NONE, first_round, proposed, top_up
from journeyman.domain import Brand, Brief, Hypothesis, Incentive, Plan, Variant, Written

BRAND = Brand(name="Acme")
OFFERS = [Incentive(kind="percent_off", value=10, code="TEN"), Incentive(kind="free_shipping")]


def plan(*hypotheses: str, **sets: object) -> Plan:
    levers = {
        "channels": ["email", "sms", "push"],
        "themes": ["savings", "new_in", "care_tips", "we_miss_you"],
        "tones": ["warm", "playful", "direct"],
        "products": ["lamp", "chair"],
        "incentives": OFFERS,
        "send_windows": ["morning"],
    }
    return Plan.model_validate(
        {
            "name": "test", "goal": "Sell.", "objective": {"events": [{"event": "order"}]}, "hypotheses": hypotheses,
            "audience": {"description": "all", "where": {"all": []}}, "action_sets": levers | sets,
        }
    )  # fmt: skip


def cell(b: Brief) -> tuple[str, ...]:
    return (b.channel, b.theme, b.tone, b.incentive.key if b.incentive else NONE, b.product or NONE)


def written(id: str, **more: object) -> Written:
    told = {"id": id, "channel": "email", "body": f"Body of {id}.", "theme": "savings", "tone": "warm", "product": "lamp"} | more
    return Written(variant=Variant.model_validate(told), brief="b", author="x")


@pytest.mark.parametrize("target", [20, 40, 300, 500])
def test_briefs_cover_every_pair_and_the_target(target: int) -> None:
    briefs = first_round(plan(), BRAND, target)
    have = {p for b in briefs for p in combinations(enumerate(cell(b)), 2)}
    sizes = (3, 4, 3, 3, 2)
    assert len(have) == sum(a * b for a, b in combinations(sizes, 2))
    assert ceil(target * HEADROOM) <= sum(b.count for b in briefs) <= ceil(target * HEADROOM) + len(briefs)
    assert len({b.id for b in briefs}) == len(briefs) == len(set(map(cell, briefs)))


def test_the_same_order_twice_is_the_same() -> None:
    assert first_round(plan(), BRAND, 300) == first_round(plan(), BRAND, 300)


def test_hypotheses_give_their_levels_more_copy() -> None:
    said = Hypothesis(text="What is new works best.", lever="theme", level="new_in", strength=1)
    hopeful = plan().model_copy(update={"hypotheses": [said]})
    count = Counter[str]()
    for b in first_round(hopeful, BRAND, 300):
        count[b.theme] += b.count
    assert count["new_in"] > 1.5 * max(n for theme, n in count.items() if theme != "new_in")


def test_an_offer_too_long_for_a_channel_is_not_ordered_there() -> None:
    long = Incentive(kind="percent_off", value=5, conditions="On orders over $80, furniture and gift cards excluded. " * 5)
    briefs = first_round(plan(incentives=[*OFFERS, long]), BRAND, 300)
    assert {b.channel for b in briefs if b.incentive == long} == {"email"}


def test_a_top_up_orders_what_is_thin_under_new_names() -> None:
    first = first_round(plan(), BRAND, 60)
    library = [
        written(f"{b.id}-{n}", channel=b.channel, theme=b.theme, tone=b.tone, product=b.product, incentive=b.incentive)
        for b in first[5:]
        for n in range(1)
    ]
    more = top_up(plan(), BRAND, 60, library, 2)
    assert {cell(b) for b in first[:5]} <= {cell(b) for b in more} and all(b.id.endswith("-r2") for b in more)
    assert sum(b.count for b in more) >= 60 - len(library)
    assert top_up(plan(), BRAND, len(library), library, 3) == []


def test_wishes_become_briefs_in_their_cells_only() -> None:
    briefs = proposed(plan(), BRAND, [{"theme": "savings", "channel": "sms"}, {"theme": "unheard_of"}, {"tone": "warm"}], 20, 7)
    assert briefs and all((b.theme == "savings" and b.channel == "sms") or b.tone == "warm" for b in briefs)
    assert 20 <= sum(b.count for b in briefs) <= 20 + len(briefs) and all(b.id.endswith("-r7") for b in briefs)
    assert proposed(plan(), BRAND, [{"theme": "unheard_of"}], 20, 7) == []


def test_languages_follow_the_audience() -> None:
    wanted = orders.targets({"de": 300, "en": 500, "fr": 195, "it": 5}, BRAND, 300)
    assert wanted == {"en": 300, "de": 90, "fr": 59} and next(iter(wanted)) == "en"
    assert orders.targets({}, BRAND, 300) == {"en": 300}
    assert orders.targets({"de": 20, "en": 980}, BRAND, 300)["de"] == orders.FEWEST


def test_the_brands_language_comes_first_and_rounds_end() -> None:
    wanted = {"en": 1, "de": 1, "fr": 1}
    assert orders.due(orders.lacking(wanted, []), {}, "en") == ["en"]
    assert orders.due(orders.lacking(wanted, [written("a")]), {"en": 1}, "en") == ["de", "fr"]
    assert orders.due(wanted, {"en": orders.ROUNDS, "de": orders.ROUNDS}, "en") == ["fr"]
    assert orders.due(wanted, dict.fromkeys(wanted, orders.ROUNDS), "en") == []
    assert orders.due({"de": 1, "it": 5}, {}, "en", {"en", "de"}) == ["de"] and orders.due({"it": 5}, {}, "en", {"en"}) == []


def test_translation_briefs_name_approved_copy_of_their_cell() -> None:
    library = [written(f"en-{c}-{t}", channel=c, theme=t) for c in ("email", "sms", "push") for t in ("savings", "new_in")]
    briefs = orders.orders(plan(), BRAND, {"en": 6, "de": 40}, "de", 1, library)
    assert all(b.language == "de" for b in briefs) and any(b.translates for b in briefs)
    by_id = {w.variant.id: w.variant for w in library}
    for b in briefs:
        assert all((by_id[id_].channel, by_id[id_].theme) == (b.channel, b.theme) for id_ in b.translates)
        assert not b.translates or b.incentive is None
    again = orders.orders(plan(), BRAND, {"en": 6, "de": 40}, "de", 1, library)
    assert briefs == again


def test_writers_see_what_exists_across_briefs_nearest_last() -> None:
    order = Brief(id="b", channel="email", theme="savings", tone="warm", product="lamp")
    shelf = [
        written("far", tone="direct", product="chair", incentive=OFFERS[0]),
        written("near"),
        written("middle", product="chair"),
        written("other-theme", theme="new_in"),
        written("other-channel", channel="sms"),
        written("german", language="de"),
    ]
    assert orders.known(order, shelf) == ["far", "middle", "near"]
    assert len(orders.known(order, [written(f"w{n}") for n in range(200)])) == orders.KNOWN


def test_briefs_of_a_round_know_of_each_other() -> None:
    briefs = orders.orders(plan(), BRAND, {"en": 300}, "en", 1, [])
    assert sum("Others write for this channel and theme" in b.note for b in briefs) > len(briefs) / 2


@given(st.integers(1, 600), st.integers(1, 4), st.integers(1, 12), st.integers(1, 3), st.integers(0, 30))
@settings(max_examples=30, deadline=None)
def test_any_plan_gets_as_many_as_wanted(target: int, channels: int, themes: int, tones: int, products: int) -> None:
    any_plan = plan(
        channels=["email", "sms", "push", "in_app"][:channels],
        themes=[f"theme {n}" for n in range(themes)],
        tones=["warm", "playful", "direct"][:tones],
        products=[f"product/{n}" for n in range(products)],
    )
    briefs = first_round(any_plan, BRAND, target)
    wanted = ceil(target * HEADROOM)
    assert sum(b.count for b in briefs) >= min(wanted, 100 * len(briefs))
    assert sum(b.count for b in briefs) <= wanted + len(briefs) and len(briefs) <= wanted
