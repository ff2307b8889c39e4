"""Hospitality: loyalty members of a small hotel group, most with no booking for sixty days. Made-up bookings, stays and points."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np

from journeyman.simulation.worlds.history import DAY, Log, messages, moments, timestamps, write
from journeyman.simulation.worlds.people import people

HOTELS = (
    ("harbor", "Harbor House", "coast", 240), ("pines", "The Pines Lodge", "mountains", 210),
    ("square", "Market Square Hotel", "city", 190),
    ("dunes", "Dunes Resort", "coast", 310), ("mill", "The Old Mill Inn", "country", 170), ("plaza", "Garden Plaza", "city", 220),
)  # fmt: skip
TIERS = ("member", "silver", "gold")


def make(data: Path, seed: int, n: int, start: datetime) -> str:
    """Writes customers, products (hotels) and events; returns what is made up, in words."""
    rng = np.random.default_rng([seed, 4])
    ids = [f"H{i:05d}" for i in range(n)]
    who = people(ids, rng)
    last = np.where(rng.random(n) < 0.75, 61 + 290 * rng.beta(1, 1.6, n), 1 + 57 * rng.random(n))  # days since the last booking, (n,)
    more = rng.poisson(rng.gamma(1.2, 1.2, n))
    rows = np.concatenate([np.arange(n), np.repeat(np.arange(n), more)])
    ago = np.where(np.arange(len(rows)) < n, last[rows], last[rows] + (363 - last[rows]) * rng.random(len(rows)))
    price = np.array([p for *_, p in HOTELS], np.float64)
    hotel = np.where(rng.random(len(rows)) < 0.5, rng.integers(len(HOTELS), size=n)[rows], rng.integers(len(HOTELS), size=len(rows)))
    nights = 1 + rng.poisson(0.9, len(rows))
    discount = np.where(rng.random(len(rows)) < 0.7 * who.bargain[rows], 0.1, 0.0)
    gross = price[hotel] * nights * np.exp(rng.normal(0, 0.15, len(rows)))
    write(data / "products.parquet", {
        "product_id": [h[0] for h in HOTELS], "name": [h[1] for h in HOTELS], "category": [h[2] for h in HOTELS], "price": price,
    })  # fmt: skip
    tier = np.minimum(more // 2, 2)
    write(data / "customers.parquet", who.columns | {
        "signed_up_at": timestamps(-(365 + 700 * rng.random(n)) * DAY, start), "tier": [TIERS[t] for t in tier],
        "points_balance": np.round((1 + more) * rng.gamma(3, 350, n)).astype(np.int64),
    })  # fmt: skip

    log = Log()
    told = [
        f'{{"amount": {g * (1 - d):.2f}, "currency": "USD", "discount": {g * d:.2f}, "hotel": "{HOTELS[h][0]}", "nights": {k}}}'
        for g, d, h, k in zip(gross, discount, hotel, nights, strict=True)
    ]
    # Weekends pull a booking by up to six days; the last one must not come closer than sixty days for whoever is meant to be away.
    at = np.minimum(moments(who, rows, ago, rng), np.where(last[rows] > 60, -60.5 * DAY, 0.0))
    log.add(rows, at, "booking", None, told)
    seen = np.repeat(np.arange(n), rng.poisson(2.5, n))
    log.add(seen, moments(who, seen, 120 * rng.random(len(seen)), rng), "visit", None, ["{}"] * len(seen))
    messages(log, who, rng, ("email", "sms", "push"), np.full(n, 365.0), per_customer=6.0)
    log.write(data / "events.parquet", ids, start)
    return f"All {n:,} members of this hotel group, their bookings, visits and earlier messages are made up from seed {seed}."
