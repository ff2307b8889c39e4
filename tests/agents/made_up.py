"""What a willing model would say to our prompts: made-up copy, the grammar's plan, nothing found, nothing learned. Not a language model."""

from __future__ import annotations

import asyncio
import json
import random
import re
from typing import Any

OPENERS = (
    "The kettle is on; next comes {scene}.", "What would {scene} be without a little something new?", "We kept {thing} aside this week.",
    "Some evenings ask for {scene}.", "Here is an idea for {day}: {thing}, then {scene}.", "{day} called. It wants {thing}.",
    "You know {thing}. Now meet what comes after.", "Somewhere between {scene} and {thing} there is room for us.",
    "Thank you for every {day} you spent with us.", "Picture {scene}, only with {thing} in it.", "Start with {thing}, stay for {scene}.",
    "Our team argued over {thing} all {day}.", "Not every {day} needs a plan; {thing} will do.", "Remember {scene}?",
    "We thought of {thing} and your kind of {day}.", "Leave {scene} to us.",
)  # fmt: skip
REASONS = {
    "savings": ("it is a good moment to spend a bit less", "your basket can be lighter on the wallet", "small sums add up kindly"),
    "convenience": ("it takes a minute and no car keys", "everything comes to your door", "you can do it from the sofa"),
    "seasonal": ("the season changes and so does the table", "the market is full of color again", "the light is longer now"),
    "new_in": ("the shelves look different this month", "a few newcomers moved in", "there are things you have not seen yet"),
    "": ("we would love to see you again", "it is nicer with you around", "your place is as you left it", "we put some thought into it"),
}  # fmt: skip
SCENES = (
    "a slow breakfast", "rain on the porch", "a picnic by the lake", "the long way home", "soup after football",
    "a table for six", "a quiet balcony", "homework in the kitchen", "a late train", "the first bike ride",
    "pancakes at noon", "a candle and a book", "the dog asleep", "a garden chair", "music from next door",
    "a board game night", "muddy boots in the hall", "an open window", "a birthday cake", "the evening news",
)  # fmt: skip
THINGS = (
    "a basket of tomatoes", "fresh linen", "a jar of honey", "good coffee", "a warm loaf", "wild berries",
    "a paper map", "red apples", "sea salt", "a new mug", "olive oil", "cinnamon", "a wool blanket", "green tea",
    "dark chocolate", "lemons", "a sharp pencil", "two tickets", "basil", "a soft scarf", "almonds", "a clean slate",
    "pumpkins", "peaches",
)  # fmt: skip
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LABELS = ("Have a look", "See what is new", "Pick yours", "Take me there", "Browse the shelf", "Show me", "Find a favorite", "Step inside")


def answer(schema: str, prompt: str, draw: random.Random) -> dict[str, Any]:
    """What a willing model would say, as the schema wants it."""
    if schema == "PlannerReply":
        return {"questions": None, "plan": _plan(prompt)}
    if schema.endswith("Step"):
        return {"step": {"done": answer(schema.removesuffix("Step"), prompt, draw)}}
    if schema.endswith("Drafts"):
        brief, count = _data(prompt, "brief"), int(re.search(r"Write (\d+) variants", prompt)[1])  # type: ignore[index]
        return {"variants": [_draft(schema[:-1], prompt, brief.get("theme", ""), draw) for _ in range(count)]}
    if schema.endswith("Draft"):
        return _draft(schema, prompt, "", draw)
    match schema:
        case "Findings":
            return {"findings": []}
        case "OrdersReply":
            return {"pace": 1.0, "floor": 0.05, "rest": [], "windows": None, "rollout": 1.0, "note": "Nothing stands out."}
        case "AnalysisReply":
            return {"learnings": [], "write_more": [], "retire": []}
        case "Paragraph":
            return {"paragraph": "It is early, and little can be said for certain about what works."}
    raise ValueError(f"no answer to {schema}")


def _draft(schema: str, prompt: str, theme: str, draw: random.Random) -> dict[str, str]:
    brand, offer = _data(prompt, "brand")["name"], _offer(str(_data(prompt, "offer")))

    def sentence() -> str:
        words = {"scene": draw.choice(SCENES), "thing": draw.choice(THINGS), "day": draw.choice(DAYS)}
        text = draw.choice(OPENERS).format(**words)
        return text[0].upper() + text[1:]

    reason = f"Come by, {draw.choice(REASONS.get(theme, REASONS['']) + REASONS[''])}."
    hello = draw.choice(['Hi {{ first_name | default("there", true) }}, ', ""])
    title = f"{draw.choice(THINGS)} and {draw.choice(SCENES)}".capitalize()
    label = draw.choice(LABELS)
    if schema == "SmsDraft":
        return {"body": f"{brand}: {sentence()} {offer or reason} Reply STOP to opt out."}
    if schema == "PushDraft":
        return {"title": title[:40], "body": f"{sentence()} {offer}".strip(), "cta_label": label}
    if schema == "InAppDraft":
        return {"title": title[:55], "body": f"{sentence()} {reason} {offer}".strip(), "cta_label": label}
    body = "\n\n".join(part for part in (f"{hello}{sentence()}", f"{sentence()} {sentence()}", offer, f"{reason} {sentence()}") if part)
    return {"subject": title[:60], "preheader": sentence()[:90], "body": body, "cta_label": label}


def _offer(record: str) -> str:
    what, *extras = record.split("; ")
    if what == "none":
        return ""
    code = next((f" {e}" for e in extras if e.startswith("with code")), "")
    until = next((f" {e}" for e in extras if e.startswith("until")), "")
    conditions = next((f" {e.removeprefix('conditions: ')}" for e in extras if e.startswith("conditions: ")), "")
    return f"Enjoy {what}{code}{until}.{conditions}"


def _plan(prompt: str) -> dict[str, Any]:
    from agents.offline.planner import OfflinePlanner
    from agents.roles import Setting
    from journeyman.domain import Brand

    today = re.search(r"Today is (\S+)\.", prompt)[1]  # type: ignore[index]
    setting = Setting(Brand(**_data(prompt, "brand")), today, _data(prompt, "features"))
    made = asyncio.run(OfflinePlanner().plan(str(_data(prompt, "goal")), setting, assume=True))
    plan: dict[str, Any] = made.model_dump(mode="json", by_alias=True)
    return plan


def _data(prompt: str, name: str) -> Any:
    text = re.search(rf'<data name="{name}">\n(.*?)\n</data>', prompt, re.DOTALL)[1]  # type: ignore[index]
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
