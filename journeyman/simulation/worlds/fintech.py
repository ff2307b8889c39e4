"""Fintech: a card most customers pay with and a savings account most have not opened. Made-up payments, log-ins and openings."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np

from journeyman.simulation.worlds.history import DAY, Log, messages, moments, timestamps, write
from journeyman.simulation.worlds.people import people

PRODUCTS = (("card", "Everyday card"), ("savings", "Savings account"), ("round-ups", "Round-ups"), ("goals", "Savings goals"))
MERCHANTS = ("groceries", "dining", "transport", "travel", "home", "leisure")


def make(data: Path, seed: int, n: int, start: datetime) -> str:
    """Writes customers, products and events; returns what is made up, in words."""
    rng = np.random.default_rng([seed, 3])
    ids = [f"F{i:05d}" for i in range(n)]
    who = people(ids, rng)
    age = 20 + 400 * rng.beta(1.2, 1.2, n)  # days a customer, (n,)
    pays, saves = rng.random(n) < 0.93, rng.random(n) < 0.22
    rate = np.where(pays, 1 + rng.gamma(1.6, 8, n), 0)
    write(data / "products.parquet", {
        "product_id": [p for p, _ in PRODUCTS], "name": [name for _, name in PRODUCTS], "category": ["payments", *["savings"] * 3],
    })  # fmt: skip
    write(data / "customers.parquet", who.columns | {
        "signed_up_at": timestamps(-age * DAY, start), "direct_deposit": rng.random(n) < 0.2 + 0.4 * (rate > 12),
        "points_balance": np.round(rate * rng.gamma(2, 40, n)).astype(np.int64),
    })  # fmt: skip

    log = Log()
    paid = np.repeat(np.arange(n), np.where(pays, 1 + rng.poisson(rate), 0))
    amount = np.round(np.exp(rng.normal(3.1, 0.9, len(paid))), 2)
    place = rng.integers(len(MERCHANTS), size=len(paid))
    told = [f'{{"amount": {a}, "currency": "USD", "category": "{MERCHANTS[p]}"}}' for a, p in zip(amount, place, strict=True)]
    log.add(paid, moments(who, paid, np.minimum(age[paid], 360) * rng.random(len(paid)), rng, age), "card_payment", None, told)
    seen = np.repeat(np.arange(n), rng.poisson(6, n))
    log.add(seen, moments(who, seen, np.minimum(age[seen], 90) * rng.random(len(seen)), rng, age), "visit", None, ["{}"] * len(seen))
    opened = np.flatnonzero(saves)
    log.add(opened, moments(who, opened, age[opened] * rng.random(len(opened)), rng, age), "savings_opened", None, ["{}"] * len(opened))
    messages(log, who, rng, ("email", "sms", "push"), age, per_customer=5.0)
    log.write(data / "events.parquet", ids, start)
    return f"All {n:,} cardholders, their payments, log-ins and earlier messages are made up from seed {seed}."
