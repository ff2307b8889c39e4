"""Replies kept on disk as JSON, one file per key. Holds no prompts, no keys, no errors.

A valid reply is kept before anybody uses it. While a conversation goes on, what the model has said so far is kept too, so that whoever
is killed in the middle of one pays for no part of it again.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

Turn = tuple[str, str]
"""An unusable reply, and what the model was told about it."""


class ReplyCache:
    """A folder of replies. A file that cannot be read counts as not there; writing is atomic, so a crash leaves no half file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> Any | None:
        """The value kept under `key` (hex), or None."""
        return self._read(self._file(key))

    def put(self, key: str, value: Any) -> None:
        """Keeps a JSON value under `key`; a conversation that led to it is over."""
        self._write(self._file(key), value)
        self.end(key)

    def turns(self, key: str) -> list[Turn]:
        """What was said in a conversation that was broken off."""
        kept = self._read(self._file(key, ".open"))
        if not isinstance(kept, list) or not all(isinstance(t, list) and len(t) == 2 and all(isinstance(x, str) for x in t) for t in kept):
            return []
        return [(said, why) for said, why in kept]

    def go_on(self, key: str, turns: Sequence[Turn]) -> None:
        """Keeps what was said so far."""
        self._write(self._file(key, ".open"), [list(turn) for turn in turns])

    def end(self, key: str) -> None:
        """Forgets the conversation."""
        self._file(key, ".open").unlink(missing_ok=True)

    def _file(self, key: str, kind: str = "") -> Path:
        return self._folder / key[:2] / f"{key}{kind}.json"

    @staticmethod
    def _read(file: Path) -> Any | None:
        try:
            return json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    @staticmethod
    def _write(file: Path, value: Any) -> None:
        fresh = file.with_suffix(f".{os.getpid()}-{secrets.token_hex(4)}")
        text = json.dumps(value, ensure_ascii=False)
        try:
            fresh.write_text(text, encoding="utf-8")
        except FileNotFoundError:
            file.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(text, encoding="utf-8")
        fresh.replace(file)
