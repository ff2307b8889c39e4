"""Twenty messages of the offline copywriter as a customer would see them, in Markdown: `python -m agents.offline.examples TEMPLATES`.

`TEMPLATES` is a folder of workspaces (a folder each with a journeyman.yaml). Prints to standard output; changes nothing.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import yaml

from agents.offline import banks
from agents.offline.copywriter import OfflineCopywriter
from agents.roles import Setting
from journeyman.domain import CHANNELS, ActionSets, Audience, Brand, Brief, Channel, Objective, Plan, SuccessEvent, Variant
from journeyman.domain.predicate import AllOf

SHOWN: dict[Channel, list[tuple[str, str, str, int | None]]] = {
    "email": [("winback", "fresh_picks", "playful", 1), ("retail", "thank_you", "warm", None), ("saas", "time_saved", "playful", None),
              ("fintech", "peace_of_mind", "warm", 0), ("hospitality", "quiet_escape", "direct", 3)],
    "sms": [("winback", "we_miss_you", "warm", 0), ("winback", "savings", "direct", 2), ("retail", "pairs_well", "playful", 2),
            ("fintech", "round_ups", "direct", None), ("hospitality", "local_discoveries", "warm", 1)],
    "push": [("winback", "convenience", "playful", None), ("retail", "care_tips", "direct", None), ("saas", "small_wins", "warm", None),
             ("fintech", "goals", "playful", 1), ("hospitality", "member_rate", "warm", 1)],
    "in_app": [("saas", "quick_start", "direct", None), ("saas", "templates", "playful", None), ("saas", "help_at_hand", "warm", None),
               ("fintech", "control", "direct", None), ("hospitality", "your_points", "warm", None)],
}  # fmt: skip
"""Channel → use case, theme, tone, and which of the brand's offers (None: no offer)."""
_KINDS = {"winback": "win_back", "retail": "second_purchase", "saas": "activation", "fintech": "cross_sell", "hospitality": "loyalty"}
_EVENTS = {"winback": "order", "retail": "order", "saas": "project_created", "fintech": "savings_opened", "hospitality": "booking"}
_TODAY = {"winback": "2018-01-22"}
_NAMES = {"email": "E-mail", "sms": "Text message", "push": "Push", "in_app": "In-app"}


def page(templates: Path, seed: int = 0) -> str:
    """The Markdown page. Raises FileNotFoundError where a use case has no template."""
    parts = [
        "# What the offline copywriter writes\n\nTwenty messages made without a language model, filled in for a customer called "
        "Maria. Made by "
        "`python -m agents.offline.examples app/templates > docs/examples.md`; the brands are made up."
    ]
    for channel in CHANNELS:
        parts.append(f"## {_NAMES[channel]}")
        for number, (use_case, theme, tone, offer) in enumerate(SHOWN[channel]):
            folder = templates / use_case
            brand = Brand.model_validate(yaml.safe_load((folder / "journeyman.yaml").read_text(encoding="utf-8"))["brand"])
            variant = asyncio.run(_write(use_case, folder, brand, channel, theme, tone, offer, seed + number))
            told = f"offer {variant.incentive.key}" if variant.incentive else "no offer"
            parts.append(f"**{brand.name}** · {theme.replace('_', ' ')} · {tone} · {told}\n\n{_shown(variant, brand)}")
    return "\n\n".join(parts) + "\n"


async def _write(
    use_case: str, folder: Path, brand: Brand, channel: Channel, theme: str, tone: str, offer: int | None, seed: int
) -> Variant:
    sets = ActionSets(
        channels=list(CHANNELS),
        themes=list(banks.load(_KINDS[use_case]).themes),
        tones=list(banks.TONES),
        products=[p.id for p in brand.products],
        incentives=brand.incentives,
        send_windows=["morning"],
    )
    plan = Plan(
        name=use_case,
        goal=(folder / "goal.txt").read_text(encoding="utf-8").strip(),
        objective=Objective(events=[SuccessEvent(event=_EVENTS[use_case])]),
        audience=Audience(description="everybody", where=AllOf(all=[])),
        action_sets=sets,
    )
    brief = Brief(
        id=f"{channel}-{theme}-{tone}".replace("_", "-"),
        channel=channel,
        theme=theme,
        tone=tone,
        product=brand.products[seed % len(brand.products)].id,
        incentive=None if offer is None else brand.incentives[offer],
    )
    setting = Setting(brand=brand, today=_TODAY.get(use_case, "2026-03-02"))
    return (await OfflineCopywriter(seed).write(brief, plan, setting))[0].variant


def _shown(variant: Variant, brand: Brand) -> str:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    known = {"first_name": "Maria", "postal_address": brand.postal_address, "unsubscribe_url": f"https://{brand.domains[0]}/unsubscribe"}
    fill = ImmutableSandboxedEnvironment().from_string
    texts = {name: fill(text).render(known | {"brand_name": brand.name}) for name, text in variant.texts().items()}
    heads = [f"**{name.capitalize()}:** {texts[name]}" for name in ("subject", "preheader", "title") if name in texts]
    button = [f"[ {texts['cta.label']} ]({texts['cta.url']})"] if "cta.label" in texts else []
    lines = "\n\n".join([*heads, texts["body"].replace("\n", "  \n").replace("  \n  \n", "\n\n"), *button])
    return "\n".join(f"> {line}".rstrip() for line in lines.split("\n"))


if __name__ == "__main__":
    sys.stdout.write(page(Path(sys.argv[1] if len(sys.argv) > 1 else "app/templates")))
