"""Replies kept on disk as JSON, one file per key. Holds valid replies only: no prompts, no keys, no errors."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any


class ReplyCache:
    """A folder of replies. A file that cannot be read counts as not there; writing is atomic, so a crash leaves no half file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> Any | None:
        """The value kept under `key` (hex), or None."""
        try:
            return json.loads(self._file(key).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def put(self, key: str, value: Any) -> None:
        """Keeps a JSON value under `key`."""
        file = self._file(key)
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_suffix(f".{os.getpid()}-{secrets.token_hex(4)}")
        fresh.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
        fresh.replace(file)

    def _file(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.json"
