"""Which decisions a policy has learned from, and what it was told: each is learned once; a correction says what it replaces."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, select, update

from journeyman.store.database import Store
from journeyman.store.rows import among, insert_new
from journeyman.store.tables import rewards


def learned(store: Store, journey: str) -> dict[str, float]:
    """Decision → the reward in [0, 1] learned for it."""
    with store.reading() as connection:
        return dict(connection.execute(select(rewards.c.decision, rewards.c.reward).where(rewards.c.journey == journey)).all())


def record(store: Store, journey: str, earned: Mapping[str, float], *, policy_version: str) -> int:
    """Notes rewards as learned by a policy version. Decisions learned before are left alone. Returns how many were new."""
    now = store.clock.now()
    rows = [
        {"decision": id_, "journey": journey, "reward": reward, "policy_version": policy_version, "learned_at": now, "corrections": 0}
        for id_, reward in earned.items()
    ]
    with store.transaction() as connection:
        return insert_new(connection, rewards, rows)


def correct(store: Store, earned: Mapping[str, float]) -> dict[str, float]:
    """Replaces rewards already learned (an order was cancelled, an event came late). Returns what changed: decision → the old reward, for
    the policy to unlearn."""
    with store.transaction() as connection:
        before = _known(store, list(earned))
        changed = {id_: old for id_, old in before.items() if old != earned[id_]}
        if changed:
            mine = update(rewards).where(rewards.c.decision == bindparam("which")).values(corrections=rewards.c.corrections + 1)
            connection.execute(mine, [{"which": id_, "reward": earned[id_]} for id_ in changed])
        return changed


def _known(store: Store, decisions: Sequence[str]) -> dict[str, float]:
    query = select(rewards.c.decision, rewards.c.reward)
    with store.reading() as connection:
        return dict(connection.execute(query.where(among(rewards.c.decision, decisions))).all())
