"""A policy as one file: a zip of plain arrays (`.npz`) with a JSON description among them. Never pickle.

Written beside its place and moved there when complete, so a reader sees the old file or the new one. Anything that does not add up on
reading (checksums, names, shapes, versions) is a PolicyError. The drawn models are part of the file: decisions repeat on any machine.
"""

from __future__ import annotations

import json
import os
import struct
import tempfile
import zipfile
import zlib
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np

from journeyman.decisioning.memory import Memory
from journeyman.decisioning.state import Actions, Belief, Settings
from journeyman.errors import PolicyError

FORMAT = 3
OLDER = 2
"""The format before features were expected to bring anything."""
_ARRAYS = {
    "actions": ("features", "items", "costs", "retired", "centre", "groups", "affinities", "tilts"),
    "memory": ("contexts", "action", "reward", "ids", "serials", "times"),
    "belief": ("mean", "identity", "weights", "identities"),
}


def write(path: Path, settings: Settings, actions: Actions, memory: Memory, belief: Belief, calls: int) -> None:
    """Save the parts of a policy to `path` (any name)."""
    about = {"format": FORMAT, "settings": asdict(settings), "seen": memory.seen, "variance": belief.variance, "calls": calls}
    parts = {"actions": actions, "memory": memory, "belief": belief}
    arrays = {f"{part}.{name}": getattr(parts[part], name) for part, names in _ARRAYS.items() for name in names}
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, about=np.frombuffer(json.dumps(about, sort_keys=True).encode(), np.uint8), **arrays)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def read(path: Path) -> tuple[Settings, Actions, Memory, Belief, int]:
    """What `write` wrote. Raises PolicyError."""
    try:
        with path.open("rb") as file:
            with zipfile.ZipFile(file) as parts:
                if damaged := parts.testzip():
                    raise ValueError(f"{damaged} is damaged")
            file.seek(0)
            with np.load(file, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
        about = json.loads(arrays.pop("about").tobytes())
        return _assembled(about, arrays)
    except FileNotFoundError as problem:
        raise PolicyError(f"There is no policy at {path}.", remedy="Run the journey once, or check the path.") from problem
    except (OSError, ValueError, KeyError, TypeError, EOFError, RuntimeError, struct.error, zlib.error, zipfile.BadZipFile) as problem:
        raise PolicyError(
            f"{path} is not a whole policy file ({problem}).", remedy="Restore it from a backup or an earlier version."
        ) from problem


def _assembled(about: dict[str, Any], arrays: dict[str, Any]) -> tuple[Settings, Actions, Memory, Belief, int]:
    if about["format"] == OLDER:
        arrays["actions.tilts"] = np.zeros(arrays["actions.features"].shape[1])
    elif about["format"] != FORMAT:
        raise ValueError(f"format {about['format']}, this version reads {FORMAT}")
    settings = Settings(**about["settings"])
    part = {p: {name: arrays[f"{p}.{name}"] for name in names} for p, names in _ARRAYS.items()}
    actions = Actions(**part["actions"])
    memory = Memory(**part["memory"], seen=int(about["seen"]))
    belief = Belief(**part["belief"], variance={str(k): float(v) for k, v in about["variance"].items()})
    count, rows = len(actions.features), len(memory.ids)
    width, columns = settings.context_dim + 1, actions.features.shape[1] + (1 if settings.hold is None else 2)
    wanted = {
        "items": (actions.items, (count,)), "costs": (actions.costs, (count,)), "retired": (actions.retired, (count,)),
        "centre": (actions.centre, (actions.features.shape[1],)), "groups": (actions.groups, (actions.features.shape[1],)),
        "tilts": (actions.tilts, (actions.features.shape[1],)), "affinities": (actions.affinities, (len(actions.affinities), 3)),
        "contexts": (memory.contexts, (rows, settings.context_dim)),
        "action": (memory.action, (rows,)), "reward": (memory.reward, (rows,)),
        "serials": (memory.serials, (rows,)), "times": (memory.times, (rows,)), "mean": (belief.mean, (width, columns)),
        "weights": (belief.weights, (settings.draws, width, columns)),
        "identities": (belief.identities, (settings.draws, len(belief.identity))),
    }  # fmt: skip
    for name, (array, shape) in wanted.items():
        if array.shape != shape:
            raise ValueError(f"{name} has shape {array.shape}, not {shape}")
    for record in (actions, memory, belief):
        for field in fields(record):
            value = getattr(record, field.name)
            if isinstance(value, np.ndarray) and not np.isfinite(value).all():
                raise ValueError(f"{field.name} holds values that are not finite")
    return settings, actions, memory, belief, int(about["calls"])
