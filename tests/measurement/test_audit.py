"""The audit finds every kind of planted violation, and nothing in a clean outbox."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from journeyman.domain import Customer, Event, FrequencyCap, Guardrails
from journeyman.measurement.audit import audit

NOON = datetime(2026, 3, 3, 17, tzinfo=UTC)  # noon in New York
CONSENT = frozenset({("email", "marketing"), ("sms", "marketing")})
ANN = Customer(id="ann", email="Ann@Example.com", phone="+1 212 555 0101", time_zone="America/New_York", consent=CONSENT)
BOB = Customer(id="bob", email="bob@example.com", phone="+1 213 555 0102", time_zone="Mars/Olympus", consent=CONSENT)
RULES = Guardrails(frequency_caps=[FrequencyCap(limit=2, window_days=7), FrequencyCap(channel="sms", limit=1)], cooldown_hours=20)


def message(number: int, sent_at: datetime = NOON, customer: Customer = ANN, **changes: object) -> dict:
    zone = "America/New_York" if customer is ANN else None
    channel = str(changes.get("channel", "email"))
    return {
        "send_id": f"s{number}", "journey": "j", "customer": customer.id,
        "address": customer.email.lower() if channel == "email" else "+1" + "".join(c for c in customer.phone[2:] if c.isdigit()),
        "channel": channel, "variant": "v1", "slot": f"{sent_at:%Y-%m-%d}", "sent_at": sent_at.isoformat(),
        "local_time": sent_at.astimezone(ZoneInfo(zone or "UTC")).isoformat(), "time_zone": zone, "rendered": {"body": "Hello"},
        "decision": {"propensity": 0.5, "policy_version": "1", "seed": 1, "arm": "treatment"},
    } | changes  # fmt: skip


@pytest.fixture
def run(tmp_path):
    def go(*messages: dict, events=(), guardrails=RULES, arms=None) -> list[tuple[str, str]]:
        for number, content in enumerate(messages):
            (tmp_path / f"{number}.json").write_text(json.dumps(content))
        arms = arms or {"ann": "treatment", "bob": "treatment"}
        zones = ["America/New_York", "America/Los_Angeles"]
        found = audit(tmp_path, [ANN, BOB], guardrails, brand_zones=zones, arms=arms, approved={"v1"}, events=events)
        return [(f.rule, f.send) for f in found]

    return go


def days(n: float) -> datetime:
    return NOON + timedelta(days=n)


def test_a_clean_outbox(run):
    assert run(message(1), message(2, days(3), channel="sms"), message(3, days(7)), message(4, days(1), BOB)) == []


def test_somebody_nobody_knows(run):
    assert run(message(1) | {"customer": "eve"}, arms={"eve": "treatment"}) == [("stranger", "s1")]


def test_a_time_without_a_zone(run):
    assert run(message(1) | {"sent_at": "2026-03-03T17:00:00"}) == [("malformed", "0")]


def test_an_empty_outbox(run):
    assert run() == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"channel": "push", "address": ""}, "consent"),
        ({"variant": "v2"}, "variant"),
        ({"address": "eve@example.com"}, "address"),
        ({"rendered": {"body": "Hi {{ first_name }}"}}, "template"),
        ({"local_time": "2026-03-03T11:00:00-05:00"}, "clock"),
        ({"decision": {"propensity": 0.5, "policy_version": "1", "seed": 1, "arm": "bau"}}, "arm"),
        ({"decision": {"arm": "treatment"}}, "malformed"),
        ({"channel": "fax"}, "malformed"),
    ],
)
def test_one_bad_message(run, change, rule):
    assert rule in {found for found, _ in run(message(1, **change))}


def test_a_file_that_is_not_json(run, tmp_path):
    (tmp_path / "broken.json").write_text("{")
    assert run() == [("malformed", "broken")]


@pytest.mark.parametrize("arms", [{"ann": "holdout"}, {"bob": "treatment"}])
def test_the_holdout_and_strangers_to_the_experiment_get_nothing(run, arms):
    assert run(message(1), arms=arms) == [("arm", "s1")]


@pytest.mark.parametrize(("hour", "quiet"), [(12.99, True), (13, False), (25.99, False), (26, True)])
def test_quiet_hours_at_the_customers_place(run, hour, quiet):
    moment = datetime(2026, 3, 3, tzinfo=UTC) + timedelta(hours=hour)  # New York is five hours behind
    assert run(message(1, moment)) == ([("quiet_hours", "s1")] if quiet else [])


@pytest.mark.parametrize(("hour", "quiet"), [(15, True), (16, False), (25.9, False), (26, True)])
def test_an_unknown_zone_is_looked_at_in_all_brand_zones(run, hour, quiet):
    moment = datetime(2026, 3, 3, tzinfo=UTC) + timedelta(hours=hour)
    assert run(message(1, moment, BOB)) == ([("quiet_hours", "s1")] if quiet else [])


def test_daylight_saving_moves_the_quiet_hours(run):
    before, after = datetime(2026, 3, 7, 12, 30, tzinfo=UTC), datetime(2026, 3, 9, 12, 30, tzinfo=UTC)  # 07:30 and 08:30 in New York
    assert run(message(1, before), message(2, after)) == [("quiet_hours", "s1")]


def test_text_messages_keep_legal_hours_even_without_quiet_hours(run):
    early = datetime(2026, 3, 3, 12, tzinfo=UTC)
    rules = RULES.model_copy(update={"quiet_hours": None})
    assert run(message(1, early, channel="sms"), guardrails=rules) == [("quiet_hours", "s1")]


def test_caps_roll(run):
    assert run(message(1), message(2, days(3)), message(3, days(6.9))) == [("cap", "s3")]


def test_a_cap_per_channel(run):
    assert run(message(1, channel="sms"), message(2, days(6), channel="sms")) == [("cap", "s2")]


def test_a_cap_of_zero_means_none(run):
    rules = RULES.model_copy(update={"frequency_caps": [FrequencyCap(channel="email", limit=0)]})
    assert run(message(1), guardrails=rules) == [("cap", "s1")]


def test_cooldown(run):
    assert run(message(1), message(2, NOON + timedelta(hours=3), slot="other")) == [("cooldown", "s2")]


def test_one_per_journey_address_and_slot(run):
    rules = Guardrails()
    assert run(message(1), message(2, NOON + timedelta(hours=1), address="ANN@example.com"), guardrails=rules) == [("duplicate", "s2")]


@pytest.mark.parametrize(("event", "properties"), [("unsubscribed", {"channel": "email"}), ("complained", {})])
def test_nothing_after_an_opt_out(run, event, properties):
    left = Event(message_id="m", customer="ann", event=event, timestamp=days(1), properties=properties)
    assert run(message(1), message(2, days(2)), events=[left]) == [("suppressed", "s2")]
    other = left.model_copy(update={"properties": {"channel": "push"}, "event": "unsubscribed"})
    assert run(events=[other]) == []
