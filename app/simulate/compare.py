"""Policies against a world: which worlds there are, the comparison, and its outcome as facts for terminal, page and machines."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from journeyman.errors import RunError
from journeyman.simulation.cast import POLICIES, contest, known, usual
from journeyman.simulation.laboratory import ROUNDS, WORLDS
from journeyman.simulation.play import Diary, Laboratory, Stage, Standing, standing
from journeyman.simulation.settings import USE_CASES, UseCase

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Asked:
    """What a simulation was asked for. `customers` None: a laboratory world's usual 20,000, a demonstration world's whole audience."""

    world: str
    policies: Sequence[str] = ()
    days: int = 28
    seed: int = 7
    customers: int | None = None
    variants: int = 300
    gate: bool = True


@dataclass(frozen=True)
class Row:
    """One policy: its name as asked for, what it is, what it did, and how that stands against the oracle."""

    name: str
    about: str
    diary: Diary
    standing: Standing

    @property
    def violations(self) -> int:
        """Sends that broke a rule."""
        return int(self.diary.violations.sum())

    @property
    def label(self) -> str:
        """The name, short enough for a table: of a saved policy the file's."""
        kind, colon, path = self.name.partition(":")
        file = Path(path).name
        return f"{kind}:{file if len(file) <= 12 else f'{file[:11]}…'}" if colon else kind


@dataclass(frozen=True)
class Outcome:
    """The comparison. Same question, same outcome, but for the seconds in the diaries, which no document shows."""

    asked: Asked
    about: str
    customers: int
    rules: tuple[str, ...]
    rows: list[Row]

    @property
    def laboratory(self) -> bool:
        """Whether the world is an abstract one."""
        return self.asked.world in WORLDS

    @property
    def violations(self) -> int:
        """Of all policies together."""
        return sum(row.violations for row in self.rows)

    @property
    def broken(self) -> list[str]:
        """The rules that were broken by any policy, by name."""
        return sorted({rule for row in self.rows for rule in row.diary.broken})

    def document(self) -> dict[str, Any]:
        """The JSON of `journeyman simulate --json`, without the paths. Rewards and regret are in expected successes."""
        return {
            "world": self.asked.world,
            "about": self.about,
            "seed": self.asked.seed,
            "days": self.asked.days,
            "customers": self.customers,
            "gate": self.asked.gate,
            "rules": list(self.rules),
            "violations": self.violations,
            "policies": [_told(row) for row in self.rows],
        }


def _told(row: Row) -> dict[str, Any]:
    diary, against = row.diary, row.standing
    return {
        "policy": row.name,
        "decisions": int(diary.decisions.sum()),
        "sends": int(diary.sends.sum()),
        "reward": round(float(diary.reward.sum()), 4),
        "reward_per_100_decisions": round(against.per_100, 4),
        "share_of_oracle": round(against.total_share, 5),
        "regret": round(float(against.regret[-1]), 4),
        "violations": row.violations,
        "violations_by_rule": diary.broken,
        "daily": {
            "decisions": diary.decisions.tolist(),
            "sends": diary.sends.tolist(),
            "reward": [round(float(v), 4) for v in diary.reward],
            "regret": [round(float(v), 4) for v in against.regret],
            "share_of_oracle_7d": [round(float(v), 5) for v in against.share],
            "violations": diary.violations.tolist(),
        },
    }


def simulate(asked: Asked, tell: Tell) -> Outcome:
    """Plays every policy asked for, and the oracle. Raises RunError for a world there is not, PolicyError for a policy that cannot play."""
    if asked.world not in (*USE_CASES, *WORLDS):
        raise RunError(f"There is no world {asked.world}.", remedy=f"There are: {', '.join((*USE_CASES, *WORLDS))}.")
    for name in asked.policies:
        known(name)
    with tempfile.TemporaryDirectory(prefix="journeyman-") as folder:
        stage = _stage(asked, Path(folder) / asked.world, tell)
        names = list(asked.policies) or usual(stage)

        def told(name: str, done: int, of: int) -> None:
            tell(f"Playing {name.partition(':')[0]}", done, of)

        diaries = contest(stage, names, asked.seed, gate=asked.gate, tell=told)
    best = diaries["oracle"]
    rows = [Row(name, _about(name), diary, standing(diary, best)) for name, diary in diaries.items()]
    return Outcome(asked, stage.about, stage.customers, stage.rules, sorted(rows, key=lambda r: -float(r.diary.reward.sum())))


def _stage(asked: Asked, folder: Path, tell: Tell) -> Stage:
    if asked.world in WORLDS:
        tell(f"Making world {asked.world}", 0, 0)
        return Laboratory(asked.world, asked.seed, asked.days, asked.customers or ROUNDS)
    from app.simulate.campaign import prepared

    tell("Making data, features, plan and copy", 0, 0)
    use_case: UseCase = next(name for name in get_args(UseCase) if name == asked.world)
    return asyncio.run(prepared(use_case, folder, variants=asked.variants, seed=asked.seed, days=asked.days, customers=asked.customers))


def _about(name: str) -> str:
    return POLICIES["journeyman:PATH" if ":" in name else name]
