"""Opens a live journey's shift: its library as actions, its policy (a new one on the first day), its desk, gate and channels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from app.outgoing import way_out
from journeyman.decisioning import ActionEncoder, ContextEncoder, Policy
from journeyman.decisioning.affinity import affinities
from journeyman.decisioning.expectations import tilts
from journeyman.delivery.dispatch import Tally, deliver
from journeyman.domain import Hypothesis, Plan
from journeyman.store import customers, journeys, library, policies
from tools.desk import Desk
from tools.renewal import copies, encoder, file_of, renew
from tools.shift import Shift

if TYPE_CHECKING:
    from app.office import Office

CONTEXT_NUMBERS = 24
MESSAGE_COST = 0.002
"""What a message must earn over silence before it is worth sending, in units of reward."""
PINNED = (
    "days_since_last_order", "orders_total", "orders_90d", "average_order_value", "discount_share", "weekend_share", "hour_share_morning",
    "hour_share_midday", "hour_share_afternoon", "hour_share_evening", "email_engagement_rate", "sms_engagement_rate",
    "push_engagement_rate", "in_app_engagement_rate", "touches_7d", "days_since_last_touch",
)  # fmt: skip
"""Features the policy sees as they are; the others are compressed into the numbers that are left."""
EXPLORATION = 0.12
"""The policy's own exploration (`temper`): little, for random control and business as usual explore on everybody's behalf."""
FIRST = "v0"


def open_shift(office: Office, journey: journeys.Journey, start: datetime) -> Shift:
    """The shift of a live journey that began at `start`."""
    store, space = office.store, office.space
    plan: Plan = journeys.plan(store, journey.name)
    approved = library.approved(store, journey.name)
    actions = encoder(file_of(space.state, journey.name), [v for v, _ in approved], plan.action_sets.send_windows)
    staged = office.staged  # takes the customers' table in, with those who are new since planning
    people = customers.read(store)
    gate, channel_for = way_out(space, store, office.clock)

    def send_due() -> Tally:
        return deliver(store, gate, channel_for, office.clock, journey.name)

    first = space.state / "snapshots" / f"{journey.name}.start.parquet"
    if not first.exists():
        first.parent.mkdir(parents=True, exist_ok=True)
        staged.build(start).save(first)
    from journeyman.features import FeatureTable

    features = FeatureTable.load(first)
    matrix = features.matrix()
    contexts = ContextEncoder.fit(features.names, matrix, pinned=[p for p in PINNED if p in features.names], dim=CONTEXT_NUMBERS)
    version = journey.policy_version or FIRST
    if journey.policy_version is None:
        policy = new_policy(actions, contexts, office.seed, hypotheses=plan.hypotheses)
        path = space.state / "policies" / journey.name / FIRST
        path.parent.mkdir(parents=True, exist_ok=True)
        policy.save(path)
        with store.transaction():
            policies.add(store, journey.name, FIRST, str(path.relative_to(space.state)))
            journeys.set_policy(store, journey.name, FIRST)
    else:
        policy = Policy.load(space.state / policies.read(store, journey.name, version).path)
    desk = Desk(
        journey=journey.name,
        salt=journey.salt,
        plan=plan,
        plan_version=journey.approved_version or journey.version,
        brand=space.settings.brand,
        customers=people,
        variants=copies(store, journey.name, actions),
        policy=policy,
        policy_version=version,
        contexts=contexts,
        actions=actions,
        seed=office.seed,
    )
    shift = Shift(store, desk, staged, space.state, send_due, start)
    renew(shift)
    return shift


def new_policy(
    actions: ActionEncoder,
    contexts: ContextEncoder,
    seed: int,
    temper: float | None = EXPLORATION,
    *,
    hypotheses: Sequence[Hypothesis] = (),
) -> Policy:
    """A policy for a journey's actions and contexts that starts from the plan's hypotheses; see `Policy.create` for `temper`."""
    costs = np.full(len(actions.features), MESSAGE_COST)
    costs[0] = 0.0
    return Policy.create(
        actions.features,
        len(contexts.labels),
        seed,
        hold=0,
        costs=costs,
        items=actions.items,
        groups=actions.groups,
        affinities=affinities(contexts.labels, actions.labels),
        tilts=tilts(actions.labels, hypotheses),
        temper=temper,
    )
