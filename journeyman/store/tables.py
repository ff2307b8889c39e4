"""The tables. A change here needs a migration in `migrations/versions`; a test compares the two."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, LargeBinary, MetaData, String, Table, Text, UniqueConstraint

from journeyman.store.columns import Unsigned, Utc

metadata = MetaData()


def _key(name: str) -> Column[Any]:
    return Column(name, String(200), primary_key=True)


def _word(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, String(200), nullable=null)


def _long(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, Text, nullable=null)


def _number(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, Integer, nullable=null)


def _real(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, Float, nullable=null)


def _moment(name: str, *, null: bool = False) -> Column[Any]:
    return Column(name, Utc, nullable=null)


journeys = Table(
    "journeys", metadata, _key("name"), _word("state"), _word("salt"), _number("version"), _number("approved_version", null=True),
    _word("policy_version", null=True), _moment("created_at"), _moment("changed_at"),
)  # fmt: skip

plans = Table(
    "plans", metadata, _key("journey"), Column("version", Integer, primary_key=True, autoincrement=False), _long("body"),
    _moment("created_at"), _moment("approved_at", null=True), _word("approved_by", null=True),
)  # fmt: skip

variants = Table(
    "variants", metadata, _key("journey"), _key("id"), _word("status"), _long("body"), _word("fingerprint"),
    _word("approved_fingerprint", null=True), Column("verdict", JSON), _word("brief"), _word("author"), _word("prompt", null=True),
    _long("skeleton", null=True), _moment("created_at"), _moment("changed_at"),
    Index("variants_by_status", "journey", "status"),
)  # fmt: skip

customers = Table(
    "customers", metadata, _key("id"), _long("email", null=True), _long("phone", null=True), _long("push_token", null=True),
    _long("first_name", null=True), _word("language", null=True), _word("time_zone", null=True), _moment("signed_up_at", null=True),
    Column("attributes", JSON, nullable=False),
)  # fmt: skip

consents = Table(
    "consents", metadata, _key("customer"), _key("channel"), _key("topic"), Column("granted", Boolean, nullable=False),
    _moment("withdrawn_at", null=True),
)  # fmt: skip

suppressions = Table(
    "suppressions", metadata, _key("channel"), Column("address", String(400), primary_key=True), _word("scope"), _word("reason"),
    _moment("at"),
)  # fmt: skip

decisions = Table(
    "decisions", metadata, _key("id"), _word("journey"), _word("customer"), _word("arm"), _moment("decided_at"), _word("slot"),
    _number("action"), _word("variant", null=True), _word("window", null=True), _real("propensity"), _real("expected"),
    _word("policy_version"), Column("seed", Unsigned, nullable=False), Column("key", Unsigned, nullable=False), _word("eligible"),
    _word("snapshot"),
    UniqueConstraint("journey", "slot", "customer", name="one_decision_per_slot"),
    Index("decisions_by_time", "journey", "decided_at"),
)  # fmt: skip

eligible_sets = Table("eligible_sets", metadata, _key("hash"), Column("bits", LargeBinary, nullable=False))

sends = Table(
    "sends", metadata, _key("id"), _word("decision"), _word("journey"), _number("plan_version"), _word("customer"), _word("arm"),
    _word("channel"), _word("topic"), _word("variant"), _word("variant_hash"), _word("slot"), _moment("scheduled_at"),
    Column("address", String(400), nullable=False), _real("liability"), _word("state"), _word("reason", null=True),
    _moment("claimed_at", null=True), _moment("sent_at", null=True), _word("provider_id", null=True),
    UniqueConstraint("journey", "address", "slot", name="one_send_per_slot"),
    Index("sends_by_state", "journey", "state", "scheduled_at"),
    Index("sends_by_customer", "customer", "claimed_at"),
)  # fmt: skip

events = Table(
    "events", metadata, Column("message_id", String(200), primary_key=True), _word("customer"), _word("event"), _moment("timestamp"),
    _long("properties"),
    Index("events_by_time", "timestamp"),
)  # fmt: skip

rewards = Table(
    "rewards", metadata, _key("decision"), _word("journey"), _real("reward"), _word("policy_version"), _moment("learned_at"),
    _number("corrections"),
    Index("rewards_by_journey", "journey"),
)  # fmt: skip

budget = Table(
    "budget", metadata, _key("journey"), _key("send"), _real("reserved"), _real("spent"), _moment("reserved_at"),
    _moment("settled_at", null=True),
)  # fmt: skip

policies = Table(
    "policies", metadata, _key("journey"), _key("version"), _long("path"), _word("parent", null=True), _moment("created_at"),
)  # fmt: skip

snapshots = Table(
    "snapshots", metadata, _key("id"), _moment("as_of"), _long("path"), _word("fingerprint"), _moment("created_at"),
)  # fmt: skip

runs = Table(
    "runs", metadata, _key("id"), _word("kind"), Column("options", JSON, nullable=False), _word("stage", null=True), _word("state"),
    _moment("started_at"), _moment("finished_at", null=True), Column("result", JSON),
)  # fmt: skip

stages = Table("stages", metadata, _key("run"), _key("stage"), _moment("done_at"), Column("result", JSON))

audit = Table(
    "audit", metadata, Column("id", Integer, primary_key=True), _moment("at"), _word("actor"), _word("action"),
    Column("detail", JSON, nullable=False),
)  # fmt: skip

model_calls = Table(
    "model_calls", metadata, Column("id", Integer, primary_key=True), _word("prompt"), _number("prompt_version"), _word("prompt_hash"),
    _word("model"), _moment("at"), _word("outcome"), _number("tokens_in"), _number("tokens_out"), _real("cost", null=True),
    _real("seconds"), _number("tokens_cached"), _word("ask"), _word("run", null=True), _number("step", null=True),
    Index("model_calls_by_run", "run"),
)  # fmt: skip

steps = Table(
    "steps", metadata, _key("run"), Column("number", Integer, primary_key=True, autoincrement=False), _word("graph"), _word("node"),
    _word("about"), _moment("at"), _word("outcome"), _real("seconds"),
)  # fmt: skip
