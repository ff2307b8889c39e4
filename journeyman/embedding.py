"""The small embedding model (wordllama; its weights are in the wheel, nothing is downloaded), loaded once in a process, and quietly."""

from __future__ import annotations

import logging
from functools import cache
from pathlib import Path
from typing import Any


@cache
def model() -> Any:
    """Its `embed(texts, ...)` makes (n, 256) vectors."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    import wordllama

    root.handlers[:] = handlers  # importing it sets up logging for the whole process, and every HTTP request would be told on the terminal
    root.setLevel(level)
    return wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
