"""SaaS: a project tool; two accounts in three are at most sixty days old and have no project yet. Made-up sign-ups and usage."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np

from journeyman.simulation.worlds.history import DAY, Log, messages, moments, timestamps, write
from journeyman.simulation.worlds.people import people

TEMPLATES = (
    ("Product roadmap", "planning"), ("Sprint board", "engineering"), ("Editorial calendar", "marketing"),
    ("Client onboarding", "services"),
    ("Hiring pipeline", "people"), ("Launch checklist", "planning"), ("Bug tracker", "engineering"), ("Campaign planner", "marketing"),
)  # fmt: skip
SOURCES = ("search", "referral", "advert", "partner")


def make(data: Path, seed: int, n: int, start: datetime) -> str:
    """Writes customers, products (project templates) and events; returns what is made up, in words."""
    rng = np.random.default_rng([seed, 2])
    ids = [f"S{i:05d}" for i in range(n)]
    who = people(ids, rng)
    recent = rng.random(n) < 0.78
    age = np.where(recent, 1 + 57 * rng.random(n), 61 + 300 * rng.random(n))  # days, (n,)
    team = 1 + rng.geometric(0.25, n)
    active = rng.random(n) < np.where(recent, 0.13, 0.7)
    write(data / "products.parquet", {
        "product_id": [f"T{i:02d}" for i in range(len(TEMPLATES))], "name": [name for name, _ in TEMPLATES],
        "category": [category for _, category in TEMPLATES],
    })  # fmt: skip
    write(data / "customers.parquet", who.columns | {
        "signed_up_at": timestamps(-age * DAY, start), "team_size": np.minimum(team, 60),
        "acquired_by": [SOURCES[i] for i in rng.choice(4, n, p=[0.45, 0.2, 0.25, 0.1])], "plan": np.where(active, "team", "trial").tolist(),
    })  # fmt: skip

    log = Log()
    visits = np.repeat(np.arange(n), 1 + rng.poisson(np.where(active, 14, 3)))
    log.add(visits, moments(who, visits, age[visits] * rng.random(len(visits)) ** 0.7, rng, age), "visit", None, ["{}"] * len(visits))
    invites = np.repeat(np.arange(n), rng.poisson(np.where(active, 1.5, 0.25)))
    log.add(invites, moments(who, invites, age[invites] * rng.random(len(invites)), rng, age), "invite_sent", None, ["{}"] * len(invites))
    made = np.repeat(np.arange(n), np.where(active, 1 + rng.poisson(1.2, n), 0))
    kind = [f'{{"template": "T{t:02d}"}}' for t in rng.integers(len(TEMPLATES), size=len(made))]
    log.add(made, moments(who, made, age[made] * rng.random(len(made)), rng, age), "project_created", None, kind)
    messages(log, who, rng, ("email", "push", "in_app"), age, per_customer=5.0)
    log.write(data / "events.parquet", ids, start)
    return f"All {n:,} accounts of this tool, their sign-ups, usage and earlier messages are made up from seed {seed}."
