"""The send gate, promise by promise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from journeyman.delivery.gatekeeper import Blocked, Claimed, Waiting
from journeyman.domain import BlockReason, FrequencyCap, Money, Written
from journeyman.store import Store, budget, customers, journeys, library, outbox
from tests.delivery.small_world import NOON, World, a_customer, a_plan, a_variant, a_world

MORNING = NOON.replace(hour=12, minute=30)  # 07:30 in New York


@pytest.fixture
def world(tmp_path: Path) -> World:
    return a_world(tmp_path)


def reasons(world: World, *wanted: Any) -> list[BlockReason | str]:
    answers = world.gate.claim(world.plan_sends(*wanted))
    return [a.reason if isinstance(a, Blocked) else type(a).__name__ for a in answers]


def test_a_claim_is_written_before_it_is_answered(world: World) -> None:
    (send,) = world.plan_sends((0, "email", {"liability": 2.5}))
    (claim,) = world.gate.claim([send])
    assert isinstance(claim, Claimed) and claim.at == NOON and claim.send.state == "claimed"
    assert claim.rendered.subject == "Ann, we kept your place" and claim.unsubscribe_url in claim.rendered.body
    assert world.state(send) == ("claimed", None)
    assert budget.outstanding(world.store, "winback") == {send.id: 2.5}
    assert [type(a) for a in world.gate.claim([send])] == [Blocked]
    assert world.state(send) == ("claimed", None)


def test_the_same_send_twice_in_a_batch_is_claimed_once(world: World) -> None:
    (send,) = world.plan_sends((0, "email"))
    first, second = world.gate.claim([send, send])
    assert isinstance(first, Claimed) and isinstance(second, Blocked) and second.reason == "duplicate"


def test_a_send_that_was_never_enqueued_does_not_leave(world: World) -> None:
    (answer,) = world.gate.claim([world.make(0, "email")])
    assert isinstance(answer, Blocked)


def test_the_outbox_counts_not_the_copy_passed_in(world: World) -> None:
    (send,) = world.plan_sends((0, "email"))
    forged = send.model_copy(update={"address": "else@example.com", "customer": "c00001", "topic": "transactional"})
    (answer,) = world.gate.claim([forged])
    assert isinstance(answer, Claimed) and answer.send.address == "person0@example.com" and answer.send.topic == "marketing"


Change = Callable[[Store], None]


def _edit(store: Store) -> None:
    edited = a_variant().model_copy(update={"body": "Edited {{ unsubscribe_url }}"})
    library.replace(store, "winback", [Written(variant=edited, brief="b", author="t")])


def _edit_and_approve(store: Store) -> None:
    _edit(store)
    library.settle(store, "winback", approved=["email-marketing"])


def _edit_behind_the_back(store: Store) -> None:
    with store.transaction() as connection:
        connection.execute(text("update variants set body = replace(body, 'Come', 'Go') where id = 'email-marketing'"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda s: journeys.pause(s, "winback"), "plan_not_live"),
        (_edit, "not_approved"),
        (_edit_and_approve, "not_approved"),
        (_edit_behind_the_back, "not_approved"),
        (lambda s: library.retire(s, "winback", ["email-marketing"]), "not_approved"),
        (lambda s: customers.save(s, [a_customer(0, email=None)]), "no_address"),
        (lambda s: customers.save(s, [a_customer(0, email="moved@example.com")]), "no_address"),
        (lambda s: customers.save(s, [a_customer(0, email="broken@")]), "no_address"),
        (lambda s: customers.suppress(s, "email", ["person0@example.com"], reason="bounced"), "suppressed"),
        (lambda s: customers.suppress(s, "email", ["person0@example.com"], reason="left", scope="marketing"), "suppressed"),
        (lambda s: customers.withdraw(s, "c00000", ["email"]), "consent"),
        (lambda s: customers.save(s, [a_customer(0, consent=frozenset({("email", "transactional")}))]), "consent"),
    ],
)
def test_what_changed_since_planning_counts(world: World, change: Change, reason: str) -> None:
    (send,) = world.plan_sends((0, "email"))
    other = world.plan_sends((1, "sms"))
    change(world.store)
    answer, elsewhere = world.gate.claim([send, *other])
    assert isinstance(answer, Blocked) and answer.reason == reason
    assert world.state(send) == ("blocked", reason)
    assert isinstance(elsewhere, Claimed) or reason == "plan_not_live"


def test_the_same_address_written_differently_is_still_the_customers(world: World) -> None:
    (send,) = world.plan_sends((0, "email"))
    customers.save(world.store, [a_customer(0, email=" Person0@EXAMPLE.com ")])
    assert isinstance(world.gate.claim([send])[0], Claimed)


def test_a_plan_version_that_was_never_approved_does_not_send(world: World) -> None:
    journeys.save_plan(world.store, a_plan(cooldown_hours=1))
    assert reasons(world, (0, "email", {"plan_version": 2}), (1, "email", {"plan_version": 1})) == ["plan_not_live", "Claimed"]


def test_the_approved_limits_of_today_hold_for_sends_of_yesterdays_plan(world: World) -> None:
    sends = world.plan_sends((0, "email"))
    journeys.save_plan(world.store, a_plan(frequency_caps=[FrequencyCap(limit=0)]))
    journeys.approve(world.store, "winback", by="Ann")
    (answer,) = world.gate.claim(sends)
    assert isinstance(answer, Blocked) and answer.reason == "cap"


@pytest.mark.parametrize(
    "changes", [{"variant": "sms-marketing"}, {"topic": "transactional", "variant": "email-marketing"}, {"arm": "holdout"}]
)
def test_a_send_that_does_not_match_its_variant_or_arm_does_not_leave(world: World, changes: dict[str, Any]) -> None:
    assert reasons(world, (0, "email", changes)) == ["not_approved"]


def test_a_transactional_send_needs_its_own_consent_and_passes_a_marketing_opt_out(world: World) -> None:
    customers.withdraw(world.store, "c00000", ["email"])
    customers.suppress(world.store, "email", ["person0@example.com"], reason="left", scope="marketing")
    customers.withdraw(world.store, "c00001", ["email"], "transactional")
    wanted = [(n, "email", {"topic": "transactional"}) for n in (0, 1)]
    assert reasons(world, *wanted) == ["Claimed", "consent"]


def test_a_cap_of_nought_means_none_and_no_cap_means_uncapped(tmp_path: Path) -> None:
    none, free = a_plan("none", frequency_caps=[FrequencyCap(limit=0)]), a_plan("free")
    world = a_world(tmp_path, plans=[none, free])
    assert reasons(world, (0, "email", {"journey": "none"})) == ["cap"]
    assert reasons(world, (0, "email", {"journey": "none", "topic": "transactional", "slot": "t"})) == ["Claimed"]
    many = [(0, channel, {"journey": "free", "slot": f"{k}"}) for k in range(5) for channel in ("email", "sms")]
    assert reasons(world, *many) == ["Claimed"] * 10


def test_caps_count_a_rolling_window_over_all_journeys(tmp_path: Path) -> None:
    cap = {"frequency_caps": [FrequencyCap(limit=2, window_days=7), FrequencyCap(channel="sms", limit=1, window_days=7)]}
    world = a_world(tmp_path, plans=[a_plan("a", **cap), a_plan("b", **cap)])
    assert reasons(world, (0, "sms", {"journey": "a"}), (0, "sms", {"journey": "b"}), (0, "email", {"journey": "b"})) == [
        "Claimed", "cap", "Claimed",
    ]  # fmt: skip
    assert reasons(world, (0, "push", {"journey": "a", "slot": "2"}), (1, "push", {"journey": "a", "slot": "2"})) == ["cap", "Claimed"]
    world.clock.advance_to(NOON + timedelta(days=7) - timedelta(seconds=1))
    assert reasons(world, (0, "push", {"journey": "a", "slot": "3"})) == ["cap"]
    world.clock.advance_to(NOON + timedelta(days=7))
    again = [
        (0, "push", {"journey": "a", "slot": "4"}),
        (0, "sms", {"journey": "a", "slot": "4"}),
        (0, "in_app", {"journey": "a", "slot": "4"}),
    ]
    assert reasons(world, *again) == ["Claimed", "Claimed", "cap"]


@pytest.mark.parametrize(("end", "counts"), [("sent", True), ("unknown", True), ("failed", False), ("unclaim", False)])
def test_what_may_have_arrived_counts(tmp_path: Path, end: str, counts: bool) -> None:
    world = a_world(tmp_path, plans=[a_plan(frequency_caps=[FrequencyCap(limit=1)])])
    (send,) = world.plan_sends((0, "email"))
    (claim,) = world.gate.claim([send])
    assert isinstance(claim, Claimed)
    {
        "sent": lambda: outbox.sent(world.store, {send.id: "x"}),
        "unknown": lambda: outbox.unknown(world.store, {send.id: "x"}),
        "failed": lambda: outbox.failed(world.store, {send.id: "x"}),
        "unclaim": lambda: world.gate.release([claim]),
    }[end]()
    assert reasons(world, (0, "sms", {"slot": "2"})) == ["cap" if counts else "Claimed"]


def test_transactional_messages_neither_fill_caps_nor_cooldowns(tmp_path: Path) -> None:
    world = a_world(tmp_path, plans=[a_plan(frequency_caps=[FrequencyCap(limit=1)], cooldown_hours=48)])
    bill = {"topic": "transactional"}
    wanted = [(0, "email", bill), (0, "sms", bill), (0, "push"), (0, "in_app"), (0, "email", {**bill, "slot": "2"})]
    assert reasons(world, *wanted) == ["Claimed", "Claimed", "Claimed", "cap", "Claimed"]


def test_cooldown(tmp_path: Path) -> None:
    world = a_world(tmp_path, plans=[a_plan(cooldown_hours=24)])
    assert reasons(world, (0, "email"), (0, "sms"), (1, "sms")) == ["Claimed", "cooldown", "Claimed"]
    world.clock.advance_to(NOON + timedelta(hours=24))
    assert reasons(world, (0, "sms", {"slot": "2"})) == ["Claimed"]


def test_the_budget_counts_what_is_spent_reserved_and_asked_for(tmp_path: Path) -> None:
    world = a_world(tmp_path, people=6, plans=[a_plan(incentive_budget=Money(amount=10))])
    budget.spend(world.store, "winback", {"earlier": 3.0})
    wanted = [(n, "email", {"liability": cost}) for n, cost in enumerate([4.0, 4.0, 3.0, 0.0, 0.5])]
    assert reasons(world, *wanted) == ["Claimed", "budget", "Claimed", "Claimed", "budget"]
    assert budget.standing(world.store, "winback").committed == 10
    budget.release(world.store, ["winback-c00000-2026-03-04-email"])
    assert reasons(world, (5, "email", {"liability": 4.0})) == ["Claimed"]


@pytest.mark.parametrize("cost", [float("inf"), -5.0])
def test_a_senseless_liability_does_not_leave_and_frees_nothing(tmp_path: Path, cost: float) -> None:
    world = a_world(tmp_path, plans=[a_plan(incentive_budget=Money(amount=10))])
    assert reasons(world, (0, "email", {"liability": cost}), (1, "email", {"liability": 11.0})) == ["budget", "budget"]


def test_quiet_hours_wait_for_the_window_or_block(tmp_path: Path) -> None:
    world = a_world(tmp_path, now=MORNING)
    long_ago = {"scheduled_at": MORNING - timedelta(hours=5), "slot": "old"}
    early, late = world.gate.claim(world.plan_sends((0, "email"), (1, "email", long_ago)))
    assert isinstance(early, Waiting) and early.until == NOON.replace(hour=13)
    assert isinstance(late, Blocked) and late.reason == "quiet_hours"
    assert world.state(early.send) == ("planned", None)
    world.clock.advance_to(early.until)
    assert isinstance(world.gate.claim([early.send])[0], Claimed)


def test_quiet_hours_follow_the_customer(tmp_path: Path) -> None:
    zones = ["America/Los_Angeles", "Europe/Paris", None, "Nowhere/Land"]
    people = [a_customer(n, time_zone=zone) for n, zone in enumerate(zones)]
    world = a_world(tmp_path, people=people, now=NOON.replace(hour=14))  # 09:00 in New York, 06:00 in Los Angeles, 15:00 in Paris
    assert reasons(world, *((n, "email") for n in range(4))) == ["Waiting", "Claimed", "Waiting", "Waiting"]
    world.clock.advance_to(NOON)
    claims = world.gate.claim(list(outbox.read(world.store, states=("planned",))))
    assert {c.send.customer: c.time_zone for c in claims if isinstance(c, Claimed)} == {
        "c00000": "America/Los_Angeles", "c00002": None, "c00003": None,
    }  # fmt: skip


def test_sms_keeps_its_legal_day_even_without_quiet_hours(tmp_path: Path) -> None:
    world = a_world(tmp_path, plans=[a_plan(quiet_hours=None)], now=NOON.replace(hour=4))  # 23:00 in New York
    assert reasons(world, (0, "email"), (1, "sms")) == ["Claimed", "quiet_hours"]


def test_a_send_before_its_time_waits(world: World) -> None:
    (answer,) = world.gate.claim(world.plan_sends((0, "email", {"scheduled_at": NOON + timedelta(hours=2)})))
    assert isinstance(answer, Waiting) and answer.until == NOON + timedelta(hours=2)


def test_only_one_of_two_sends_to_one_mailbox_in_a_slot(tmp_path: Path) -> None:
    world = a_world(tmp_path, people=[a_customer(0), a_customer(1, email="PERSON0@example.com")])
    world.plan_sends((0, "email"), (1, "email"))
    planned = outbox.read(world.store)
    assert len(planned) == 1
    assert [type(a) for a in world.gate.claim(planned)] == [Claimed]


def test_answers_come_in_order_of_the_sends(world: World) -> None:
    sends = world.plan_sends((2, "email"), (0, "sms"), (1, "push"))
    assert [a.send.id for a in world.gate.claim(sends)] == [s.id for s in sends]
    assert world.gate.claim([]) == [] == world.gate.reclaim([])
