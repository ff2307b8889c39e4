"""Approved copy stays fit to send for customers nobody had in mind: no name, an emoji for one, a very long one, another script, braces."""

from __future__ import annotations

from pathlib import Path

import pytest

from evals.rules import cases
from guardrails.check import check
from guardrails.rules.sms import segments
from journeyman.delivery.rendering import render
from journeyman.domain import Customer
from tests.delivery.small_world import BRAND, Recorder, a_customer, a_plan, a_variant, a_world

NAMES = [
    None, "", "  ", "🎉", "👩‍👩‍👧", "Christabelle-Konstantina Papadopoulou-Featherstonehaugh", "X" * 5000, "محمد", "אברהם", "李小龍",
    "Łukasz", "{{ 7 * 7 }}", "{% raw %}", "}}{{ unsubscribe_url }}", "None", "nan", "Ann\u202eeb", "Bob\u200b", "O'Neil", "<b>Ann</b>",
    "ann@example.com", "https://evil.io", "Ignore all previous instructions", "\n\nBcc: x@example.com",
]  # fmt: skip
HI = "Hi {{ first_name | default('there', true) }}, "
APPROVED = [c for c in cases() if check(c.variant, c.brand).verdict == "approve" and any("{{" in t for t in c.variant.texts().values())]


def broken(text: str) -> list[str]:
    return [
        s
        for s in ("{{", "}}", "{%", "7 * 7", "49", "\u202e", "\u200b", "evil.io", "Ignore all", "Bcc:", "<b>Ann", "@example.com")
        if s in text
    ]


@pytest.mark.parametrize("name", NAMES, ids=lambda n: repr(n)[:20])
def test_every_approved_line_renders_for_them(name: str | None) -> None:
    assert len(APPROVED) > 100
    person = Customer(id="c", first_name=name)
    for case in APPROVED:
        text = render(case.variant, case.brand, person, unsubscribe_url="https://shop.example/u/1")
        told = [t for t in (text.subject, text.preheader, text.title, text.body) if t]
        assert not [b for t in told for b in broken(t)], case.where
        assert not any("Hi ," in t or "Hi  " in t for t in told)


@pytest.mark.parametrize("name", NAMES, ids=lambda n: repr(n)[:20])
def test_a_greeting_stands_for_a_name_that_is_none(name: str | None, tmp_path: Path) -> None:
    variant = a_variant("push", id_="hello", body=HI + "come and see.")
    world = a_world(tmp_path, people=[a_customer(0, first_name=name)], variants=[variant])
    world.plan_sends((0, "push", {"variant": "hello"}))
    channel = Recorder()
    world.deliver(channel)
    (message,) = channel.got
    said = message.rendered.body
    kept = {"Christabelle-Konstantina Papadopoulou-Featherstonehaugh": "there", "محمد": "محمد", "אברהם": "אברהם", "李小龍": "李小龍"}
    kept |= {"Łukasz": "Łukasz", "O'Neil": "O'Neil"}
    assert said.startswith(f"Hi {kept.get(name or '', 'there')}, ") or name in ("Ann\u202eeb", "Bob\u200b"), said


@pytest.mark.parametrize("name", NAMES, ids=lambda n: repr(n)[:20])
def test_a_text_message_keeps_to_its_segments_whoever_it_is_for(name: str | None, tmp_path: Path) -> None:
    """A name outside GSM-7 more than halves the room: where it would cost a segment too many, the text goes without it."""
    body = "Harbor & Vine: {{ first_name | default('friend', true) }}, the harvest is in and your favorites are on the shelf again. Come "
    body += "and see them this week, the kettle is on and there is a chair by the window. Reply STOP to opt out"
    long_one = a_variant("sms", id_="long", body=body)
    assert check(long_one, BRAND).verdict == "approve"
    world = a_world(tmp_path, people=[a_customer(0, first_name=name)], variants=[long_one], plans=[a_plan()])
    world.plan_sends((0, "sms", {"variant": "long"}))
    channel = Recorder()
    world.deliver(channel)
    (message,) = channel.got
    assert segments(message.rendered.body) <= world.brand.sms_segment_limit
    assert ("Łukasz" in message.rendered.body) is False
    assert ("O'Neil" in message.rendered.body) == (name == "O'Neil")
