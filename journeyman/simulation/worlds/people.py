"""Made-up people: names, reserved addresses, consent, places and habits, for every use case."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

FIRST_NAMES = [
    "Aaliyah", "Adam", "Aisha", "Alejandro", "Amara", "Amelia", "Ana", "Andre", "Anna", "Arjun", "Ava", "Ben", "Camila", "Carlos",
    "Caroline", "Chen", "Chloe", "Daniel", "David", "Diego", "Elena", "Eli", "Ella", "Emma", "Ethan", "Fatima", "Felix", "Freya",
    "George", "Grace", "Hana", "Hannah", "Henry", "Ibrahim", "Ines", "Isaac", "Isla", "Ivan", "Jada", "James", "Jamal", "Jasmine", "Jin",
    "Jonas", "Jose", "Julia", "Kai", "Keisha", "Kwame", "Lars", "Laila", "Leah", "Leo", "Liam", "Lin", "Lucia", "Luca", "Malik", "Maria",
    "Marcus", "Maya", "Mei", "Miguel", "Mila", "Mohammed", "Nadia", "Nathan", "Nia", "Nina", "Noah", "Nora", "Oliver", "Olivia", "Omar",
    "Oscar", "Paula", "Priya", "Rachel", "Rafael", "Ravi", "Rosa", "Ruth", "Ryan", "Sam", "Sara", "Sean", "Sofia", "Tariq", "Theo",
    "Tomas", "Uma", "Victor", "Wei", "Yara", "Yusuf", "Zara", "Zoe",
]  # fmt: skip
ZONES: dict[str, tuple[float, str]] = {
    "America/New_York": (
        0.33,
        "212 646 718 917 617 857 404 470 678 305 786 202 215 267 412 614 216 919 704 407 813 330 419 513 585 716 518 860 203",
    ),
    "America/Chicago": (0.22, "312 773 872 512 737 214 469 713 832 612 651 414 314 615 901 504 816 402"),
    "America/Denver": (0.08, "303 720 505 801 385 719 406 970"),
    "America/Phoenix": (0.05, "602 480 623 520 928"),
    "America/Los_Angeles": (0.17, "213 310 323 415 628 510 206 425 503 971 619 858 702"),
    "Europe/London": (0.05, ""),
    "Europe/Berlin": (0.05, ""),
    "Europe/Paris": (0.03, ""),
    "Europe/Madrid": (0.02, ""),
}
"""Share of the customers and telephone area codes by zone; Europeans have no number here (no reserved range in the plan covers them)."""
BROKEN_ZONES = ("", "Mars/Olympus_Mons", "EST-ish", "UTC+27")


@dataclass(frozen=True)
class People:
    """n people: `columns` for the customers table (each of length n), hours their clocks are from UTC in winter, and hidden habits."""

    columns: dict[str, list[str | None] | NDArray[np.generic]]
    offset: NDArray[np.float64]  # (n,)
    peak: NDArray[np.float64]  # (n,) favourite local hour
    weekend: NDArray[np.float64]  # (n,) share of activity on weekends
    bargain: NDArray[np.float64]  # (n,) in [0, 1]
    liking: NDArray[np.float64]  # (n, 4) engagement by channel, in [0, 1]


def people(ids: Sequence[str], rng: np.random.Generator, *, abroad: bool = True) -> People:
    """People for the customer ids given, in America and, with `abroad`, in Europe. About one zone in two hundred is missing or wrong."""
    n = len(ids)
    names = [zone for zone in ZONES if abroad or zone.startswith("America/")]
    share = np.array([ZONES[z][0] for z in names])
    place = rng.choice(len(names), n, p=share / share.sum())
    zone: list[str | None] = [names[p] for p in place]
    for i in np.flatnonzero(rng.random(n) < 0.005):
        zone[i] = BROKEN_ZONES[int(rng.integers(len(BROKEN_ZONES)))] or None
    first = [FIRST_NAMES[i] for i in rng.integers(len(FIRST_NAMES), size=n)]
    host = rng.choice(["example.com", "example.org", "example.net"], n, p=[0.7, 0.15, 0.15])
    has_phone, has_push = rng.random(n) < 0.88, rng.random(n) < 0.62
    columns: dict[str, list[str | None] | NDArray[np.generic]] = {
        "customer_id": list(ids),
        "email": [f"{first[i].lower()}.{ids[i].lower()}@{host[i]}" for i in range(n)],
        "phone": [number if has else None for number, has in zip(_phones(place, names, rng), has_phone, strict=True)],
        "push_token": [hashlib.sha256(f"push {ids[i]}".encode()).hexdigest() if has_push[i] else None for i in range(n)],
        "first_name": [name if known else None for name, known in zip(first, rng.random(n) < 0.97, strict=True)],
        "language": ["en"] * n,
        "time_zone": zone,
        "consent_email": rng.random(n) < 0.88,
        "consent_sms": rng.random(n) < 0.58,
        "consent_push": rng.random(n) < 0.66,
        "consent_in_app": rng.random(n) < 0.9,
    }
    winter = np.array([_winter(z) for z in names])
    modes = np.array([9.0, 12.5, 16.0, 19.5])[rng.choice(4, n, p=[0.2, 0.2, 0.25, 0.35])]
    return People(
        columns=columns,
        offset=winter[place],
        peak=modes + rng.normal(0, 1, n),
        weekend=rng.beta(2, 4, n),
        bargain=rng.beta(1.3, 1.7, n),
        liking=rng.beta(1.2, 2.0, (n, 4)),
    )


def _phones(place: NDArray[np.intp], names: list[str], rng: np.random.Generator) -> list[str | None]:
    """Numbers of the range reserved for fiction, each once per zone as long as its area codes last."""
    numbers: list[str | None] = [None] * len(place)
    for z, name in enumerate(names):
        codes = ZONES[name][1].split()
        if codes:
            pool = rng.permutation([f"+1 {code} 555 01{line:02d}" for code in dict.fromkeys(codes) for line in range(100)])
            for turn, i in enumerate(np.flatnonzero(place == z)):
                numbers[i] = str(pool[turn % len(pool)])
    return numbers


def _winter(zone: str) -> float:
    away = datetime(2026, 1, 15, tzinfo=ZoneInfo(zone)).utcoffset()
    return away.total_seconds() / 3600 if away else 0.0
