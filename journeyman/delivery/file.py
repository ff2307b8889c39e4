"""The file channel: each message as `SEND_ID.json`, e-mail as `SEND_ID.eml` beside it (CONTRACTS.md, "Outbox of the file channel").

Files appear whole or not at all, and the JSON last: where it is, the message is sent. One that is there is never written again. Not
flushed to the platter one by one: a power cut may take the last seconds' files, a kill takes none.
"""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from threading import get_ident
from zoneinfo import ZoneInfo

from journeyman.delivery.email import message as email_message
from journeyman.domain import Brand, Outgoing, Record
from journeyman.errors import DeliveryError, Refused

ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",\n", ": ")).encode
"""A line for each field; indented ones the standard library makes only slowly."""
SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}")


class FileChannel:
    """Writes to a folder. Safe to use from several processes at once."""

    name = "file"
    idempotent = True

    def __init__(self, outbox: Path, brand: Brand) -> None:
        self.outbox = outbox
        self._folder = str(outbox)
        self._brand = brand
        try:
            outbox.mkdir(parents=True, exist_ok=True)
        except OSError as problem:
            raise _closed(outbox, problem) from problem

    def send(self, message: Outgoing) -> str:
        """Writes the files and returns the JSON's name. Raises Refused for what cannot be a message or a file's name, DeliveryError when
        the folder cannot be written to."""
        if not SAFE.fullmatch(message.key):
            raise Refused(f"{message.key!r} cannot be a file's name.", remedy="Use letters, digits and . _ @ + - in ids.")
        name = f"{message.key}.json"
        if os.access(f"{self._folder}/{name}", os.F_OK):
            return name
        letter = email_message(message, self._brand) if message.send.channel == "email" else None
        try:
            if letter is not None:
                _place(self._folder, f"{message.key}.eml", letter)
            _place(self._folder, name, ENCODE(document(message)).encode())
        except OSError as problem:
            raise _closed(self.outbox, problem) from problem
        return name


def document(message: Outgoing) -> dict[str, object]:
    """The contract's fields, in its order. Where the zone is unknown the local time is told in UTC."""
    send = message.send
    return {
        "send_id": send.id,
        "journey": send.journey,
        "customer": send.customer,
        "address": send.address,
        "channel": send.channel,
        "variant": send.variant,
        "slot": send.slot,
        "sent_at": _iso(message.sent_at, None),
        "local_time": _iso(message.sent_at, message.time_zone),
        "time_zone": message.time_zone,
        "rendered": _given(message.rendered),
        "decision": {
            "propensity": message.propensity,
            "policy_version": message.policy_version,
            "seed": message.seed,
            "arm": send.arm,
        },
    }


def _given(record: Record) -> dict[str, object]:
    """The fields that are not None, of records within it too."""
    fields = record.__dict__.items()
    return {name: _given(value) if isinstance(value, Record) else value for name, value in fields if value is not None}


@lru_cache(maxsize=4096)
def _iso(moment: datetime, zone: str | None) -> str:
    return moment.astimezone(ZoneInfo(zone) if zone else UTC).isoformat()


def _place(folder: str, name: str, content: bytes) -> None:
    """Writes beside the target, then gives it its name; a name already taken stays what it is. No `Path` here: it is slow."""
    target, draft = f"{folder}/{name}", f"{folder}/.{name}.{os.getpid()}.{get_ident()}"
    try:
        _write(draft, content)
        try:
            os.link(draft, target)
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links
            Path(draft).replace(target)
    finally:
        with suppress(FileNotFoundError):
            os.remove(draft)  # noqa: PTH107


def _write(path: str, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
    try:
        while content:
            content = content[os.write(handle, content) :]
    finally:
        os.close(handle)


def _closed(outbox: Path, problem: OSError) -> DeliveryError:
    return DeliveryError(
        f"Cannot write to {outbox}: {problem.strerror}.", remedy="Free some space or give write permission, then run again with --resume."
    )
