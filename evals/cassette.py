"""Answers kept, so that a run can be had again with no network and no money.

An answer is found by the prompt's hash, the messages, the schema asked for, the model, its settings and the epoch: change any of them and
it is another question. One JSON file an answer, written whole or not at all, so a run that is stopped keeps what it paid for. The file
holds the answer and names of what it answers; never a key or an address.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from langchain_core.messages import AIMessage
from langchain_core.messages.ai import UsageMetadata

from agents.ask import Request
from evals.records import digest
from journeyman.errors import RunError

Mode = Literal["record", "replay"]


class Cassette:
    """A folder of answers. `record` replays what is there and keeps what is asked for besides; `replay` never calls: what is missing fails
    the attempt and stands in `missing`. On a build server (`CI` is set in `env`) both replay."""

    def __init__(
        self,
        folder: Path,
        mode: Mode = "record",
        *,
        env: Mapping[str, str] = os.environ,
        timer: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._folder, self._timer = folder.absolute(), timer  # a run has a working folder of its own
        self._mode: Mode = "replay" if env.get("CI") else mode
        self.missing: list[str] = []
        self.played = self.recorded = 0

    @property
    def live(self) -> bool:
        """Whether a model may be called at all."""
        return self._mode != "replay"

    async def play(self, request: Request, epoch: int, send: Callable[[], Awaitable[AIMessage]]) -> tuple[AIMessage, float]:
        """The answer, and the seconds it took when it was recorded (0 when it is asked for now). Raises RunError for one that is missing
        where none may be asked for."""
        key = digest([request.prompt.hash, request.messages, request.wire, request.model, dict(request.settings), epoch])
        file = self._folder / key[:2] / f"{key}.json"
        if (kept := _read(file)) is not None:
            self.played += 1
            return _message(kept), float(kept.get("seconds", 0.0))
        name = f"{request.prompt.id}@{request.prompt.version}, epoch {epoch}"
        if not self.live:
            self.missing.append(f"{name} ({key[:12]})")
            raise RunError(
                f"No answer to {name} of {request.model} is recorded ({key[:12]}).",
                remedy="Record it: run again with `--record`, where the model can be reached.",
            )
        began = self._timer()
        said = await send()
        _write(file, _kept(said, request, epoch, self._timer() - began))
        self.recorded += 1
        return said, 0.0


def _kept(said: AIMessage, request: Request, epoch: int, seconds: float) -> dict[str, Any]:
    return {
        "prompt": f"{request.prompt.id}@{request.prompt.version}",
        "prompt_hash": request.prompt.hash,
        "model": request.model,
        "settings": dict(request.settings),
        "epoch": epoch,
        "text": str(said.text),
        "finish": said.response_metadata.get("finish_reason") or said.response_metadata.get("stop_reason"),
        "refusal": said.additional_kwargs.get("refusal"),
        "usage": dict(said.usage_metadata) if said.usage_metadata else None,
        "seconds": round(seconds, 4),
    }


def _message(kept: dict[str, Any]) -> AIMessage:
    usage = kept.get("usage")
    counted: UsageMetadata | None = None
    if usage:
        read, said = int(usage["input_tokens"]), int(usage["output_tokens"])
        counted = UsageMetadata(input_tokens=read, output_tokens=said, total_tokens=read + said)
    extra = {"refusal": kept["refusal"]} if kept.get("refusal") else {}
    return AIMessage(
        content=kept["text"], response_metadata={"finish_reason": kept.get("finish")}, additional_kwargs=extra, usage_metadata=counted
    )


def _read(file: Path) -> dict[str, Any] | None:
    """What a file holds; None when it is not there or is no answer."""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return kept if isinstance(kept, dict) and isinstance(kept.get("text"), str) else None


def _write(file: Path, kept: dict[str, Any]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    fresh = file.with_suffix(f".{os.getpid()}-{id(kept):x}.part")
    fresh.write_text(json.dumps(kept, ensure_ascii=False, sort_keys=True, indent=1) + "\n", encoding="utf-8")
    fresh.replace(file)
