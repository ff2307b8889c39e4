"""Retail: a home and kitchen shop where two customers in three have ordered exactly once. Made-up orders, visits and earlier messages."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import numpy as np

from journeyman.simulation.worlds.history import Log, messages, moments, timestamps, write
from journeyman.simulation.worlds.people import people

CATALOGUE: dict[str, tuple[tuple[str, float], ...]] = {
    "cookware": (("Cast iron skillet", 49), ("Saucepan set", 119), ("Enameled Dutch oven", 139), ("Carbon steel wok", 59)),
    "coffee": (("Pour-over kettle", 69), ("Hand grinder", 54), ("French press", 34), ("House blend beans", 18)),
    "textiles": (("Linen napkins", 32), ("Cotton apron", 38), ("Kitchen towels", 24), ("Linen tablecloth", 74)),
    "tableware": (("Stoneware dinner set", 129), ("Water glasses", 36), ("Serving bowl", 44), ("Steak knives", 58)),
    "storage": (("Glass jars", 29), ("Bread box", 48), ("Spice rack", 39), ("Drawer organizer", 26)),
    "garden": (("Herb planter", 35), ("Pruning shears", 28), ("Watering can", 33), ("Potting bench", 149)),
}


def make(data: Path, seed: int, n: int, start: datetime) -> str:
    """Writes customers, products, orders and events; returns what is made up, in words."""
    rng = np.random.default_rng([seed, 1])
    ids = [f"R{i:05d}" for i in range(n)]
    who = people(ids, rng)
    category = [c for c, items in CATALOGUE.items() for _ in items]
    items = [item for group in CATALOGUE.values() for item in group]
    price = np.array([p for _, p in items], np.float64)  # (P,)
    write(data / "products.parquet", {
        "product_id": [f"P{i:02d}" for i in range(len(items))], "name": [name for name, _ in items], "category": category,
        "brand": ["House"] * len(items), "price": price,
    })  # fmt: skip

    first = 1 + 364 * rng.beta(1.0, 1.4, n)  # days before the start, (n,)
    count = np.where(rng.random(n) < 0.68, 1, 2 + rng.poisson(1.6, n))
    rows = np.repeat(np.arange(n), count)
    later = np.arange(len(rows)) - np.repeat(np.cumsum(count) - count, count) > 0
    ago = np.where(later, first[rows] * rng.random(len(rows)), first[rows])
    at = moments(who, rows, ago, rng)
    taste = rng.integers(len(CATALOGUE), size=n)[rows]  # favourite category, (m,)
    other = rng.integers(len(items), size=len(rows))
    product = np.where(rng.random(len(rows)) < 0.6, taste * 4 + rng.integers(0, 4, len(rows)), other)
    quantity = 1 + rng.poisson(0.4, len(rows))
    off = np.where(rng.random(len(rows)) < 0.8 * who.bargain[rows], rng.choice([0.1, 0.15, 0.2], len(rows)), 0.0)
    gross = price[product] * quantity
    order = np.argsort(at, kind="stable")
    write(data / "orders.parquet", {
        "order_id": [f"O{i:06d}" for i in range(len(rows))], "customer_id": [ids[r] for r in rows[order]],
        "timestamp": timestamps(at[order], start), "product_id": [f"P{p:02d}" for p in product[order]],
        "quantity": quantity[order], "amount": np.round(gross * (1 - off), 2)[order], "discount": np.round(gross * off, 2)[order],
        "channel": rng.choice(["web", "app", "store"], len(rows), p=[0.6, 0.25, 0.15]).tolist(),
    })  # fmt: skip

    earliest = np.full(n, 0.0)
    np.minimum.at(earliest, rows, at)
    joined = earliest - rng.exponential(4 * 86_400, n)
    write(data / "customers.parquet", who.columns | {
        "signed_up_at": timestamps(joined, start), "tier": np.where(count >= 4, "gold", np.where(count >= 2, "silver", "basic")).tolist(),
    })  # fmt: skip

    log = Log()
    seen = np.repeat(np.arange(n), rng.poisson(3 + 3 * (count > 1)))
    log.add(seen, moments(who, seen, np.minimum(first[seen], 90) * rng.random(len(seen)), rng), "visit", None, ["{}"] * len(seen))
    messages(log, who, rng, ("email", "sms", "push"), -joined / 86_400)
    log.write(data / "events.parquet", ids, start)
    return f"All {n:,} customers of this shop, their orders, visits and earlier messages are made up from seed {seed}."
