"""A journey's own log asked about other versions: known truth, the logging version itself, what is left out, tables that grew."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from journeyman.clock import ManualClock
from journeyman.decisioning import Policy
from journeyman.domain import Decision, Event, Orders
from journeyman.errors import PolicyError, RunError
from journeyman.store import Store, decisions, events, policies
from tests.delivery.small_world import NOON, a_plan, fresh_store
from tools.bandit import bandit_tools
from tools.hindsight import hindsight
from tools.reach import number

DAYS, EACH, ACTIONS, WIDTH, FLOOR = 3, 500, 6, 3, 0.2
FEATURES = np.eye(ACTIONS, dtype=np.float32)
TASTE = np.random.default_rng(0).normal(size=(WIDTH, ACTIONS))


def rates(contexts: np.ndarray) -> np.ndarray:
    """(n, K): the truth; action 4 is good, holding (0) is worth least."""
    appeal = np.array([-3.0, -2.6, -2.4, -2.2, -1.2, -2.5])
    return 1 / (1 + np.exp(-(appeal + 0.5 * contexts @ TASTE)))


def taught(policy: Policy, seed: int, rows: int = 4000) -> Policy:
    g = np.random.default_rng(seed)
    x, a = g.normal(size=(rows, WIDTH)).astype(np.float32), g.integers(ACTIONS, size=rows)
    policy.learn(x, a, (g.random(rows) < rates(x)[np.arange(rows), a]).astype(float))
    return policy


@dataclass
class SmallShift:
    """What hindsight reads of a shift, with no library behind it: customers c0 … of one snapshot a day, and their true rates."""

    store: Store
    folder: Path
    plan: Any = field(default_factory=a_plan)
    journey: str = "winback"
    seed: int = 0

    def __post_init__(self) -> None:
        everybody = np.random.default_rng(self.seed).normal(size=(DAYS * EACH, WIDTH)).astype(np.float32)
        self.contexts = everybody
        self.desk = SimpleNamespace(
            policy=None, policy_version="v0", contexts=lambda features: features.matrix, priced=lambda policy, price: policy
        )

    def save(self, version: str, policy: Policy) -> None:
        policy.save(self.folder / version)
        policies.add(self.store, self.journey, version, version)
        self.desk.policy, self.desk.policy_version = policy, version

    def policy(self, version: str) -> Policy:
        return Policy.load(self.folder / policies.read(self.store, self.journey, version).path)

    def made(self) -> list[Decision]:
        return decisions.read(self.store, self.journey)

    def features(self, snapshot: str) -> Any:
        """Everybody, in an order of the snapshot's own."""
        order = np.random.default_rng(number(snapshot) % 2**32).permutation(len(self.contexts))
        return SimpleNamespace(row_of={f"c{i}": row for row, i in enumerate(order)}, matrix=self.contexts[order])

    def orders(self, snapshot: str) -> Orders:
        return Orders(floor=FLOOR)

    def day(self, n: int, version: str, arm: str = "treatment") -> np.ndarray:
        """A day's decisions by a version, for the n-th five hundred customers: (EACH, K) its propensities. One in ten may only be held."""
        policy, who = self.policy(version), np.arange(n * EACH, (n + 1) * EACH)
        may = np.random.default_rng([n, self.seed]).random((EACH, ACTIONS)) < 0.8
        may[:, :2], may[::10, 1:] = True, False
        names = {row.tobytes(): f"{number(row.tobytes().hex()):016x}" for row in np.packbits(may, axis=1)}
        keys = np.array([number(f"c{i}") for i in who], np.uint64)
        chosen = policy.decide(self.contexts[who], may, keys=keys, seed=1000 * self.seed + n, floor=FLOOR)
        made = [
            Decision(
                id=f"{arm}{i}", journey=self.journey, customer=f"c{i}", arm=arm, decided_at=self.store.clock.now(),
                slot=f"{arm}{n}", action=int(a), variant=f"v{a}" if a else None, window="morning" if a else None, propensity=float(p),
                expected=0.0, policy_version=version, seed=1000 * self.seed + n, key=int(k), eligible=names[np.packbits(row).tobytes()],
                snapshot=f"winback.day{n}",
            )
            for i, a, p, k, row in zip(who, chosen.action, chosen.propensity, keys, may, strict=True)
        ]  # fmt: skip
        decisions.add(self.store, made, {name: bits for bits, name in names.items()})
        return may

    def respond(self) -> None:
        g = np.random.default_rng(self.seed + 99)
        truth = rates(self.contexts)
        happened = [
            Event(
                message_id=f"{d.id}", customer=d.customer, event="order", timestamp=d.decided_at + timedelta(hours=float(g.uniform(1, 70)))
            )
            for d in self.made()
            if g.random() < truth[int(d.customer[1:]), d.action]
        ]
        events.add(self.store, happened)

    def visit(self, at: datetime) -> None:
        """Something that is no success: events are known up to here."""
        events.add(self.store, [Event(message_id=f"visit{at}", customer="c0", event="visit", timestamp=at)])


def new_policy(count: int = ACTIONS, **more: Any) -> Policy:
    return Policy.create(np.eye(ACTIONS, dtype=np.float32)[:count], WIDTH, 7, hold=0, **more)


def a_shift(folder: Path, seed: int = 0) -> tuple[SmallShift, float]:
    """v0 knows nothing and decides on three days; `good` was taught elsewhere, before. Returns what `good` would truly earn."""
    folder.mkdir(exist_ok=True)
    clock = ManualClock(NOON)
    shift = SmallShift(fresh_store(folder, clock), folder, seed=seed)
    shift.save("v0", new_policy(base_rate=0.1))
    shift.save("good", taught(new_policy(base_rate=0.1), 3))
    worth = []
    for n in range(DAYS):
        may = shift.day(n, "v0")
        x = shift.contexts[n * EACH : (n + 1) * EACH]
        chance = shift.policy("good").propensities(x, may, floor=FLOOR)
        worth.append((chance * rates(x)).sum(axis=1)[may.sum(axis=1) > 1])
        clock.advance_to(clock.now() + timedelta(days=1))
    shift.respond()
    clock.advance_to(NOON + timedelta(days=20))
    shift.visit(clock.now())
    return shift, float(np.concatenate(worth).mean())


def test_a_version_is_worth_what_it_truly_is(tmp_path: Path) -> None:
    hits, errors = {"normal": 0, "bound": 0}, []
    for seed in range(12):
        shift, truth = a_shift(tmp_path / str(seed), seed)
        for interval in hits:
            found = hindsight(shift, "good", interval=interval)
            hits[interval] += found.found.interval[0] <= truth <= found.found.interval[1]
            assert found.found.overlap == "good" and found.found.n == DAYS * EACH * 0.9 == found.customers
        errors.append(found.found.value - truth)
        assert truth > found.found.logged + 0.05 and found.found.gain.value > 0  # it is better, and is found to be
    assert hits["bound"] == 12 and hits["normal"] >= 11
    assert abs(np.mean(errors)) < 3 * np.std(errors) / np.sqrt(12) and np.std(errors) < 0.03


def test_the_version_that_decided_earns_what_was_earned(tmp_path: Path) -> None:
    shift, _ = a_shift(tmp_path)
    shift.visit(NOON + timedelta(days=21))
    found = hindsight(shift, "v0").found
    assert found.ess == pytest.approx(found.n) and found.max_weight == pytest.approx(1)
    assert found.estimates["ips"].value == pytest.approx(found.logged) and found.verdict == "no difference"
    assert found.value == pytest.approx(found.logged, abs=0.01)
    succeeded = {e.customer for e in events.read(shift.store, names=["order"])}
    mine = [d for d in shift.made() if int(d.customer[1:]) % 10]
    assert found.logged == pytest.approx(np.mean([d.customer in succeeded for d in mine]))


def test_what_taught_a_version_does_not_judge_it_unless_asked(tmp_path: Path) -> None:
    shift, _ = a_shift(tmp_path)
    shift.save("late", taught(new_policy(base_rate=0.1), 4))
    with pytest.raises(RunError, match="1,500 were made before it was taught") as problem:
        hindsight(shift)
    assert "--policy v0" in problem.value.remedy and "--all" in problem.value.remedy
    found = hindsight(shift, everything=True)
    assert found.version == "late" and found.flattered == found.found.n and "flatter" in found.words[-1]
    assert hindsight(shift, "good", everything=True).flattered == 0
    document = found.to_contract()
    assert document["left_out"] == {"taught": 0, "open": 0, "no_choice": 150} and document["policy"] == "late"


def test_days_and_open_windows_are_left_out(tmp_path: Path) -> None:
    shift, _ = a_shift(tmp_path)
    since = hindsight(shift, "good", since=NOON + timedelta(days=1))
    assert since.arms == {"treatment": 900} and since.first == NOON + timedelta(days=1)
    (tmp_path / "fresh").mkdir()
    store = fresh_store(tmp_path / "fresh", ManualClock(NOON))
    fresh = SmallShift(store, tmp_path / "fresh")
    fresh.save("v0", new_policy())
    with pytest.raises(RunError, match="no such decisions yet"):
        hindsight(fresh)
    fresh.day(0, "v0")
    with pytest.raises(RunError, match="Nothing is known yet"):
        hindsight(fresh)
    fresh.visit(NOON + timedelta(days=2))  # the clock says later, but no event has come in since
    store.clock.advance_to(NOON + timedelta(days=30))
    with pytest.raises(RunError, match="500 are less than 3 days old"):
        hindsight(fresh)
    fresh.visit(NOON + timedelta(days=3))
    assert hindsight(fresh).found.n == 450


def test_random_control_is_named_and_kept_apart(tmp_path: Path) -> None:
    shift, _ = a_shift(tmp_path)
    shift.store.clock.advance_to(NOON + timedelta(days=25))
    shift.day(0, "v0", arm="random_control")
    shift.visit(NOON + timedelta(days=40))
    shift.store.clock.advance_to(NOON + timedelta(days=41))
    assert hindsight(shift, "v0").arms == {"treatment": 1350}
    both = hindsight(shift, "v0", arms=("treatment", "random_control"))
    assert both.arms == {"treatment": 1350, "random_control": 450} and both.customers == 1350
    assert "1,350 decisions of treatment and 450 decisions of random control" in both.words[1]
    for arms in ((), ("bau",), ("treatment", "holdout")):
        with pytest.raises(PolicyError, match="choose by chance"):
            hindsight(shift, "v0", arms=arms)


def test_tables_that_grew_before_or_after(tmp_path: Path) -> None:
    shift, _ = a_shift(tmp_path)
    store = shift.store
    store.clock = ManualClock(NOON - timedelta(days=1))
    small = new_policy(4, base_rate=0.1)
    shift.save("small", small)
    large = taught(new_policy(base_rate=0.1), 3)
    large.add_actions(np.eye(ACTIONS, dtype=np.float32)[:5])
    shift.save("large", large)
    shift.save("good-too", taught(new_policy(base_rate=0.1), 3))
    store.clock = ManualClock(NOON + timedelta(days=30))
    few = hindsight(shift, "small").found
    chosen = np.array([d.action for d in shift.made() if int(d.customer[1:]) % 10])
    assert few.ess < (chosen < 4).sum() and few.mean_weight == pytest.approx(1, abs=0.15)  # what it did not know it never does
    many, same = hindsight(shift, "large").found, hindsight(shift, "good-too").found
    assert many.n == same.n and many.mean_weight == pytest.approx(1, abs=0.1)  # what was not yet there could not be chosen
    assert many.value == pytest.approx(same.value, abs=0.03)


def test_one_action_for_all_is_refused_and_unknown_versions_are_told(tmp_path: Path) -> None:
    shift, _ = a_shift(tmp_path)
    store = shift.store
    store.clock = ManualClock(NOON)
    stubborn = new_policy(base_rate=0.1, costs=[0.9, 0.9, 0.0, 0.9, 0.9, 0.9], floor=0.0)
    shift.save("stubborn", stubborn)
    shift.orders = lambda _snapshot: Orders(floor=0.005)  # type: ignore[method-assign]
    store.clock = ManualClock(NOON + timedelta(days=30))
    found = hindsight(shift, "stubborn", since=NOON + timedelta(days=2))
    assert found.found.verdict == "refused" and "cannot be told" in found.words[0]
    with pytest.raises(PolicyError, match="no policy nope") as problem:
        hindsight(shift, "nope")
    assert problem.value.remedy == "It has: good, stubborn, v0."


def test_an_agent_may_ask_too(tmp_path: Path) -> None:
    shift, truth = a_shift(tmp_path)
    told = bandit_tools(shift)["evaluate_policy"].invoke({"version": "good", "since": "2026-03-05", "interval": "bound"})
    assert told["policy"] == "good" and told["interval"] == "bound" and told["n"] == 900
    assert told["estimates"]["dr"]["low"] <= truth <= told["estimates"]["dr"]["high"]
    assert told["words"][0].startswith("Version good would have earned")
    with pytest.raises(RunError, match="no day"):
        bandit_tools(shift)["evaluate_policy"].invoke({"since": "last week"})
