"""A journey at work brought in step with its library: new approved copy becomes actions, copy that left is never chosen again.

Actions are only ever added at the end and keep their numbers for good, so every decision made stays replayable. Where something changed,
the policy is saved as a new version: new copy starts from what its attributes and text share with the rest.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from journeyman.decisioning import ActionEncoder, Policy
from journeyman.domain import SendWindow, Variant
from journeyman.store import Store, audit, journeys, library, policies
from tools.desk import Desk
from tools.shift import Shift


@dataclass(frozen=True)
class Renewed:
    """What changed: ids of the variants that came and went, and the policy version that decides from now on."""

    came: list[str]
    went: list[str]
    policy_version: str


def encoder(file: Path, variants: list[Variant], windows: list[SendWindow]) -> ActionEncoder:
    """The journey's actions as kept in `file`, with approved `variants` it does not know at the end; fitted and kept when there is no file
    yet. Raises PolicyError for a damaged file, or when there is no copy at all."""
    if file.exists():
        known = ActionEncoder.from_json(json.loads(file.read_text(encoding="utf-8")))
        named = {variant for variant, _ in known.actions}
        new = [v for v in variants if v.id not in named]
        if not new:
            return known
        made = known.extend(new)
    else:
        made = ActionEncoder.fit(variants, windows)
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(json.dumps(made.to_json()), encoding="utf-8")
    part.replace(file)
    return made


def copies(store: Store, journey: str, actions: ActionEncoder) -> list[tuple[Variant, str]]:
    """Every variant the actions name, with its fingerprint: approved ones as approved, others as they stand."""
    approved = {v.id: (v, fingerprint) for v, fingerprint in library.approved(store, journey)}
    named = [v for v in dict.fromkeys(variant for variant, _ in actions.actions) if v is not None]
    gone = library.read(store, journey, ids=[v for v in named if v not in approved])
    known = approved | {w.variant.id: (w.variant, w.variant.fingerprint()) for w in gone}
    return [known[v] for v in named]


def renew(shift: Shift) -> Renewed:
    """Brings desk and policy in step with the library as it is now; nothing happens where they are. New policy version, audit line and the
    journey's pointer are written in one transaction."""
    store, desk = shift.store, shift.desk
    approved = library.approved(store, shift.journey)
    actions = encoder(file_of(shift.folder, shift.journey), [v for v, _ in approved], desk.windows)
    usable = {v.id for v, _ in approved}
    size = len(desk.policy.actions.features)
    came = list(dict.fromkeys(v for v, _ in actions.actions[size:] if v is not None))
    gone = {v for v, _ in desk.actions if v is not None} - usable
    went = sorted(gone - _retired(desk))
    if len(actions.actions) > len(desk.actions) or gone != desk.retired:
        desk.take_in(actions, copies(store, shift.journey, actions), usable)
    if not came and not went:
        return Renewed([], [], desk.policy_version)
    if came:
        costs = np.full(len(actions.features) - size, float(desk.policy.costs[1]))
        desk.policy.add_actions(actions.features[size:], items=actions.items[size:], costs=costs)
    desk.policy.retire([k for k, (v, _) in enumerate(actions.actions) if v in desk.retired])
    version, parent = shift.free_version(f"{store.clock.now():%Y-%m-%d}.renewed"), desk.policy_version
    save(desk.policy, shift, version)
    with store.transaction():
        policies.add(store, shift.journey, version, str(path_of(shift, version).relative_to(shift.folder)), parent=parent)
        journeys.set_policy(store, shift.journey, version)
        audit.write(
            store,
            actor="desk",
            action="renew actions",
            detail={"journey": shift.journey, "came": len(came), "went": went, "policy_version": version},
        )
    desk.policy_version = version
    return Renewed(came, went, version)


def _retired(desk: Desk) -> set[str]:
    """Variants whose actions the policy chooses no more."""
    retired = desk.policy.actions.retired
    return {v for (v, _), out in zip(desk.actions, retired, strict=False) if out and v is not None}


def save(policy: Policy, shift: Shift, version: str) -> None:
    """Keeps a policy under its version's name."""
    path = path_of(shift, version)
    path.parent.mkdir(parents=True, exist_ok=True)
    policy.save(path)


def path_of(shift: Shift, version: str) -> Path:
    return shift.folder / "policies" / shift.journey / version


def file_of(folder: Path, journey: str) -> Path:
    """Where a journey's actions are kept."""
    return folder / "policies" / journey / "actions.json"
