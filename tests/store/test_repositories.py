"""What the store remembers, subject by subject."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest

from journeyman.clock import ManualClock
from journeyman.domain import Event, Verdict, Violation, Written
from journeyman.errors import PlanError, PolicyError, RunError
from journeyman.store import (
    Store,
    audit,
    budget,
    customers,
    decisions,
    events,
    journeys,
    library,
    model_calls,
    outbox,
    policies,
    rewards,
    runs,
    snapshots,
    steps,
)
from tests.delivery.small_world import NOON, a_customer, a_decision, a_plan, a_variant, a_world, fresh_store


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Store:
    return fresh_store(tmp_path, clock)


def written(*ids: str, **changes: str) -> list[Written]:
    return [Written(variant=a_variant(id_=i, **changes), brief="b1", author="offline", skeleton="s") for i in ids]


def test_plans_are_versions_and_the_approved_one_holds(store: Store) -> None:
    assert journeys.save_plan(store, a_plan()) == 1
    assert journeys.save_plan(store, a_plan()) == 1
    with pytest.raises(PlanError, match="not approved"):
        journeys.go_live(store, "winback")
    assert journeys.approve(store, "winback", by="Ann") == 1
    journeys.go_live(store, "winback")
    assert journeys.save_plan(store, a_plan(cooldown_hours=24)) == 2
    assert journeys.plan(store, "winback") == a_plan()
    assert journeys.plan(store, "winback", 2).guardrails.cooldown_hours == 24
    assert journeys.read(store, "winback").state == "live"
    assert journeys.approved_versions(store, "winback") == {1}
    journeys.approve(store, "winback", by="Ann")
    assert journeys.approved_versions(store, "winback") == {1, 2}
    assert journeys.live_plans(store) == [a_plan(cooldown_hours=24)]
    assert journeys.live_plans(store, but="winback") == []
    journeys.pause(store, "winback")
    journeys.set_policy(store, "winback", "p7")
    journey = journeys.read(store, "winback")
    assert (journey.state, journey.policy_version, journey.salt) == ("paused", "p7", "winback")


def test_unknown_journeys_and_versions_are_named(store: Store) -> None:
    for ask in (lambda: journeys.read(store, "nope"), lambda: journeys.set_policy(store, "nope", "p")):
        with pytest.raises(PlanError, match="nope"):
            ask()
    journeys.save_plan(store, a_plan())
    with pytest.raises(PlanError, match="version 5"):
        journeys.approve(store, "winback", by="Ann", version=5)


def test_the_library_follows_a_variant(store: Store) -> None:
    assert library.add(store, "winback", written("a", "b", "c", "d")) == 4
    assert library.add(store, "winback", written("a", body="other")) == 0
    bad = Violation(rule="X02", severity="block", field="body", message="no")
    said = {i: Verdict(id=i, verdict=v) for i, v in (("a", "approve"), ("b", "approve"), ("c", "escalate"))}
    library.judge(store, "winback", said | {"d": Verdict(id="d", verdict="reject", violations=[bad])})
    assert [w.variant.id for w in library.read(store, "winback", status="passed")] == ["a", "b"]
    library.settle(store, "winback", approved=["a"], duplicates=["b"])
    assert library.approved(store, "winback") == [(a_variant(id_="a"), a_variant(id_="a").fingerprint())]
    assert library.verdicts(store, "winback")["d"].violations == [bad]
    expected = {"written": 4, "approved": 1, "rejected": 1, "duplicates": 1, "escalated": 1, "drafted": 0, "passed": 0, "retired": 0}
    assert library.counts(store, "winback") == expected
    assert library.read(store, "winback", ids=["d", "a"]) == written("a", "d")
    library.retire(store, "winback", ["a"])
    assert library.approved(store, "winback") == []


def test_an_edit_undoes_the_approval(store: Store) -> None:
    library.add(store, "winback", written("a"))
    library.settle(store, "winback", approved=["a"])
    library.replace(store, "winback", written("a", body="edited"))
    assert library.approved(store, "winback") == []
    (again,) = library.read(store, "winback", status="drafted")
    assert again.variant.body == "edited"
    assert library.verdicts(store, "winback") == {}


def test_customers_come_back_as_they_were(store: Store) -> None:
    person = a_customer(1, attributes={"city": "Rome"}, signed_up_at=NOON, time_zone="Nowhere/Land", language="de")
    customers.save(store, [person, a_customer(0)])
    assert customers.read(store) == [a_customer(0), person]
    assert customers.read(store, ["c00001", "nobody"]) == [person]


def test_an_opt_out_outlives_the_source_table(store: Store) -> None:
    customers.save(store, [a_customer(0)])
    customers.withdraw(store, "c00000", ["email", "sms"])
    customers.save(store, [a_customer(0)])
    (person,) = customers.read(store)
    assert person.consent == a_customer(0).consent - {("email", "marketing"), ("sms", "marketing")}
    customers.grant(store, "c00000", "email")
    assert ("email", "marketing") in customers.read(store)[0].consent
    customers.save(store, [a_customer(0, consent=frozenset())])
    assert customers.read(store)[0].consent == frozenset()


def test_a_withdrawal_before_any_consent_still_holds(store: Store) -> None:
    customers.withdraw(store, "c00000", ["email"])
    customers.save(store, [a_customer(0)])
    assert ("email", "marketing") not in customers.read(store)[0].consent


def test_suppressions_only_widen(store: Store) -> None:
    customers.suppress(store, "email", ["a@example.com"], reason="unsubscribed", scope="marketing")
    customers.suppress(store, "email", ["a@example.com"], reason="complained")
    customers.suppress(store, "email", ["a@example.com"], reason="unsubscribed", scope="marketing")
    assert customers.suppressed(store) == {("email", "a@example.com"): "all"}
    assert customers.suppressed(store, ["b@example.com"]) == {}
    customers.lift(store, "email", "a@example.com")
    assert customers.suppressed(store) == {}


def test_decisions_are_kept_once_with_all_they_hold(tmp_path: Path) -> None:
    world = a_world(tmp_path, people=2)
    made = [a_decision(world.make(n, "email"), NOON) for n in (0, 1)]
    assert decisions.add(world.store, made, {"e": b"\x05"}) == 2
    again = made[0].model_copy(update={"id": "another"})
    assert decisions.add(world.store, [*made, again], {"e": b"\x05"}) == 0
    assert decisions.read(world.store, "winback") == made
    assert decisions.one(world.store, made[0].id) == made[0]
    assert decisions.read(world.store, "winback", since=NOON + timedelta(seconds=1)) == []
    assert decisions.read(world.store, "winback", ids=[made[1].id]) == made[1:]
    assert decisions.count(world.store, "winback", made[0].slot) == 2
    assert decisions.eligible(world.store, "e") == b"\x05"
    with pytest.raises(RunError):
        decisions.eligible(world.store, "f")


def test_the_outbox_plans_each_send_once(tmp_path: Path) -> None:
    world = a_world(tmp_path)
    first, second = world.plan_sends((0, "email"), (1, "sms"))
    twin = first.model_copy(update={"id": "twin"})
    assert outbox.enqueue(world.store, [first, twin, second.model_copy(update={"slot": "next"})]) == 0
    assert outbox.enqueue(world.store, [second.model_copy(update={"slot": "next", "id": "n", "state": "sent"})]) == 1
    assert outbox.one(world.store, "n").state == "planned"
    page = outbox.due(world.store, "winback", NOON, 2)
    rest = outbox.due(world.store, "winback", NOON, 2, (page[-1].scheduled_at, page[-1].id))
    assert sorted(s.id for s in page + rest) == sorted([first.id, second.id, "n"])
    assert outbox.due(world.store, "winback", NOON - timedelta(seconds=1), 9) == []
    assert outbox.next_due(world.store, "winback") == NOON
    assert outbox.next_due(world.store, "other") is None
    assert outbox.counts(world.store) == {"planned": 3}


def test_events_are_kept_once_and_read_as_arrow(store: Store) -> None:
    happened = [
        Event(message_id=f"m{n}", customer="c", event="order", timestamp=NOON + timedelta(days=n), properties={"amount": n})
        for n in range(3)
    ]
    assert events.latest(store) is None
    assert events.add(store, happened) == 3
    assert events.latest(store) == max(e.timestamp for e in happened)
    assert events.add(store, [*happened, happened[0].model_copy(update={"message_id": "new"})]) == 1
    assert events.read(store, since=NOON + timedelta(days=1)) == happened[1:]
    table = events.table(store, since=NOON + timedelta(days=1), until=NOON + timedelta(days=2))
    assert table.schema == pa.schema(
        {"customer_id": pa.string(), "event": pa.string(), "timestamp": pa.timestamp("us", tz="UTC"), "properties": pa.string()}
    )
    row = {"customer_id": "c", "event": "order", "timestamp": NOON + timedelta(days=1), "properties": '{"amount": 1}'}
    assert table.to_pylist() == [row]
    assert events.table(store, until=NOON).num_rows == 0
    assert events.read(store, names=["visit"]) == []


def test_each_decision_is_learned_once_and_can_be_corrected(store: Store) -> None:
    assert rewards.record(store, "winback", {"d1": 1.0, "d2": 0.0}, policy_version="p1") == 2
    assert rewards.record(store, "winback", {"d1": 0.5, "d3": 0.25}, policy_version="p2") == 1
    assert rewards.learned(store, "winback") == {"d1": 1.0, "d2": 0.0, "d3": 0.25}
    assert rewards.correct(store, {"d1": 0.0, "d2": 0.0, "d9": 1.0}) == {"d1": 1.0}
    assert rewards.learned(store, "winback")["d1"] == 0.0
    assert rewards.learned(store, "other") == {}


def test_the_budget_moves_from_reserved_to_spent(store: Store) -> None:
    budget.reserve(store, "winback", {"s1": 5, "s2": 7})
    assert budget.standing(store, "winback").committed == 12
    budget.release(store, ["s1", "nobody"])
    budget.spend(store, "winback", {"s2": 6.5})
    budget.spend(store, "winback", {"s2": 6.5})
    standing = budget.standing(store, "winback")
    assert (standing.spent, standing.reserved) == (6.5, 0)
    budget.release(store, ["s2"])
    assert budget.standing(store, "winback").spent == 6.5
    assert budget.outstanding(store, "winback") == {} and budget.standing(store, "other").committed == 0


def test_policies_and_snapshots(store: Store, clock: ManualClock) -> None:
    assert policies.add(store, "winback", "p1", "policies/p1")
    clock.advance_to(NOON + timedelta(days=1))
    assert policies.add(store, "winback", "p2", "policies/p2", parent="p1")
    assert not policies.add(store, "winback", "p2", "elsewhere")
    assert [(p.version, p.parent, p.path) for p in policies.listed(store, "winback")] == [
        ("p1", None, "policies/p1"),
        ("p2", "p1", "policies/p2"),
    ]
    with pytest.raises(PolicyError, match="p9"):
        policies.read(store, "winback", "p9")
    assert snapshots.newest(store) is None
    assert snapshots.add(store, "s1", as_of=NOON, path="s1.parquet", fingerprint="f")
    assert not snapshots.add(store, "s1", as_of=NOON, path="x", fingerprint="f")
    assert snapshots.newest(store) == snapshots.read(store, "s1")
    with pytest.raises(RunError):
        snapshots.read(store, "s2")


def test_a_run_goes_on_where_it_stopped(store: Store, clock: ManualClock) -> None:
    old = runs.start(store, "cohort", {"days": 28})
    clock.advance_to(NOON + timedelta(hours=1))
    run = runs.start(store, "demo", {"seed": 1})
    assert old.id != run.id
    runs.enter(store, run.id, "plan")
    runs.mark(store, run.id, "plan", {"variants": 3})
    runs.mark(store, run.id, "plan", {"variants": 4})
    runs.enter(store, run.id, "write")
    runs.fail(store, run.id, "disk full")
    found = runs.unfinished(store)
    assert found is not None and (found.id, found.stage, found.state, found.options) == (run.id, "write", "failed", {"seed": 1})
    assert runs.done(store, run.id) == {"plan": {"variants": 3}}
    assert runs.stage_done(store, run.id, "plan") and not runs.stage_done(store, run.id, "write")
    runs.finish(store, run.id, {"ok": True})
    assert runs.read(store, run.id).result == {"ok": True}
    assert runs.unfinished(store, "demo") is None and runs.unfinished(store) == runs.read(store, old.id)
    with pytest.raises(RunError):
        runs.finish(store, "demo-99999")


def test_audit_log_and_model_calls(store: Store, clock: ManualClock) -> None:
    audit.write(store, actor="Ann", action="approve plan", detail={"journey": "winback"})
    clock.advance_to(NOON + timedelta(hours=1))
    audit.write(store, actor="Bo", action="pause")
    assert [(e.actor, e.at) for e in audit.read(store)] == [("Ann", NOON), ("Bo", NOON + timedelta(hours=1))]
    assert [e.actor for e in audit.read(store, since=NOON + timedelta(minutes=1))] == ["Bo"]
    call = {"prompt": "plan", "prompt_version": 1, "prompt_hash": "h", "model": "m", "at": NOON, "outcome": "ok"}
    call |= {"tokens_in": 10, "tokens_out": 5, "cost": None, "seconds": 0.5}
    call |= {"tokens_cached": 4, "ask": "a", "run": "campaign-00001", "step": 3}
    model_calls.StoreLedger(store).record(SimpleNamespace(**call))
    assert model_calls.read(store) == [call] == model_calls.read(store, runs=["campaign-00001"])
    assert model_calls.read(store, runs=["campaign-00002"]) == []


def test_the_steps_of_a_run(store: Store, clock: ManualClock) -> None:
    first = steps.begin(store, "run-1", "campaign", "plan")
    clock.advance_to(NOON + timedelta(minutes=1))
    second = steps.begin(store, "run-1", "campaign", "write", "x" * 300)
    steps.begin(store, "run-2", "campaign", "plan")
    steps.end(store, "run-1", first, "done", 1.5)
    found = steps.of(store, "run-1")
    assert [(s.number, s.node, s.outcome, s.seconds, s.at) for s in found] == [
        (first, "plan", "done", 1.5, NOON),
        (second, "write", "running", 0.0, NOON + timedelta(minutes=1)),
    ]
    assert found[1].about == "x" * 200


def test_a_plan_comes_back_to_the_microsecond(store: Store) -> None:
    odd = a_plan(quiet_hours={"start": "21:00:30", "end": "08:00:59.000001"})
    journeys.save_plan(store, odd)
    assert journeys.plan(store, "winback") == odd
    assert a_plan().model_dump(mode="json")["guardrails"]["quiet_hours"] == {"start": "21:00", "end": "08:00"}
