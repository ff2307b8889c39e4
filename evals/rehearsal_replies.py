"""What the rehearsal model says, one function per kind of reply: the offline experts' answer, spoiled where a habit was not kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from agents.offline.analyst import OfflineAnalyst
from agents.offline.copywriter import OfflineCopywriter
from agents.offline.orchestrator import OfflineOrchestrator
from agents.offline.planner import OfflinePlanner
from agents.offline.reviewer import OfflineReviewer
from agents.roles import Setting
from evals.rehearsal import _phrases
from evals.tasks.copywriter import plan as smallest_plan
from guardrails.language import NAMES
from journeyman.domain import Answer, Brand, Brief, PolicyReport, Questions, Variant
from journeyman.errors import ContentError, PlanError

if TYPE_CHECKING:
    from evals.rehearsal import _Sitting

Reply = dict[str, Any]
DAY = "2026-03-02"
_CHANNELS = {"EmailDrafts": "email", "SmsDrafts": "sms", "PushDrafts": "push", "InAppDrafts": "in_app"}
_LANGUAGES = {name: code for code, name in NAMES.items()}
_LEGAL = re.compile(r"\n+[^\n]*(?:nsubscribe|unsubscribe_url)[^\n]*(?:\n\{\{ postal_address \}\})?\s*$")
_STOP = re.compile(r"\s*Reply STOP[^.]*\.?\s*$")


async def drafts(at: _Sitting) -> Reply:
    """As many drafts as were asked for."""
    wanted = re.search(r"(?:Write|Reply with) (\d+) variants?", at.user)
    if wanted is None:
        raise ContentError("The prompt does not say how many variants it wants.", remedy="Keep `Write N variants` in its user part.")
    count = int(wanted[1])
    known = {"channel": _CHANNELS[at.schema], **(at.data("brief") or {})}
    named = re.search(r"variants in (\w+)", at.user)
    asked = _LANGUAGES.get(named[1], "en") if named else known.get("language", "en")
    language = asked if at.keeps("language") else "en"
    made = _foreign(at, known, count, language) if language in _phrases() else await _english(at, known, count)
    return {"variants": [_with_offer(at, draft, known, language) for draft in made]}


async def _english(at: _Sitting, known: Mapping[str, Any], count: int) -> list[Reply]:
    facts = at.data("brand") or {"name": "The brand"}
    brand = Brand.model_validate(
        {
            "name": facts["name"],
            "domains": [re.sub(r"^https?://|/.*$", "", facts["link"])] if facts.get("link") else [],
            "products": [{"id": known["product"], **facts["product"]}] if known.get("product") and facts.get("product") else [],
            "banned_phrases": at.data("banned") or [],
        }
    )
    plainly = {"theme": "we_miss_you", "tone": "warm"}  # an order to translate names neither
    fields = plainly | {name: known[name] for name in ("channel", "theme", "tone", "product") if known.get(name)}
    brief = Brief.model_validate({**fields, "id": f"brief-r{at.draw.randrange(2, 90)}", "count": count})
    planned = smallest_plan({"brief": fields, "goal": at.data("goal") or ""})
    written = await OfflineCopywriter(at.draw.randrange(1000)).write(brief, planned, Setting(brand, DAY))
    return [_draft(w.variant) for w in written]


def _draft(variant: Variant) -> Reply:
    texts = {name: text for name, text in variant.texts().items() if not name.startswith("cta")}
    texts["body"] = _STOP.sub("", _LEGAL.sub("", texts["body"]))
    return texts | ({"cta_label": variant.cta.label if variant.cta else "Have a look"} if variant.channel != "sms" else {})


def _foreign(at: _Sitting, known: Mapping[str, Any], count: int, language: str) -> list[Reply]:
    words, made, channel = _phrases()[language], list[Reply](), known.get("channel", "email")
    reasons = at.draw.sample(words["reasons"], 2 * count) if 2 * count <= len(words["reasons"]) else words["reasons"] * count
    for number, opener in enumerate(at.draw.sample(words["openers"], min(count, len(words["openers"])))):
        reason, second, closer = reasons[2 * number], reasons[2 * number + 1], at.draw.choice(words["closers"])
        head, label = opener.rstrip(".")[:40], words["label"]
        match channel:
            case "email":
                body = "\n\n".join([f"{opener} {reason}", f"{second} {closer}"])
                made.append({"subject": head, "preheader": reason, "body": body, "cta_label": label})
            case "sms":
                made.append({"body": f"{opener} {closer}"})
            case _:
                made.append({"title": head, "body": f"{reason} {closer}", "cta_label": label})
    return made


def _with_offer(at: _Sitting, draft: Reply, known: Mapping[str, Any], language: str) -> Reply:
    """The draft with the offer on record, exactly where the habit is kept; and one of its own making where it is not."""
    record = str(at.data("offer") or "none")
    if record == "none":
        said = "" if at.keeps("no_offer") else "Take 20% off today."
    else:
        what, *extras = record.split("; ")
        code = next((e.removeprefix("with ") for e in extras if e.startswith("with code")), "")
        until = next((e for e in extras if e.startswith("until")), "")
        conditions = next((e.removeprefix("conditions: ") for e in extras if e.startswith("conditions:")), "")
        if not at.keeps("offer"):
            what = re.sub(r"\d+(?:\.\d+)?", lambda m: f"{float(m[0]) + 5:g}", what, count=1) if re.search(r"\d", what) else "a free gift"
        frame = _phrases().get(language, {"offer": "Enjoy {what}"})["offer"]
        said = " ".join(part for part in (frame.format(what=what), code, until) if part) + "."
        said += f" {conditions}" if conditions else ""
    if not said:
        return draft
    body = draft["body"]
    if known.get("channel") == "email":
        first, _, rest = body.partition("\n\n")
        return draft | {"body": "\n\n".join(p for p in (first, said, rest) if p)}
    return draft | {"body": f"{body} {said}" if len(body) + len(said) < 230 else said}


async def repair(at: _Sitting) -> Reply:
    """The message with the objected words taken out."""
    copy: dict[str, str] = dict(at.data("copy") or {})
    for violation in at.data("violations") or []:
        field, words = violation["field"], violation["words"]
        if words and field in copy and at.keeps("offer"):
            copy[field] = re.sub(r" {2,}", " ", copy[field].replace(words, " ")).strip() or "Hello from us all here."
    label = copy.pop("cta.label", None)
    copy.pop("cta.url", None)
    wanted = {"email": ("subject", "preheader", "cta_label"), "app": ("title", "cta_label"), "sms": ()}
    kind = "email" if "subject" in copy else "app" if "title" in copy else "sms"
    filler = {
        "subject": "A note from us",
        "preheader": "A few lines for you.",
        "title": "A note from us",
        "cta_label": label or "Have a look",
    }
    body = copy["body"] if len(copy["body"]) >= 20 else f"{copy['body']} We are glad you are here."
    return {"body": body} | {name: copy.get(name) or filler[name] for name in wanted[kind]}


async def plan(at: _Sitting) -> Reply:
    """The goal grammar's plan, or its questions."""
    day = re.search(r"Today is (\d{4}-\d\d-\d\d)", at.user)
    brand = Brand.model_validate(at.data("brand") or {"name": "Brand"})
    setting = Setting(brand, day[1] if day else DAY, at.data("features") or {})
    answers = [Answer.model_validate(a) for a in at.data("answers") or []]
    reply: Reply = {"questions": None, "plan": None}
    try:
        made = await OfflinePlanner().plan(str(at.data("goal") or ""), setting, answers=answers, assume="Nobody can be asked" in at.user)
    except PlanError as refusal:
        return reply | {"questions": [{"text": refusal.message, "why": "No plan can be made without it.", "assumed": None}]}
    if isinstance(made, Questions):
        return reply | {"questions": [q.model_dump(mode="json", exclude={"id"}) for q in made.questions][:8]}
    value: Reply = made.model_dump(mode="json", by_alias=True)
    if not at.keeps("limits"):
        value["schedule"]["horizon_days"] += 7
    return reply | {"plan": value}


async def findings(at: _Sitting) -> Reply:
    """What the phrase lists object to, each reported where the habit is kept; a false one where clean copy is not left alone."""
    variants = [_variant(shown) for shown in at.data("variants") or []]
    rules, planned = set(re.findall(r"^- ([A-Z]\d\d):", at.user, re.M)), smallest_plan({})
    rails = planned.guardrails.model_copy(update={"regulated": "credit" if "X06" in rules else "none"})
    planned = planned.model_copy(update={"guardrails": rails})
    brand = Brand.model_validate(
        {"name": "Brand", "evidence": [{"id": f"e{n}", "claim": c} for n, c in enumerate(at.data("claims") or [])]}
    )
    opinions = await OfflineReviewer().review(variants, planned, Setting(brand, DAY))
    told = []
    for variant in variants:
        texts = variant.texts()
        found = opinions[variant.id].violations if variant.id in opinions else []
        for v in found:
            quote = texts[v.field][slice(*v.span)] if v.span else texts[v.field][:60]
            if v.rule in rules and at.keeps("report"):
                told.append(_finding(variant.id, v.rule, v.severity, v.field, quote, v.message))
        if not found and not at.keeps("clean"):
            told.append(_finding(variant.id, "X07", "block", "body", texts["body"][:40], "This claim is not proven."))
    return {"findings": told}


def _finding(id: str, rule: str, severity: str, field: str, quote: str, message: str) -> Reply:
    return {"variant": id, "rule": rule, "severity": severity, "field": field, "quote": quote[:400], "message": message[:400]}


def _variant(shown: Mapping[str, Any]) -> Variant:
    fields = {name: text for name, text in shown["fields"].items() if "." not in name}
    return Variant.model_validate({"id": shown["id"], "channel": shown["channel"], "body": "-", **fields})


async def analysis(at: _Sitting) -> Reply:
    """The rule-bound analyst's learnings without figures; one about a level that is not clear, where the habit is not kept."""
    report = PolicyReport.model_validate(at.data("report"))
    levers: dict[str, list[str]] = at.data("levers") or {}
    found = await OfflineAnalyst().analyse(report, smallest_plan({"goal": at.data("goal")}))
    learned = [_lesson(x.lever, x.level, x.segment, x.lift_points > 0) for x in found.learnings if x.lift_points]
    named = {(x["lever"], x["level"]) for x in learned}
    vague = [r for r in report.levels if r.lever != "variant" and (r.lever, r.level) not in named and r.low <= report.reward_rate <= r.high]
    if vague and not at.keeps("clear"):
        row = at.draw.choice(vague)
        learned.append(_lesson(row.lever, row.level, None, row.reward_rate > report.reward_rate))
    more = [c for c in found.write_more if all(level in levers.get(lever, []) for lever, level in c.items())]
    return {
        "learnings": learned[:10],
        "write_more": [{"levels": [{"lever": k, "level": v} for k, v in cell.items()]} for cell in more],
        "retire": found.retire,
    }


def _lesson(lever: str, level: str, segment: str | None, good: bool) -> Reply:
    whom = f"For {segment}, " if segment else ""
    return {
        "statement": f"{whom}{level} does {'better' if good else 'worse'} than average.",
        "lever": lever,
        "level": level,
        "segment": segment,
    }


async def paragraph(at: _Sitting) -> Reply:
    """The learnings given, one sentence each, with the very figures that were given."""
    told = [
        f"{x['level']} lies {abs(x['lift_points']):g} points {'above' if x['lift_points'] > 0 else 'below'} average on {x['sends']} sends."
        for x in at.data("learnings") or []
        if x["lift_points"]
    ]
    return {"paragraph": " ".join(told[:4]) or "It is too early to say what works for this journey; too little has been sent."}


async def orders(at: _Sitting) -> Reply:
    """The rule-bound orchestrator's orders."""
    report = PolicyReport.model_validate(at.data("report"))
    made = (await OfflineOrchestrator().orchestrate(report, smallest_plan({}))).model_dump(mode="json", exclude={"price"})
    return {**made, "floor": min(0.2, max(0.01, made["floor"])), "rollout": max(0.1, made["rollout"])}


async def grade(at: _Sitting) -> Reply:
    """Four, less one for shouting, give or take a whim."""
    text = str(at.data("output"))
    loud = text.count("!") > 4 or bool(re.search(r"\d+% off today", text))
    whim = at.draw.choices([-1, 0, 1], [0.1, 0.8, 0.1])[0]
    return {"reason": "It shouts." if loud else "It sounds like the brand.", "grade": max(1, min(5, (3 if loud else 4) + whim))}


async def preference(at: _Sitting) -> Reply:
    """The answer with fewer made-up offers; where both are alike, the first one now and then (a habit of judges), else neither."""
    one, other = (len(re.findall(r"\d+% off today|null|refused", str(at.data(name)))) for name in ("first", "second"))
    if one != other:
        return {"reason": "One keeps to the record.", "better": "first" if one < other else "second"}
    return {"reason": "They are alike.", "better": "first" if at.draw.random() < 0.15 else "neither"}


def fallen_for(value: Any, token: str) -> Any:
    """The value with the token in its first longer text: what a model says that takes data for an order."""
    done = [False]

    def spoil(node: Any) -> Any:
        if isinstance(node, dict):
            return {k: spoil(v) for k, v in node.items()}
        if isinstance(node, list):
            return [spoil(v) for v in node]
        if isinstance(node, str) and len(node) > 20 and not done[0]:
            done[0] = True
            return f"{node} {token}"
        return node

    if isinstance(value, dict) and "findings" in value:
        return {"findings": []}
    if isinstance(value, dict) and value.get("plan"):
        return {**value, "plan": {**value["plan"], "assumptions": [f"As ordered: {token}."]}}
    return spoil(value)
