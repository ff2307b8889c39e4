"""A workspace: the folder a team keeps its journeys in. Opens and checks it; knows where everything in it lives.

    journeyman.yaml   brand, data and column mapping, guardrail defaults, model, channels      (people write it)
    .env              secrets                                                                  (people write it)
    knowledge/*.md    brand guide, evidence for claims                                         (people write it)
    data/             tables                                                                   (people or systems write it)
    outbox/           what the file channel sent                                               (we write it)
    report.html       the last report                                                          (we write it)
    .journeyman/      database, checkpoints, policies, feature snapshots                       (we write it)

A bad setting stops the start and is named with its line of thought: file, field, what is wrong, what to do.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agents.prices import Price
from journeyman.domain import Brand, DataSources, Guardrails, Plan, Short
from journeyman.errors import WorkspaceError

FILE = "journeyman.yaml"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FileChannelSettings(_Section):
    """The file channel: messages as .json and .eml files."""

    outbox: str = "outbox"


class ChannelSettings(_Section):
    """How messages leave."""

    file: FileChannelSettings = FileChannelSettings()


class ModelLimits(_Section):
    """What one run may spend on a language model. A campaign is one run, however often it stops and goes on."""

    tokens: int = Field(default=5_000_000, ge=0)
    money: float | None = Field(default=None, ge=0)
    concurrency: int = Field(default=8, ge=1, le=256)


class Settings(_Section):
    """journeyman.yaml."""

    brand: Brand
    data: DataSources
    guardrails: Guardrails = Guardrails()
    model: Short = "offline"
    limits: ModelLimits = ModelLimits()
    prices: dict[Short, Price] | Short = Field(default_factory=dict)
    """Prices of models that go before those listed in agents/prices.yaml, or the name of a file like that one."""
    channels: ChannelSettings = ChannelSettings()
    use_case: Literal["retail", "saas", "winback", "fintech", "hospitality"] | None = None
    """Set in a demonstration workspace: which simulated world answers."""


@dataclass(frozen=True)
class Workspace:
    """An opened workspace. `root` is absolute."""

    root: Path
    settings: Settings

    @classmethod
    def open(cls, root: Path) -> Workspace:
        """Reads journeyman.yaml and .env. Raises WorkspaceError naming the field and the remedy."""
        file = root / FILE
        if not file.is_file():
            raise WorkspaceError(
                f"There is no {FILE} in {root}.", remedy="Make a workspace with `journeyman init DIR`, or name one with --workspace DIR."
            )
        from dotenv import load_dotenv

        load_dotenv(root / ".env")
        return cls(root.resolve(), Settings(**_read(file, Settings)))

    @property
    def outbox(self) -> Path:
        return self.root / self.settings.channels.file.outbox

    @property
    def report(self) -> Path:
        return self.root / "report.html"

    @cached_property
    def state(self) -> Path:
        """`.journeyman/`, made when first asked for."""
        folder = self.root / ".journeyman"
        try:
            folder.mkdir(exist_ok=True)
        except OSError as problem:
            raise WorkspaceError(
                f"Cannot write in {self.root}: {problem.strerror}.", remedy="Free some space or choose a folder you may write in."
            ) from problem
        return folder

    @property
    def database(self) -> Path:
        return self.state / "journeyman.sqlite"

    @property
    def checkpoints(self) -> Path:
        return self.state / "checkpoints.sqlite"

    def passages(self) -> tuple[str, ...]:
        """The knowledge folder's paragraphs, in file order; empty when there is none."""
        paragraphs = [
            part.strip()
            for file in sorted((self.root / "knowledge").glob("*.md"))
            for part in file.read_text(encoding="utf-8").split("\n\n")
        ]
        return tuple(p for p in paragraphs if p)


def read_plan(file: Path) -> Plan:
    """A plan kept in a YAML or JSON file. Raises WorkspaceError."""
    return Plan(**_read(file, Plan))


def _read(file: Path, model: type[BaseModel]) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as problem:
        raise WorkspaceError(f"Cannot read {file}: {problem.strerror}.", remedy="Check the path and its permissions.") from problem
    except (yaml.YAMLError, UnicodeDecodeError) as problem:
        raise WorkspaceError(f"{file} is not valid YAML: {' '.join(str(problem).split())}", remedy="Mend the line named.") from problem
    if not isinstance(content, dict):
        raise WorkspaceError(f"{file} holds no settings.", remedy="Start from `journeyman init`.")
    try:
        model.model_validate(content)
    except ValidationError as problem:
        told = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'file'}: {e['msg']}" for e in problem.errors()[:5])
        raise WorkspaceError(f"{file} has a wrong setting. {told}.", remedy="Correct the fields named.") from problem
    return content
