"""Every rule on its own examples, and the adversary's and the marketer's cases of cases.yaml."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from guardrails.check import check
from guardrails.rules import RULES
from guardrails.rules.base import Rule, rule
from journeyman.domain import Brand, Variant

EXAMPLES = [(r, example, fails) for r in RULES.values() for examples, fails in ((r.passes, False), (r.fails, True)) for example in examples]
GROUPS = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text())
CASES = [(g["rule"], body, "hits" in g, g.get("incentive")) for g in GROUPS if "with" not in g for body in g.get("hits", g.get("misses"))]
RAISED = [(g["rule"], body, "hits" in g, g["with"]) for g in GROUPS if "with" in g for body in g.get("hits", g.get("misses"))]
CASES += [
    ("X16", body, True, None)
    for body in (
        "AKIA" + "IOSFODNN7EXAMPLE",
        "gh" + "p_" + "a1B2" * 9,
        "sk" + "-proj-abcdefghij1234567890",
        "xo" + "xb-123456789012-123456789012-abcdef",
        "sk" + "_live_" + "a1b2c3d4" * 3,
        "SG" + ".a1B2c3D4e5F6g7H8i9J0kk." + "a" * 42 + "1",
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "ey" + "JhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    )
]


@pytest.mark.parametrize(("tried", "example", "fails"), EXAMPLES, ids=lambda v: v.id if isinstance(v, Rule) else "")
def test_a_rule_keeps_its_own_examples(tried: Rule, example: dict, fails: bool) -> None:
    fields = {"id": "v", "channel": tried.channels[0]} | example
    brand = Brand.model_validate(fields.pop("_brand", tried.brand))
    variant = Variant.model_validate(fields)
    mine = [v for v in check(variant, brand).violations if v.rule == tried.id]
    assert bool(mine) == fails, mine
    for violation in mine:
        assert violation.message.endswith((".", "!", "?", ")", "}}")) or tried.id in ("S02", "X04"), violation.message
        if violation.span:
            start, end = violation.span
            assert 0 <= start < end <= len(variant.texts()[violation.field])


@pytest.mark.parametrize(("id", "body", "hit", "incentive"), CASES)
def test_cases(blocked, id: str, body: str, hit: bool, incentive: dict | None) -> None:
    assert (id in blocked(body, incentive=incentive)) == hit


@pytest.mark.parametrize(("id", "body", "hit", "given"), RAISED)
def test_cases_of_what_code_raises(judge, id: str, body: str, hit: bool, given: dict) -> None:
    """Here a finding counts whether it blocks or is left to a person; `verdict` says which, where it matters."""
    fields = {k: v for k, v in given.items() if k != "verdict"}
    subject, split, rest = body.partition(" || ")
    if split:
        fields["subject"], body = subject, rest
    found = judge(body, **fields)
    assert (id in {v.rule for v in found.violations}) == hit, found
    if hit and "verdict" in given:
        assert found.verdict == given["verdict"], found


def test_every_rule_says_what_it_is_and_has_both_examples() -> None:
    for registered in RULES.values():
        assert registered.says.endswith(".") and registered.source and registered.passes and registered.fails
    assert {"E03", "E05", "S01", "S03", "X02", "X11", "X12", "X14", "X15", "X16", "X17"} <= RULES.keys()


def test_an_id_is_taken_once() -> None:
    with pytest.raises(ValueError, match="X02 is registered twice"):
        rule("X02", "Again.", severity="block", source="-", passes={"body": "a"}, fails={"body": "b"})(lambda copy: iter(()))


@pytest.mark.parametrize(
    ("url", "bad"),
    [
        ("https://acme.com/x", False), ("https://shop.acme.com", False), ("{{ unsubscribe_url }}", False),
        ("http://acme.com/x", True), ("https://evil.com", True), ("{{ city }}", True), ("https://acme.com/{{ city }}", True),
        ("javascript:x", True), ("", True), ("/sale", True), ("acme://x", True), ("acme.com", True), ("//acme.com", True),
        ("mailto:help@acme.com", True), ("https://acme.com.evil.io", True),
    ],
)  # fmt: skip
def test_a_button_leads_to_the_brand_over_https(blocked, url: str, bad: bool) -> None:
    assert ("X15" in blocked("Hello there", cta={"label": "Go", "url": url}, channel="in_app")) == bad


@pytest.mark.parametrize(
    ("link", "bad"),
    [
        ("https://anything.com", False), ("www.anything.com", False), ("http://anything.com", True), ("https://u@a.com", True),
        ("https://a.com/?url=https://b.com", True), ("https://a.com/?url=https://www.a.com", False), ("https://xn--80ak6aa92e.com", True),
    ],
)  # fmt: skip
def test_without_an_allowlist_links_are_judged_by_form(blocked, link: str, bad: bool) -> None:
    assert ("X15" in blocked(f"See {link}", brand=Brand(name=""))) == bad


@pytest.mark.parametrize(
    "ending",
    ["Reply STOP to opt out.", "Reply STOP to end", "STOP to opt-out", "Text STOP to unsubscribe", "Txt STOP 2 end",
     "Opt out: STOP", "STOP=end",
     'Reply "stop" to opt out', "Send STOP to 12345 to opt out", "Répondez STOP", "Antworte STOPP"],
)  # fmt: skip
def test_ways_to_say_stop(blocked, ending: str) -> None:
    assert "S03" not in blocked(f"Acme: it is back. {ending}", channel="sms")


@pytest.mark.parametrize(
    "ending", ["", "Stop by soon.", "Don't reply STOP.", "We never stop. Reply now.", "Reply to us. Non-stop fun", "STOP", "Full stop."]
)
def test_no_way_out(blocked, ending: str) -> None:
    assert "S03" in blocked(f"Acme: it is back. {ending}", channel="sms")


@pytest.mark.parametrize(
    ("name", "body"), [("Acme Inc.", "Acme: hi."), ("Café Noir", "Cafe Noir: hi."), ("Ben's", "Ben's: hi."), ("ACME", "acme here.")]
)
def test_ways_to_name_the_brand(blocked, name: str, body: str) -> None:
    assert blocked(f"{body} Reply STOP to opt out.", channel="sms", brand=Brand(name=name)) == set()


def test_a_name_inside_a_word_names_nobody(blocked) -> None:
    assert "S03" in blocked("Acmeology: hi. Reply STOP to opt out.", channel="sms")


def test_segments_are_counted_with_a_long_name(blocked) -> None:
    tail = " Reply STOP to opt out."
    room = 306 - len("Acme: hi ") - len(tail)
    fits = 'Acme: hi {{ first_name | default("you", true) }}' + "x" * (room - 12) + tail
    assert "S01" not in blocked(fits, channel="sms")
    assert "S01" in blocked(fits.replace("x", "xx", 1), channel="sms")
    assert "S01" in blocked(fits.replace("x", "é", 0).replace("x", "’", 1), channel="sms")


def test_mail_that_is_owed_needs_no_way_out_unless_it_sells(blocked) -> None:
    assert blocked("Your parcel left.", channel="email", topic="transactional") == set()
    assert {"E03", "E05"} <= blocked("Your parcel left.", channel="email", topic="transactional", incentive={"kind": "gift"})


@pytest.mark.parametrize(
    ("body", "rules"),
    [
        ("Hi.\n\nUnsubscribe: {{ unsubscribe_url }}\n1 Mill Lane,\nPortland, OR 97201", set()),
        ("Hi.\n\nUnsubscribe: https://acme.com/unsubscribe\n{{ postal_address }}", set()),
        ("Hi.\n\n<!-- {{ unsubscribe_url }} -->\n{{ postal_address }}", {"E03"}),
        ("Hi.\n\n{# {{ unsubscribe_url }} #}{{ postal_address }}", {"E03"}),
        ("Hi.\n\n{% if first_name %}{{ unsubscribe_url }}{% endif %} {{ postal_address }}", {"E03"}),
        ("Hi.\n\n{{ unsubscribe_url }}\nPortland", {"E05"}),
    ],
)
def test_footers(blocked, body: str, rules: set[str]) -> None:
    assert blocked(body, channel="email", subject="Hi") == rules


def test_the_plan_bounds_the_offer_and_bans_phrases(judge) -> None:
    from journeyman.domain import Guardrails

    rails = Guardrails(max_discount_percent=10, banned_phrases=["old friend"])
    found = judge("15% off, old friend", incentive={"kind": "percent_off", "value": 15}, guardrails=rails)
    assert [(v.rule, v.field) for v in found.violations] == [("X02", "incentive"), ("X17", "body")]


@pytest.mark.parametrize(
    ("body", "ok"),
    [
        ("15% off until December 31.", True), ("Ends 31 December 2026: 15% off.", True), ("15% off until 2026-12-31.", True),
        ("15% off through 12/31.", True),
        ("15% off until December 30.", False), ("15% off until December 31, 2027.", False), ("15% off by 2026-11-30.", False),
        ("15% off with code BACK15.", True), ("15% off, code: BACK16", False), ("15% off. Your zip code LS12AB is fine.", True),
    ],
)  # fmt: skip
def test_dates_and_codes(blocked, body: str, ok: bool) -> None:
    offer = {"kind": "percent_off", "value": 15, "code": "BACK15", "expires": "2026-12-31"}
    assert ("X03" not in blocked(body, incentive=offer)) == ok


def test_what_a_template_hides_is_found_where_it_stands(judge) -> None:
    body = 'Hi {{ first_name | default("take 50% off", true) }}, hello.'
    (violation,) = (v for v in judge(body).violations if v.rule == "X02")
    assert violation.span is not None
    assert body[slice(*violation.span)] == '{{ first_name | default("take 50% off", true) }}'
