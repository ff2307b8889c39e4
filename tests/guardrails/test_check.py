"""Verdicts, their merging, what plain words get, and that no text can break the checker."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guardrails.check import check, check_many, conclude, findings, merge
from guardrails.lines import read_variants
from guardrails.rules.sms import gsm, segments
from journeyman.domain import CHANNELS, Brand, Variant, Violation
from journeyman.errors import ContentError

SHARED = Path(__file__).parents[3] / "shared" / "data"
"""Public test sets, where a checkout has them beside it; the tests that read them are skipped elsewhere."""
PLAIN = """we missed you and your favourites are back on the shelf come by when you have a minute there is something new for the kitchen
the garden and the quiet hours in between our team picked what people like you love warm bread ripe tomatoes good coffee and
a little light take a look around stay as long as you like tell us what you think about it morning evening weekend with
friends or alone always glad to see you"""
MARKS = '{{ }} {% %} {# first_name | default( "x" 50% $ https:// www. @ \u202e \u200d STOP 4111 f* \x00'
EVIL = st.sampled_from(MARKS.split(" "))
ANY = st.lists(st.one_of(EVIL, st.text(max_size=12)), max_size=25).map("".join)


def block(rule: str = "X18") -> Violation:
    return Violation(rule=rule, severity="block", field="body", message="Not our voice.")


def test_verdicts(judge) -> None:
    assert judge("It is back.").verdict == "approve"
    assert judge("It is back!!!").verdict == "approve" and judge("It is back!!!").violations[0].rule == "X20"
    assert judge("Last chance to see it.").verdict == "escalate"
    assert judge("Last chance: 20% off.").verdict == "reject"


def test_findings_say_what_a_rule_meant(acme: Brand) -> None:
    variant = Variant(id="v", channel="push", body="Last chance!!! Take 20% off.")
    found = list(findings(variant, acme))
    assert {(v.rule, severity) for v, severity in found} == {("X02", "block"), ("X10", "ask"), ("X20", "warn")}
    assert all((severity == "block") == (v.severity == "block") for v, severity in found)
    assert check(variant, acme) == conclude("v", found) and check(variant, acme).violations == [v for v, _ in found]
    assert [conclude("v", [f for f in found if f[1] in kinds]).verdict for kinds in (("ask", "warn"), ("warn",))] == ["escalate", "approve"]


def test_a_model_can_only_add(judge) -> None:
    fine, unsure, bad = judge("It is back."), judge("Last chance to see it."), judge("20% off.")
    assert merge(fine, []) == fine
    assert merge(fine, [block()]).verdict == "reject"
    warned = merge(fine, [block().model_copy(update={"severity": "warn"})])
    assert warned.verdict == "approve" and len(warned.violations) == 1
    assert merge(unsure, []).verdict == "escalate"
    assert merge(bad, []).verdict == "reject" and merge(bad, [*bad.violations]) == bad


def test_many_keep_their_order(acme: Brand) -> None:
    variants = [Variant(id=f"v{i}", channel="push", body="It is back.") for i in range(5)]
    assert [v.id for v in check_many(variants, acme)] == [v.id for v in variants]


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=ANY, subject=ANY, channel=st.sampled_from(CHANNELS))
def test_no_text_breaks_it(acme: Brand, body: str, subject: str, channel: str) -> None:
    variant = Variant.model_validate(
        {"id": "v", "channel": channel, "body": body, "subject": subject, "cta": {"label": subject[:200], "url": body[:2000]}}
    )
    for violation in check(variant, acme).violations:
        if violation.span:
            assert 0 <= violation.span[0] <= violation.span[1] <= len(variant.texts()[violation.field])


@settings(deadline=None, max_examples=300)
@given(words=st.lists(st.sampled_from(PLAIN.split()), min_size=1, max_size=40))
def test_plain_words_are_approved(words: list[str]) -> None:
    verdict = check(Variant(id="v", channel="push", body=" ".join(words).capitalize() + "."), Brand(name="Acme"))
    assert verdict.verdict == "approve" and {v.rule for v in verdict.violations} <= {"P01"}


@pytest.mark.parametrize("unit", ["1-", "a-", "one ", "@", "(", "{{", "A1", "www.a", "4", "5 points ", "free and ", "half ", "а", "\u200d"])
def test_long_texts_of_one_note_are_judged(acme: Brand, unit: str) -> None:
    assert check(Variant(id="v", channel="sms", body=(unit * 20_000)[:19_990]), acme).verdict in ("reject", "escalate", "approve")


@pytest.mark.parametrize(
    "unit",
    [
        "<p ",
        "<img src=a>",
        '"a b c ',
        "as a ",
        "ignore all ",
        "because you are a ",
        "$9 a month ",
        "a loan from 5% ",
        "12 things ",
        "der die ",
    ],
)
def test_long_letters_of_one_note_are_judged(acme: Brand, unit: str) -> None:
    long = (unit * 20_000)[:19_990]
    letter = Variant(id="v", channel="email", subject=long, body=long, regulated="credit")
    assert check(letter, acme).verdict in ("reject", "escalate", "approve")


@pytest.mark.skipif(not (SHARED / "sms").is_dir(), reason="the carriers' segment cases are not here")
def test_segments_as_carriers_count() -> None:
    cases = json.loads((SHARED / "sms/twilio_segments.json").read_text())["TestData"]
    assert cases
    for case in cases:
        assert (segments(case["body"]), gsm(case["body"])) == (case["segments"], case["encoding"] == "GSM-7"), case["testDescription"]


@pytest.mark.skipif(not (SHARED / "xstest").is_dir(), reason="the prompts are not here")
def test_words_that_only_sound_bad_are_left_alone(acme: Brand) -> None:
    with (SHARED / "xstest/xstest_prompts.csv").open(newline="") as stream:
        prompts = [row["prompt"] for row in csv.DictReader(stream) if row["label"] == "safe"]
    assert len(prompts) == 250
    found = [
        (p, v)
        for p in prompts
        for v in check(Variant(id="v", channel="push", body=p), acme).violations
        if v.rule in ("X16", "X17", "X14", "X11")
    ]
    assert found == []


@pytest.mark.skipif(not (SHARED / "injection").is_dir(), reason="the injections are not here")
def test_injections_are_only_text(acme: Brand) -> None:
    attacks = [t for texts in json.loads((SHARED / "injection/text_attack_test.json").read_text()).values() for t in texts]
    mails = [json.loads(line)["context"] for line in (SHARED / "injection/email_test.jsonl").read_text().splitlines()]
    for text in (*attacks, *mails):
        alone = check(Variant(id="v", channel="push", body=text[:20_000]), acme)
        bad = check(Variant(id="v", channel="push", title="Take 20% off", body=text[:20_000]), acme)
        assert bad.verdict == "reject" and alone.verdict in ("approve", "escalate", "reject")


def test_lines(tmp_path: Path) -> None:
    file = tmp_path / "copy.jsonl"
    file.write_bytes(
        b'\xef\xbb\xbf{"id": "a", "channel": "push", "body": "Hello"}\r\n\n'
        b"{not json}\n"
        b'{"id": "a", "channel": "push", "body": "Again"}\n'
        b'{"id": "b", "channel": "fax", "body": "x", "colour": 1}\n'
        b'{"id": "c", "id": "d", "channel": "push", "body": "x"}\n'
        b'"text"\n'
        b"\xff\xfe\n" + b"[" * 100_000 + b"\n" + b'{"id": "z", "channel": "sms", "body": "Hello"}'
    )
    read = list(read_variants(file))
    assert [n for n, _ in read] == [1, 3, 4, 5, 6, 7, 8, 9, 10]
    assert [v.id for _, v in read if isinstance(v, Variant)] == ["a", "z"]
    told = {n: str(e) for n, e in read if isinstance(e, ContentError)}
    assert all(f"{file}:{n}: " in text for n, text in told.items())
    for n, words in {3: "not JSON", 4: "used in line 1", 5: "colour", 6: "'id' is given twice", 7: "not a JSON object", 8: "UTF-8"}.items():
        assert words in told[n]
    assert "channel" in told[5]


@pytest.mark.parametrize("name", ["missing.jsonl", "."])
def test_a_file_that_cannot_be_read_is_wrong_use(tmp_path: Path, name: str) -> None:
    with pytest.raises(ContentError, match="Cannot read"):
        read_variants(tmp_path / name)
