"""Headers people leave by: what a message must say, what a wrong one is told, and that ours are right."""

from __future__ import annotations

from pathlib import Path

import pytest

from journeyman.delivery.file import FileChannel
from journeyman.measurement.envelope import faults
from tests.delivery.small_world import BRAND, NOON, a_world

GOOD = {
    "From": "Acme <news@acme.com>",
    "List-Unsubscribe": "<https://acme.com/u/7>",
    "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
}
SIGNED = "v=1; a=rsa-sha256; d=acme.com; s=k1; h=From : To:\r\n\tList-Unsubscribe:List-Unsubscribe-Post; bh=x; b=y"


def letter(**changed: str | None) -> bytes:
    headers = {k: v for k, v in (GOOD | {k.replace("_", "-"): v for k, v in changed.items()}).items() if v is not None}
    return "".join(f"{k}: {v}\r\n" for k, v in headers.items()).encode() + b"\r\nHi"


def test_a_right_one() -> None:
    assert list(faults(letter(), ["acme.com"])) == [] == list(faults(letter(DKIM_Signature=SIGNED), ["acme.com"]))
    assert list(faults(letter(From="news@mail.acme.com"), ["acme.com"])) == []


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"List_Unsubscribe": None}, "E01"),
        ({"List_Unsubscribe": "<mailto:leave@acme.com>"}, "E01"),
        ({"List_Unsubscribe": "<http://acme.com/u/7>"}, "E01"),
        ({"List_Unsubscribe": "<https://acme.com/u/7>, <https://acme.com/u/8>"}, "E01"),
        ({"List_Unsubscribe_Post": None}, "E01"),
        ({"List_Unsubscribe_Post": "List-Unsubscribe=one-click"}, "E01"),
        ({"DKIM_Signature": "v=1; d=acme.com; h=From:List-Unsubscribe; b=y"}, "E02"),
        ({"DKIM_Signature": "v=1; d=acme.com; b=y"}, "E02"),
        ({"From": "Acme <news@acme.com.evil.io>"}, "E06"),
        ({"From": "news@notacme.com"}, "E06"),
    ],
)
def test_a_wrong_one_is_told(changed: dict[str, str | None], told: str) -> None:
    (said,) = faults(letter(**changed), ["acme.com"])
    assert told in said


def test_ours_are_right(tmp_path: Path) -> None:
    world = a_world(tmp_path, people=5, now=NOON)
    world.plan_sends(*((n, "email") for n in range(5)))
    world.deliver(FileChannel(tmp_path / "outbox", BRAND))
    letters = list((tmp_path / "outbox").glob("*.eml"))
    assert len(letters) == 5
    for file in letters:
        assert list(faults(file.read_bytes(), BRAND.domains)) == []
