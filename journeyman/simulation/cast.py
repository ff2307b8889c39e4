"""Which policies can be named, how each becomes a player of a stage, and a contest of several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from journeyman.decisioning import Policy
from journeyman.errors import PolicyError
from journeyman.simulation.play import Diary, Stage
from journeyman.simulation.players import AbTest, BestFixed, BetaThompson, BusinessAsUsual, Chance, Journeyman, Oracle, Player

POLICIES = {
    "journeyman": "the product's policy, new, with its defaults",
    "journeyman:PATH": "a saved policy, which goes on learning",
    "bau": "business as usual: mail on Tuesday, push or text on Friday",
    "random": "every eligible message as likely",
    "best-fixed": "the one action that is truly best on average",
    "ab-test": "at random for a quarter of the time, then the winner",
    "beta-ts": "Thompson sampling on success rates, no customers",
    "oracle": "knows the truth: the ceiling, always shown",
}


def usual(stage: Stage) -> list[str]:
    """Who plays when nobody is named."""
    return ["journeyman", *(["bau"] if stage.standard else []), "random", "best-fixed"]


def known(name: str) -> str:
    """`name` again. Raises PolicyError, which tells what there is, for one that means nothing; touches no file."""
    kind, colon, path = name.partition(":")
    if (colon and (kind != "journeyman" or not path)) or (not colon and kind not in POLICIES):
        raise PolicyError(f"There is no policy {name}.", remedy=f"There are: {', '.join(POLICIES)}.")
    return name


def cast(name: str, stage: Stage, seed: int) -> Player:
    """The player of that name. Raises PolicyError for an unknown name, a policy that cannot play here, and a file that does not fit."""
    kind, _, path = known(name).partition(":")
    count = len(stage.features)
    match kind:
        case "journeyman":
            return Journeyman(fitting(Path(path), stage) if path else stage.fresh(seed))
        case "bau":
            if stage.standard is None:
                raise PolicyError(
                    f"World {stage.name} has no channels and themes, so there is no business as usual in it.",
                    remedy=f"Leave bau out; here can play: {', '.join(p for p in POLICIES if p != 'bau')}.",
                )
            return BusinessAsUsual(*stage.standard)
        case "random":
            return Chance()
        case "best-fixed":
            return BestFixed(stage.average())
        case "ab-test":
            return AbTest(count, stage.decisions, seed)
        case "beta-ts":
            return BetaThompson(count, seed)
    return Oracle()


def fitting(path: Path, stage: Stage) -> Policy:
    """The policy saved at `path`. Raises PolicyError when it is none, or was made for other contexts or actions than the world has."""
    policy = Policy.load(path)
    mine, wanted = policy.actions.features, stage.features
    faults = []
    if policy.settings.context_dim != stage.width:
        faults.append(f"it expects {policy.settings.context_dim} numbers about a customer, the world gives {stage.width}")
    if len(mine) != len(wanted):
        faults.append(f"it chooses among {len(mine):,} actions, the world has {len(wanted):,}")
    if mine.shape[1] != wanted.shape[1]:
        faults.append(f"its actions have {mine.shape[1]} attributes, the world's {wanted.shape[1]}")
    if not faults and not np.allclose(mine, wanted, atol=1e-5):
        faults.append("it has as many actions, but others: the world's messages are not those it was taught with")
    if faults:
        raise PolicyError(
            f"{path} does not fit world {stage.name}: {'; '.join(faults)}.",
            remedy="Name the world, seed and variants it was taught in, or play a new one with --policy journeyman.",
        )
    return policy


def contest(stage: Stage, names: Sequence[str], seed: int, *, gate: bool = True, tell: Callable[[str, int, int], None]) -> dict[str, Diary]:
    """What each policy did, the oracle first, which keeps the rules even where `gate` is off for the others. `tell`: policy, days, of how
    many. All are cast before the first plays, so what is wrong is known at once."""
    players = {name: cast(name, stage, seed) for name in dict.fromkeys(["oracle", *names])}

    def played(name: str, player: Player) -> Diary:
        return stage.play(player, gate=gate or player.clairvoyant, tell=lambda done, of: tell(name, done, of))

    return {name: played(name, player) for name, player in players.items()}
