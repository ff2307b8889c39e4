"""Replies kept on disk as JSON, one file per key. Holds no prompts, no keys, no errors.

A valid reply is kept before anybody uses it. While a conversation goes on, what the model has said so far is kept too, so that whoever
is killed in the middle of one pays for no part of it again.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

Turn = tuple[str, str]
"""An unusable reply, and what the model was told about it."""


class ReplyCache:
    """A folder of replies. A file that cannot be read counts as not there; writing is atomic, so a crash leaves no half file. What other
    processes add to the folder after it was first looked into is not seen."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def _names(self) -> set[str]:
        """The files there are: most questions are new, and asking the disk for each would hold up the others."""
        return {file.name for file in os.scandir(self._folder)} if self._folder.is_dir() else set()

    def get(self, key: str) -> Any | None:
        """The value kept under `key` (hex), or None."""
        return self._read(f"{key}.json")

    def put(self, key: str, value: Any) -> None:
        """Keeps a JSON value under `key`; a conversation that led to it is over."""
        self._write(f"{key}.json", value)
        self.end(key)

    def turns(self, key: str) -> list[Turn]:
        """What was said in a conversation that was broken off."""
        kept = self._read(f"{key}.open.json")
        if not isinstance(kept, list) or not all(isinstance(t, list) and len(t) == 2 and all(isinstance(x, str) for x in t) for t in kept):
            return []
        return [(said, why) for said, why in kept]

    def go_on(self, key: str, turns: Sequence[Turn]) -> None:
        """Keeps what was said so far."""
        self._write(f"{key}.open.json", [list(turn) for turn in turns])

    def end(self, key: str) -> None:
        """Forgets the conversation."""
        if (name := f"{key}.open.json") in self._names:
            (self._folder / name).unlink(missing_ok=True)
            self._names.discard(name)

    def _read(self, name: str) -> Any | None:
        if name not in self._names:
            return None
        try:
            return json.loads((self._folder / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def _write(self, name: str, value: Any) -> None:
        if not self._names:
            self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._folder / f"{name}.{os.getpid()}-{secrets.token_hex(4)}"
        fresh.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
        fresh.replace(self._folder / name)
        self._names.add(name)
