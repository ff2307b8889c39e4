"""Loads and renders prompt files. Knows nothing of models, agents or what a prompt is about.

A file is YAML front matter between `---` lines (`id`, `version`, `inputs`: name → meaning) and a template with two blocks, `system` and
`user`. The names a template uses and the inputs it declares must be the same set; a missing or surplus input raises and is named.

What comes from outside (goals, copy, knowledge) goes through the `quoted` filter: it stands between `<data name="…">` and `</data>`, and
nothing inside it can close that delimiter or hide in invisible characters (OWASP LLM01).
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from jinja2 import StrictUndefined, Template, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

HERE = Path(__file__).parent
ARCHIVE = "archive"
"""The folder beside the prompts in use that keeps earlier versions as `ID@VERSION.j2`, to be measured against."""
PARTS: tuple[Literal["system", "user"], ...] = ("system", "user")
Message = tuple[Literal["system", "user"], str]
_FILE = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_DELIMITER = re.compile(r"<(?=\s*/?\s*data)", re.IGNORECASE)


class PromptError(ValueError):
    """A prompt file is malformed, or its inputs are not the ones it declares."""


def quoted(value: object, name: str) -> str:
    """`value` (text, or anything JSON can hold) as delimited data. `<data` and `</data` inside it lose their `<`; characters nobody
    can see (zero-width, bidi, tags, controls) are dropped."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
    if text.replace("\n", "").replace("\t", "").isprintable():
        seen = text  # most texts, and much faster
    else:
        seen = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs"})
    return f'<data name="{name}">\n{_DELIMITER.sub("&lt;", seen)}\n</data>'


_ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)
_ENVIRONMENT.filters["quoted"] = quoted


@dataclass(frozen=True)
class Prompt:
    """One prompt. `hash` is the sha256 (hex) of the whole file: any edit changes it."""

    id: str
    version: int
    inputs: dict[str, str]
    hash: str
    source: str

    def render(self, **inputs: Any) -> list[Message]:
        """The messages, system first. Raises PromptError naming every missing or surplus input."""
        if missing := sorted(self.inputs.keys() - inputs.keys()):
            raise PromptError(f"Prompt {self.id} lacks: {', '.join(missing)}.")
        if surplus := sorted(inputs.keys() - self.inputs.keys()):
            raise PromptError(f"Prompt {self.id} does not declare: {', '.join(surplus)}.")
        template = _compiled(self.source)
        try:
            return [(part, "".join(template.blocks[part](template.new_context(inputs))).strip()) for part in PARTS]
        except (TemplateError, TypeError) as problem:
            raise PromptError(f"Prompt {self.id}: {problem}") from problem


@cache
def _compiled(source: str) -> Template:
    """Compiling takes ten times as long as rendering."""
    return _ENVIRONMENT.from_string(source)


def ids(folder: Path = HERE) -> list[str]:
    """The prompts there are, sorted."""
    return sorted(file.stem for file in folder.glob("*.j2"))


@cache
def load(id: str, folder: Path = HERE) -> Prompt:
    """The prompt `folder/ID.j2`, the version in use. Raises PromptError when it is not there or malformed (see `read`)."""
    file = folder / f"{id}.j2"
    if not re.fullmatch(r"[a-z][a-z0-9_]*", id) or not file.is_file():
        raise PromptError(f"There is no prompt {id!r}; there are {', '.join(ids(folder))}.")
    return read(file, id)


def warm() -> None:
    """Reads and compiles all prompts, so that nobody waits for it later."""
    for id in ids():
        _compiled(load(id).source)


def load_version(id: str, version: int, folder: Path = HERE) -> Prompt:
    """Version `version` of a prompt: the file in use when it has that number, else `folder/archive/ID@VERSION.j2`. Raises PromptError."""
    now = load(id, folder)
    if now.version == version:
        return now
    file = folder / ARCHIVE / f"{id}@{version}.j2"
    if not file.is_file():
        kept = sorted(int(f.stem.partition("@")[2]) for f in (folder / ARCHIVE).glob(f"{id}@*.j2"))
        raise PromptError(f"There is no version {version} of the prompt {id}; there are {', '.join(map(str, [*kept, now.version]))}.")
    kept_prompt = read(file, id)
    if kept_prompt.version != version:
        raise PromptError(f"{file.name} says that it is version {kept_prompt.version}.")
    return kept_prompt


def read(file: Path, id: str) -> Prompt:
    """The prompt `id` from a file of any name. Raises PromptError when it is malformed or declares other inputs than it uses."""
    raw = file.read_text(encoding="utf-8")
    if not (split := _FILE.match(raw)):
        raise PromptError(f"{file.name} does not start with front matter between --- lines.")
    try:
        front = yaml.safe_load(split[1])
        declared = {str(name): str(meaning) for name, meaning in front["inputs"].items()}
        tree = _ENVIRONMENT.parse(split[2])
        blocks = set(_ENVIRONMENT.from_string(split[2]).blocks)
        prompt = Prompt(str(front["id"]), int(front["version"]), declared, hashlib.sha256(raw.encode()).hexdigest(), split[2])
    except (yaml.YAMLError, TemplateError, KeyError, TypeError, ValueError, AttributeError) as problem:
        raise PromptError(f"{file.name} is malformed: {problem!r}") from problem
    if prompt.id != id or blocks != set(PARTS):
        raise PromptError(f"{file.name} must have id {id} and the blocks system and user.")
    used = meta.find_undeclared_variables(tree)
    if used != declared.keys():
        raise PromptError(
            f"{file.name} uses {sorted(used - declared.keys())} undeclared and declares {sorted(declared.keys() - used)} unused."
        )
    return prompt
