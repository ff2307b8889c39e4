"""Where runs are kept and how they are found again: `SUITE-NNN.json`, numbered from 1, in a folder of the place the command is given in."""

from __future__ import annotations

import re
from pathlib import Path

from evals.records import Run, read, save
from journeyman.errors import RunError

HERE = Path(".journeyman") / "evals"
BASELINES = Path(__file__).parent / "baselines"
BLESSED = "blessed"


def keep(run: Run, folder: Path = HERE) -> Path:
    """Saves a run under the next free number. Raises OSError when the disk refuses."""
    taken = [int(m[1]) for f in folder.glob(f"{run.suite}-*.json") if (m := re.fullmatch(rf"{run.suite}-(\d+)", f.stem))]
    file = folder / f"{run.suite}-{max(taken, default=0) + 1:03d}.json"
    save(run, file)
    return file


def kept(folder: Path = HERE) -> list[Path]:
    """The runs in a folder, by name."""
    return sorted(folder.glob("*-*.json")) if folder.is_dir() else []


def baseline_file(suite: str, model: str, baselines: Path = BASELINES) -> Path:
    """Where the blessed run of a suite and model is."""
    return baselines / f"{suite}.{re.sub(r'[^a-z0-9.]+', '-', model.lower()).strip('-')}.json"


def find(name: str, *, like: Run | None = None, folder: Path = HERE, baselines: Path = BASELINES) -> Run:
    """A run by path, by name (`planner-003`), the latest of a suite (`planner`), or `blessed`: the blessed run of the suite and model of
    `like`. Raises RunError when there is none."""
    if name == BLESSED:
        if like is None:
            raise RunError("Only the first of two runs can be `blessed`.", remedy="Write: journeyman eval compare blessed RUN.")
        file = baseline_file(like.suite, like.model.name, baselines)
        if not file.is_file():
            remedy = f"Bless one: journeyman eval bless RUN (of suite {like.suite}, model {like.model.name})."
            raise RunError(f"No run of {like.suite} with {like.model.name} is blessed.", remedy=remedy)
        return read(file)
    if (file := Path(name)).is_file():
        return read(file)
    runs = [f for f in kept(folder) if f.stem == name] or [f for f in kept(folder) if f.stem.rpartition("-")[0] == name.replace("-", "_")]
    if not runs:
        raise RunError(f"There is no run {name}.", remedy="See the runs there are with `journeyman eval report`.")
    return read(runs[-1])
