"""The offline copywriter: correct, distinct, deterministic copy for every kind, channel, tone and offer; and repairs that mend."""

import asyncio
import re
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from jinja2.sandbox import ImmutableSandboxedEnvironment

from agents.briefs import first_round, top_up
from agents.copytext import core_text
from agents.offline import banks
from agents.offline.copywriter import OfflineCopywriter
from agents.offline.examples import page
from agents.offline.wording import article, day_in_words, deal, offer_slots, product_name, season
from agents.roles import Setting
from guardrails.check import check
from guardrails.rules.sms import gsm, segments
from journeyman.domain import Brand, Brief, Cta, Incentive, Plan, Product, Variant, Written
from journeyman.errors import ContentError
from tools.knowledge import NearDuplicates

TEMPLATES = Path(__file__).parents[3] / "app" / "templates"
KINDS = {"winback": "win_back", "retail": "second_purchase", "saas": "activation", "fintech": "cross_sell", "hospitality": "loyalty"}
EVENTS = {"winback": "order", "retail": "order", "saas": "project_created", "fintech": "savings_opened", "hospitality": "booking"}
FIFTEEN = Incentive(kind="percent_off", value=15, code="BACK15", expires=date(2026, 6, 30), conditions="On your next order.")


def plan(goal="Win back lapsed customers.", event="order", themes=("we_miss_you",), channels=("email", "sms", "push", "in_app"), **sets):
    return Plan.model_validate({
        "name": "test", "goal": goal, "objective": {"events": [{"event": event}]},
        "audience": {"description": "all", "where": {"all": []}},
        "action_sets": {"channels": channels, "themes": themes, "tones": banks.TONES, "send_windows": ["morning"], **sets},
    })  # fmt: skip


def template(use_case):
    brand = Brand.model_validate(yaml.safe_load((TEMPLATES / use_case / "journeyman.yaml").read_text())["brand"])
    goal = (TEMPLATES / use_case / "goal.txt").read_text()
    channels = ("email", "push", "in_app") if use_case == "saas" else ("email", "sms", "push")
    whole = plan(
        goal,
        EVENTS[use_case],
        list(banks.load(KINDS[use_case]).themes),
        channels,
        products=[p.id for p in brand.products],
        incentives=brand.incentives,
    )
    return whole, Setting(brand=brand, today="2018-01-22" if use_case == "winback" else "2026-03-02")


def write(brief, planned, setting, seed=0, **more):
    return asyncio.run(OfflineCopywriter(seed).write(brief, planned, setting, **more))


def brief(channel="email", theme="we_miss_you", tone="warm", count=6, **more):
    return Brief(id=f"{channel}-{theme}-{tone}".replace("_", "-"), channel=channel, theme=theme, tone=tone, count=count, **more)


ACME = Setting(brand=Brand(name="Acme Goods", domains=["acme.example"], postal_address="1 Main Street, Springfield"), today="2026-05-05")


@pytest.fixture(scope="module", params=KINDS)
def library(request):
    planned, setting = template(request.param)
    return planned, setting, [w for b in first_round(planned, setting.brand, 300) for w in write(b, planned, setting)]


def test_three_hundred_pass_the_checker_without_a_warning_and_survive_the_near_duplicates(library):
    planned, setting, written = library
    verdicts = [check(w.variant, setting.brand, planned.guardrails) for w in written]
    assert [(v.id, v.violations) for v in verdicts if v.verdict != "approve" or v.violations] == []
    approved = [w.variant for w in written]
    kept = NearDuplicates().keep([(v.channel, v.id, core_text(v)) for v in approved])
    assert sum(kept.values()) >= 300
    assert len({v.id for v in approved}) == len(approved)


def test_every_field_keeps_its_channels_limits(library):
    _, setting, written = library
    fill = ImmutableSandboxedEnvironment().from_string
    known = {"first_name": "Maximiliana-Louise", "postal_address": setting.brand.postal_address, "unsubscribe_url": "https://x.example/u"}
    for variant in (w.variant for w in written):
        body = fill(variant.body).render(known)
        match variant.channel:
            case "email":
                said = [p for p in variant.body.split("\n\n")[:-2] if not p.endswith(",")]
                assert 2 <= len(said) <= 4 and 60 <= sum(len(p.split()) for p in said) <= 130
                assert len(variant.subject) <= 60 and len(variant.preheader) <= 100 and variant.preheader != variant.subject
                assert "{{ unsubscribe_url }}" in variant.body and "{{ postal_address }}" in variant.body
            case "sms":
                assert gsm(body) and segments(body) <= 2 and setting.brand.name in body and body.endswith("Reply STOP to opt out")
            case "push":
                assert len(variant.title) <= 50 and len(body) <= 150
            case "in_app":
                assert len(variant.title) <= 60 and len(body) <= 240 and variant.cta
        for url in [variant.cta.url] if variant.cta else []:
            assert url.split("/")[2] in setting.brand.domains


def test_offers_are_told_whole_and_only_where_there_is_one(library):
    _, _, written = library
    for variant in (w.variant for w in written):
        said = " ".join(text for field, text in variant.texts().items() if field != "cta.url")
        if variant.incentive is None:
            assert not re.search(r"\d%|[$€£]\d|\bcode\b|\bfree\b|\d points|bonus", said)
            continue
        assert deal(variant.incentive).lower() in said.lower()
        assert variant.incentive.code is None or variant.incentive.code in variant.body
        assert f"{variant.incentive.expires:%B} {variant.incentive.expires.day}" in variant.body


def test_a_briefs_variants_never_repeat_a_skeleton_in_a_row(library):
    _, _, written = library
    for one, other in pairwise(written):
        assert one.brief != other.brief or one.skeleton != other.skeleton


def test_offer_levels_of_a_theme_do_not_share_their_first_sentences(library):
    planned, _, written = library
    if not planned.action_sets.incentives:
        return
    firsts = [w for w in written if w.variant.id.endswith("-0") and w.variant.channel == "push"]
    for theme in planned.action_sets.themes:
        told = [w.variant.body + w.variant.title for w in firsts if w.variant.theme == theme and w.variant.tone == "warm"]
        assert len(set(told)) == len(told)


def test_a_top_up_round_brings_new_copy():
    planned, setting = template("saas")
    first = [w for b in first_round(planned, setting.brand, 60) for w in write(b, planned, setting)]
    more = [w for b in top_up(planned, setting.brand, 90, first, 2) for w in write(b, planned, setting)]
    assert more and not {w.variant.id for w in more} & {w.variant.id for w in first}
    kept = NearDuplicates().keep([(w.variant.channel, w.variant.id, core_text(w.variant)) for w in [*first, *more]])
    assert sum(kept[w.variant.id] for w in more) >= 0.8 * len(more)


def test_the_same_seed_brief_and_start_give_the_same_copy_and_another_seed_other_copy():
    planned = plan(incentives=[FIFTEEN])
    once, again = (write(brief(incentive=FIFTEEN), planned, ACME, 3) for _ in range(2))
    assert once == again != write(brief(incentive=FIFTEEN), planned, ACME, 4)


def test_start_goes_on_where_an_earlier_call_stopped():
    whole = write(brief("push", count=8), plan(), ACME)
    assert whole == write(brief("push", count=5), plan(), ACME) + write(brief("push", count=3), plan(), ACME, start=5)
    assert [w.variant.id for w in whole[5:]] == [f"push-we-miss-you-warm-{n}" for n in (5, 6, 7)]


def test_texts_to_avoid_are_avoided():
    known = [core_text(w.variant) for w in write(brief("push", count=4), plan(), ACME)]
    assert not set(known) & {core_text(w.variant) for w in write(brief("push", count=4), plan(), ACME, avoid=known)}


def test_banned_phrases_of_brand_and_plan_never_appear():
    banned = ["basket", "shelves"]
    setting = Setting(brand=ACME.brand.model_copy(update={"banned_phrases": ["Basket"]}), today=ACME.today)
    planned = plan()
    planned = planned.model_copy(update={"guardrails": planned.guardrails.model_copy(update={"banned_phrases": ["shelves"]})})
    written = [w for c in ("email", "sms", "push") for w in write(brief(c), planned, setting)]
    assert written
    assert not any(re.search(rf"\b{phrase}\b", text, re.I) for w in written for text in w.variant.texts().values() for phrase in banned)


def test_a_language_without_a_bank_is_refused_with_a_remedy():
    with pytest.raises(ContentError, match="English, German, French and Spanish") as refused:
        write(brief(language="it"), plan(), ACME)
    assert "default_language" in (refused.value.remedy or "")


@pytest.mark.parametrize("language", ["de", "fr", "es"])
@pytest.mark.parametrize("use_case", KINDS)
def test_copy_in_other_languages_covers_the_levers_and_passes_the_checker(use_case, language):
    planned, setting = template(use_case)
    written = [w for b in first_round(planned, setting.brand, 120, language=language) for w in write(b, planned, setting)]
    verdicts = [check(w.variant, setting.brand, planned.guardrails) for w in written]
    bad = [v for v in verdicts if v.verdict != "approve"]
    assert len(bad) <= 0.03 * len(written) and {x.rule for v in bad for x in v.violations} <= {"S01"}
    assert all(w.variant.language == language for w in written)
    fresh = NearDuplicates().keep([(w.variant.channel, w.variant.id, core_text(w.variant)) for w in written])
    assert sum(fresh.values()) >= 60
    sets = planned.action_sets
    kept = [w.variant for w in written if fresh[w.variant.id]]
    assert {v.theme for v in kept} == set(sets.themes) and {v.tone for v in kept} == set(sets.tones)
    assert {v.channel for v in kept} == set(sets.channels)
    assert {v.incentive.key for v in kept if v.incentive} == {i.key for i in sets.incentives}


@pytest.mark.parametrize("language", ["de", "fr", "es"])
def test_text_messages_abroad_stay_in_gsm_and_emails_say_how_to_leave(language):
    planned, setting = template("retail")
    for channel, theme in (("sms", "new_in"), ("email", "thank_you")):
        for w in write(brief(channel, theme, count=8, language=language, incentive=setting.brand.incentives[0]), planned, setting):
            body = w.variant.body
            assert all(map(gsm, body)) or len(body) <= 134 if channel == "sms" else "unsubscribe_url" in body and "postal_address" in body
            assert "Unsubscribe" not in body and "Reply" not in body
            assert setting.brand.incentives[0].code in body


def test_what_a_language_has_no_words_for_is_not_written():
    planned, setting = template("retail")
    odd = setting.brand.incentives[0].model_copy(update={"conditions": "Only for orders of two lamps."})
    assert write(brief("email", "thank_you", language="de", incentive=odd), planned, setting) == []
    assert write(brief("email", "a_theme_of_their_own", language="de"), planned, setting) == []
    german = Setting(brand=setting.brand.model_copy(update={"default_language": "de"}), today=setting.today)
    assert "Only for orders" in write(brief("email", "thank_you", language="de", incentive=odd), planned, german)[0].variant.body


@pytest.mark.parametrize(
    ("goal", "event", "theme", "kind"),
    [
        ("Bring members of our coffee bar back", "visit", "your_points", "loyalty"),
        ("Upsell the add-on to phone customers", "add_on_bought", "peace_of_mind", "cross_sell"),
        ("Activate new sign-ups of our meditation app", "session_finished", "quick_start", "activation"),
        ("Win back lapsed customers", "order", "a_theme_nobody_knows", "win_back"),
    ],
)
@pytest.mark.parametrize("channel", ["email", "sms", "push", "in_app"])
def test_a_trade_or_theme_no_bank_knows_gets_general_copy(goal, event, theme, kind, channel):
    planned = plan(goal, event, [theme], incentives=[FIFTEEN])
    found, name = banks.find(brief(theme=theme), planned, ACME.brand)
    assert found is banks.load("general") and name == kind
    for offer in (None, FIFTEEN):
        written = write(brief(channel, theme, "direct", 4, incentive=offer), planned, ACME)
        assert len(written) == 4
        assert {check(w.variant, ACME.brand).verdict for w in written} == {"approve"}


def test_one_general_bank_has_a_theme_for_each_kind():
    assert set(banks.load("general").themes) == set(banks.KINDS)


@pytest.mark.parametrize("name", [*banks.KINDS, "general"])
def test_banks_hold_plain_sentences_without_repeats(name):
    text = (Path(banks.__file__).parent / f"{name}.yaml").read_text(encoding="utf-8")
    assert text.isascii() and "!!" not in text
    bank = banks.load(name)
    for theme in bank.themes.values():
        for tone in banks.TONES:
            cell = theme.cell(tone)
            for words in (cell, cell.food):
                assert all(len(t) <= 50 for t in words.titles) and all(len(line) <= 96 for line in words.lines)
                assert all(line[-1] in ".!?'\"" for line in [*words.lines, *(u.opening for u in words.letters)])
    lines = Counter(line for theme in bank.themes.values() for tone in banks.TONES for line in theme.cell(tone).lines)
    assert [line for line, count in lines.items() if count > 1] == []


@pytest.mark.parametrize(
    ("offer", "words"),
    [
        (Incentive(kind="percent_off", value=12.5), "12.5% off"),
        (Incentive(kind="amount_off", value=5, currency="EUR"), "€5 off"),
        (Incentive(kind="amount_off", value=7.5, currency="CHF"), "7.50 CHF off"),
        (Incentive(kind="points", value=1000), "1,000 bonus points"),
        (Incentive(kind="free_shipping"), "free shipping"),
        (Incentive(kind="gift"), "a gift"),
    ],
)
def test_deals_in_words(offer, words):
    assert deal(offer) == words


def test_conditions_join_the_sentence_or_follow_it():
    today = date(2026, 5, 5)
    assert offer_slots(FIFTEEN, today)["offer"] == "15% off your next order"
    points = Incentive(kind="points", value=500, conditions="When you open a savings account.")
    assert offer_slots(points, today)["offer"] == "500 bonus points when you open a savings account"
    long = Incentive(kind="percent_off", value=10, conditions="not valid on gift cards; one use per person")
    assert offer_slots(long, today) == {"deal": "10% off", "offer": "10% off", "terms": "Not valid on gift cards; one use per person."}


def test_small_words():
    assert day_in_words(date(2026, 6, 30), date(2026, 5, 5)) == "June 30"
    assert day_in_words(date(2027, 6, 30), date(2026, 5, 5)) == "June 30, 2027"
    names = {
        "Fresh produce": "fresh produce",
        "Ridgeline Daypack": "the Ridgeline Daypack",
        "The Old Mill Inn": "the Old Mill Inn",
        "DVDs": "DVDs",
    }
    assert {n: product_name(Product(id="p", name=n)) for n in names} == names
    assert [article(n) for n in ("project", "invoice")] == ["a project", "an invoice"]
    north, south = (Brand(name="B", time_zones=[z]) for z in ("America/Denver", "America/Sao_Paulo"))
    assert season(date(2026, 1, 22), north) == "winter"
    assert season(date(2026, 2, 20), north) is None and season(date(2026, 1, 22), south) is None


def test_core_text_keeps_what_makes_a_message_itself():
    variant = Variant(
        id="v", channel="email", subject="Hello", preheader="Again",
        body='Hi {{ first_name | default("there", true) }},\n\nThe shelves are full. See https://acme.example/x now.\n\n'
        "Warmly,\nEveryone at Acme\n\nYou opted in to emails from Acme. Unsubscribe: {{ unsubscribe_url }}\n1 Main Street",
    )  # fmt: skip
    assert core_text(variant) == "Hello Again The shelves are full. See now."
    assert core_text(Variant(id="s", channel="sms", body="Acme: hello. Reply STOP to opt out")) == "Acme: hello."


def mended(variant, brand=ACME.brand, planned=None):
    planned = planned or plan()
    violations = check(variant, brand, planned.guardrails).violations
    assert violations
    setting = Setting(brand=brand, today=ACME.today)
    out = asyncio.run(OfflineCopywriter().repair(Written(variant=variant, brief="b", author="offline"), violations, planned, setting))
    if out:
        assert check(out.variant, brand, planned.guardrails).verdict == "approve" and out.variant.id == variant.id
    return out.variant if out else None


FOOTER = "Unsubscribe: {{ unsubscribe_url }}\n{{ postal_address }}"
BODY = "The shelves are full and the kettle is on.{} Come by when it suits you.\n\n"


def test_repair_sets_a_wrong_offer_right():
    wrong = Variant(
        id="v", channel="email", subject="For you: 20% off", body=BODY.format(" Take 20% off with code BACK20.") + FOOTER, incentive=FIFTEEN
    )
    after = mended(wrong)
    assert after.subject == "15% off for you" and "20%" not in after.body
    assert "15% off your next order with code BACK15 through June 30" in after.body


def test_repair_takes_out_an_offer_that_is_none_and_a_claim_without_evidence():
    wrong = Variant(id="v", channel="email", subject="Hello", body=BODY.format(" We are the world's best shop. Take 20% off.") + FOOTER)
    assert mended(wrong).body == BODY.format("") + FOOTER


def test_repair_adds_what_the_law_wants():
    email = mended(Variant(id="v", channel="email", subject="Hello", body="The shelves are full and the kettle is on."))
    assert "{{ unsubscribe_url }}" in email.body and "{{ postal_address }}" in email.body
    sms = mended(Variant(id="v", channel="sms", body="The shelves are full and the kettle is on."))
    assert sms.body == "Acme Goods: The shelves are full and the kettle is on. Reply STOP to opt out."


def test_repair_shortens_a_text_message_and_keeps_offer_and_way_out():
    long = "Acme Goods: the shelves are full. " + "Come and see what is new this week at our shop around the corner. " * 5
    after = mended(Variant(id="v", channel="sms", body=f"{long}Take 15% off with code BACK15. Reply STOP to opt out", incentive=FIFTEEN))
    assert segments(after.body) <= 2 and "BACK15" in after.body and after.body.endswith("Reply STOP to opt out")


def test_repair_gives_a_bare_name_its_fallback_and_a_stray_link_the_brands_own():
    bare = mended(Variant(id="v", channel="push", title="Hello", body="Hi {{ first_name }}, the shelves are full again."))
    assert bare.body == 'Hi {{ first_name | default("there", true) }}, the shelves are full again.'
    stray = Variant(
        id="v", channel="push", title="Hello", body="The shelves are full again.", cta=Cta(label="See", url="https://evil.example/")
    )
    assert mended(stray).cta.url == "https://acme.example/"


def test_repair_gives_up_where_little_would_be_left():
    assert mended(Variant(id="v", channel="push", title="Hello", body="Clinically proven to be fun.")) is None
    over = Variant(id="v", channel="push", title="Hello", body="The shelves are full. 15% off your next order.", incentive=FIFTEEN)
    assert (
        mended(over, planned=plan().model_copy(update={"guardrails": plan().guardrails.model_copy(update={"max_discount_percent": 10})}))
        is None
    )


def test_the_page_of_examples_is_as_the_script_makes_it():
    docs = TEMPLATES.parents[1] / "docs" / "examples.md"
    assert docs.read_text(encoding="utf-8") == page(TEMPLATES)
