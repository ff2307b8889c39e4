"""Rules that hold where a message is sent rather than in its words: what they ask, where the code that holds them is, and examples.

The content rules are in `guardrails.rules`; together these are all there are. The handbook is made of both. `holds` tries an example; a
rule without one (a model's, or one about a journey as a whole) is tried where `tested` says.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from guardrails.quiet import allowed_at, candidates
from journeyman.delivery.complaints import Complaints
from journeyman.delivery.optouts import says_stop
from journeyman.domain import CHANNELS, Channel, Event
from journeyman.measurement.envelope import faults

_LEAVE = "List-Unsubscribe: <https://acme.com/u/7>\n"
_POST = "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n"
_SIGNED = "DKIM-Signature: v=1; a=rsa-sha256; d=acme.com; h=From:Subject"


@dataclass(frozen=True)
class Kept:
    """A rule held elsewhere. `where` is the module that holds it, `tested` the test that tries it."""

    id: str
    says: str
    channels: tuple[Channel, ...]
    severity: Literal["block", "ask"]
    source: str
    where: str
    tested: str
    passes: str
    fails: str
    holds: Callable[[str], bool] | None = None


def _headers(text: str) -> bool:
    return not list(faults(text.encode().replace(b"\n", b"\r\n") + b"\r\n\r\nHi"))


def _stops(text: str) -> bool:
    """Whether a message from a customer leaves their number open."""
    told = {"message_id": "m", "customer": "c", "event": "sms_received", "timestamp": "2026-03-04T12:00:00Z", "properties": {"body": text}}
    return not says_stop(Event.model_validate(told))


def _calm(text: str) -> bool:
    """Whether a journey with so many complaints about so many e-mails goes on."""
    complained, sent = (int(number.replace(",", "")) for number in re.findall(r"\d[\d,]*", text))
    return not Complaints(journey="j", since=datetime(2026, 3, 4, tzinfo=UTC), sent=sent, complained=complained).too_many


def _awake(text: str) -> bool:
    """Whether a text may go out at a moment (New York's clock) to somebody whose zone is unknown, in a brand of two zones."""
    zones = candidates(None, ["America/New_York", "America/Los_Angeles"])
    return allowed_at(datetime.fromisoformat(text).replace(tzinfo=zones[0]), zones, None, "sms")


_EMAIL: tuple[Channel, ...] = ("email",)
ELSEWHERE = {
    kept.id: kept
    for kept in (
        Kept(
            "E01",
            "One https link in List-Unsubscribe, and List-Unsubscribe-Post exactly as the standard writes it.",
            _EMAIL,
            "block",
            "RFC 8058 3.1",
            "journeyman.delivery.email",
            "tests/measurement/test_envelope.py::test_a_wrong_one_is_told",
            _LEAVE + _POST,
            "List-Unsubscribe: <mailto:leave@acme.com>\n" + _POST,
            _headers,
        ),
        Kept(
            "E02",
            "A DKIM signature covers both headers.",
            _EMAIL,
            "block",
            "RFC 8058 4",
            "journeyman.measurement.envelope",
            "tests/measurement/test_envelope.py::test_a_wrong_one_is_told",
            _LEAVE + _POST + _SIGNED + ":List-Unsubscribe:List-Unsubscribe-Post; b=x",
            _LEAVE + _POST + _SIGNED + "; b=x",
            _headers,
        ),
        Kept(
            "E04",
            "Leaving takes effect in the transaction that hears of it; the link names the send, so no login is needed.",
            _EMAIL,
            "block",
            "16 CFR 316.5; Gmail bulk sender rules",
            "journeyman.delivery.optouts",
            "tests/delivery/test_dispatch.py::test_opt_outs_close_addresses_at_once",
            "unsubscribed at 12:00, a send planned for 12:01 is stopped",
            "unsubscribed at 12:00, a send leaves at 12:01",
        ),
        Kept(
            "E08",
            "A journey pauses at three complaints and three in a thousand e-mails of thirty days, until a person resumes it.",
            _EMAIL,
            "block",
            "Gmail and Yahoo bulk sender rules",
            "journeyman.delivery.complaints",
            "tests/delivery/test_complaints.py::test_three_of_two_hundred_stop_it_and_nothing_else",
            "3 complaints about 1,100 e-mails",
            "3 complaints about 1,000 e-mails",
            _calm,
        ),
        Kept(
            "S04",
            "Text messages leave from 08:00 to 21:00 in every zone the recipient may be in, whatever the plan says.",
            ("sms",),
            "block",
            "47 CFR 64.1200(c)(1)",
            "guardrails.quiet",
            "tests/guardrails/test_gate_zones.py::test_sms_leaves_from_eight_to_nine_only_whatever_the_plan_says",
            "2026-03-04 11:00",
            "2026-03-04 10:59",
            _awake,
        ),
        Kept(
            "S05",
            "STOP, END, CANCEL, UNSUBSCRIBE, QUIT close the number at once, to everything by SMS.",
            ("sms",),
            "block",
            "CTIA Messaging Principles and Best Practices 5.1.3",
            "journeyman.delivery.optouts",
            "tests/delivery/test_dispatch.py::test_stop_by_text_closes_the_number_before_the_next_send",
            "When does it end?",
            "Stop.",
            _stops,
        ),
        Kept(
            "X01",
            "Consent for the channel and topic, looked up at the moment of sending.",
            CHANNELS,
            "block",
            "ePrivacy 13, GDPR 7",
            "guardrails.gate",
            "tests/guardrails/test_promises_to_customers.py::test_no_send_without_consent_at_the_moment_of_sending",
            "consented to e-mail marketing: an e-mail with news",
            "consented to e-mail marketing: a text message, or an e-mail after withdrawing",
        ),
        Kept(
            "X18",
            "The copy speaks in the brand's voice, as its guide describes it.",
            CHANNELS,
            "ask",
            "brand guide",
            "agents.reviewer",
            "tests/agents/test_llm_agents.py::test_two_readings_that_disagree_escalate",
            "voice “plain and dry”: The coat is back.",
            "voice “plain and dry”: OMG babes, the coat is BACK!",
        ),
    )
}
