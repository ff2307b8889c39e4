"""What we load leaves the process's logging as it was: no HTTP request is told on the terminal because of a library."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

CHECK = """
import logging
before = (list(logging.getLogger().handlers), logging.getLogger().level)
from journeyman.embedding import model
assert model() is model()
import chromadb, agents.ask, graphs.campaign
assert (list(logging.getLogger().handlers), logging.getLogger().level) == before
"""


def test_loading_the_embeddings_sets_up_no_logging() -> None:
    subprocess.run([sys.executable, "-c", CHECK], check=True, cwd=Path(__file__).parent.parent, timeout=120)
