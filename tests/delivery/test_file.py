"""The file channel writes exactly the contract, whole or not at all, and once."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

from journeyman.delivery.file import FileChannel
from journeyman.errors import DeliveryError, Refused
from tests.delivery.small_world import BRAND
from tests.delivery.test_email import outgoing


def test_the_json_is_the_contract(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path / "outbox", BRAND)
    message = outgoing().model_copy(update={"time_zone": "America/New_York"})
    assert channel.send(message) == "s1.json"
    assert sorted(p.name for p in channel.outbox.iterdir()) == ["s1.eml", "s1.json"]
    assert json.loads((channel.outbox / "s1.json").read_bytes()) == {
        "send_id": "s1",
        "journey": "j",
        "customer": "c",
        "address": "ann@example.com",
        "channel": "email",
        "variant": "email-marketing",
        "slot": "s",
        "sent_at": "2026-03-04T17:00:00+00:00",
        "local_time": "2026-03-04T12:00:00-05:00",
        "time_zone": "America/New_York",
        "rendered": message.rendered.model_dump(exclude_none=True),
        "decision": {"propensity": 0.5, "policy_version": "p", "seed": 1, "arm": "treatment"},
    }


def test_an_unknown_zone_tells_the_time_in_utc(tmp_path: Path) -> None:
    FileChannel(tmp_path, BRAND).send(outgoing())
    told = json.loads((tmp_path / "s1.json").read_bytes())
    assert told["time_zone"] is None and told["local_time"] == told["sent_at"]


def test_a_repeat_rewrites_nothing(tmp_path: Path) -> None:
    channel = FileChannel(tmp_path, BRAND)
    channel.send(outgoing())
    before = {p.name: (p.read_bytes(), p.stat().st_mtime_ns, p.stat().st_ino) for p in tmp_path.iterdir()}
    assert channel.send(outgoing().model_copy(update={"seed": 99})) == "s1.json"
    assert {p.name: (p.read_bytes(), p.stat().st_mtime_ns, p.stat().st_ino) for p in tmp_path.iterdir()} == before


@pytest.mark.parametrize("key", ["../escape", "a/b", ".hidden", "", "x" * 300, "a\x00b"])
def test_a_key_is_never_a_path(tmp_path: Path, key: str) -> None:
    message = outgoing()
    with pytest.raises(Refused):
        FileChannel(tmp_path / "o", BRAND).send(message.model_copy(update={"send": message.send.model_copy(update={"id": key})}))
    assert list((tmp_path / "o").iterdir()) == []


def test_a_full_disk_leaves_no_half_file_and_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    channel = FileChannel(tmp_path, BRAND)

    def full(handle: int, data: bytes) -> int:
        if len(data) > 10:
            return write(handle, data[:10])  # some of it still fits
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    write = os.write
    monkeypatch.setattr(os, "write", full)
    with pytest.raises(DeliveryError, match="No space left") as caught:
        channel.send(outgoing())
    assert not isinstance(caught.value, Refused) and "Free some space" in caught.value.remedy
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    channel.send(outgoing())
    assert len(list(tmp_path.iterdir())) == 2


def test_a_file_system_without_links_works_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_link(*_: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", no_link)
    FileChannel(tmp_path, BRAND).send(outgoing())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["s1.eml", "s1.json"]


def test_an_outbox_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DeliveryError, match="Cannot write"):
        FileChannel(tmp_path / "file" / "outbox", BRAND)
