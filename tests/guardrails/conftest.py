"""A brand with everything a rule asks about, a short way to judge a text, and a shop for thousands of cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from guardrails.check import check
from journeyman.domain import Brand, Guardrails, Variant, Verdict
from tests.guardrails.cases import Shop


@pytest.fixture(scope="session")
def acme() -> Brand:
    return Brand.model_validate(
        {
            "name": "Acme",
            "domains": ["acme.com"],
            "contact_email": "help@acme.com",
            "from_email": "Acme <news@acme.com>",
            "contact_phone": "+1 415 555 2671",
            "postal_address": "1 Mill Lane, Portland, OR 97201",
            "products": [{"id": "sock", "name": "Wool sock", "price": 24.0, "currency": "USD"}],
            "evidence": [{"id": "rates", "claim": "Insured up to $250,000. 4.00% APY."}],
            "variables": {"city": "your town"},
            "banned_phrases": ["cheap", "act now"],
        }
    )


@pytest.fixture(scope="session")
def judge(acme: Brand) -> Callable[..., Verdict]:
    """judge(body, channel="push", brand=acme, guardrails=None, **variant fields) → Verdict."""

    def go(body: str, channel: str = "push", brand: Brand = acme, guardrails: Guardrails | None = None, **fields: Any) -> Verdict:
        return check(Variant.model_validate({"id": "v", "channel": channel, "body": body, **fields}), brand, guardrails)

    return go


@pytest.fixture(scope="session")
def blocked(judge: Callable[..., Verdict]) -> Callable[..., set[str]]:
    """As `judge`, the rules that blocked."""
    return lambda *args, **fields: {v.rule for v in judge(*args, **fields).violations if v.severity == "block"}


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """One for all cases of all promises."""
    made = Shop.of(tmp_path_factory.mktemp("shop"))
    yield made
    made.store.close()
