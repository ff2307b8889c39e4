"""The house itself: our names are ours alone, the command line starts fast and says what to do, locks name no registry."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("agents", "graphs", "prompts", "tools", "guardrails", "evals", "journeyman", "app")


def journeyman(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "app", *arguments], capture_output=True, text=True, cwd=cwd or ROOT, timeout=60)


@pytest.mark.parametrize("room", ROOMS)
def test_no_other_package_brings_our_room_names(room: str) -> None:
    assert set(packages_distributions().get(room, ["journeyman"])) == {"journeyman"}


def test_help_lists_every_command_and_imports_nothing_heavy() -> None:
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "app", "--help"], capture_output=True, text=True, cwd=ROOT, timeout=60
    )
    assert loaded.returncode == 0
    for command in (
        "demo",
        "init",
        "data",
        "plan",
        "approve",
        "write",
        "check",
        "run",
        "deliver",
        "learn",
        "report",
        "explain",
        "ope",
        "simulate",
        "trace",
        "doctor",
    ):
        assert re.search(rf"\b{command}\b", loaded.stdout)
    modules = set(re.findall(r"\|\s+([\w.]+)$", loaded.stderr, re.M))
    assert not modules & {
        "numpy",
        "duckdb",
        "ibis",
        "langgraph",
        "langchain_core",
        "chromadb",
        "sqlalchemy",
        "numba",
        "pyarrow",
        "pydantic",
    }


def test_wrong_use_exits_2_with_a_remedy_and_no_traceback(tmp_path: Path) -> None:
    ended = journeyman("data", "profile", "--workspace", str(tmp_path))
    assert ended.returncode == 2
    assert "journeyman init" in ended.stderr and "Traceback" not in ended.stderr


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_locks_carry_hashes_and_name_no_registry(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert not re.search(r"(https?|file)://|--(extra-)?index-url|--find-links", text)
    pins = re.findall(r"^[a-z0-9_.\[\]-]+==\S+", text, re.M)
    assert len(pins) > 100 and text.count("--hash=sha256:") >= len(pins)


def test_no_module_is_long_and_every_one_says_what_it_is() -> None:
    for room in ROOMS:
        for file in (ROOT / room).rglob("*.py"):
            text = file.read_text()
            assert len(text.splitlines()) <= 300, file
            assert not text.strip() or text.lstrip().startswith(('"""', 'r"""')), f"{file} does not say what it promises"
