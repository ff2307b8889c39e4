"""`journeyman ope` from outside: a journey's own decisions and Parquet logs, words, JSON and exit codes."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from app.cli import main
from app.office import Office
from app.workspace import Workspace
from journeyman.clock import ManualClock
from journeyman.domain import Event, Orders
from journeyman.simulation.worlds import prepare
from journeyman.store import journeys

ROOT = Path(__file__).parent.parent.parent
GOAL = "Turn first-time buyers into repeat buyers: a second order within four weeks. Email and SMS, one message a week, up to 15% off."
DAYS = 6


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A journey that ran for six days on its first policy version and was then taught, once."""
    folder = tmp_path_factory.mktemp("ope") / "shop"
    shutil.copytree(ROOT / "app" / "templates" / "retail", folder)
    prepare("retail", folder, 7, customers=600)
    clock = ManualClock(datetime(2026, 3, 2, 5, tzinfo=UTC))
    luck = np.random.default_rng(4)
    with Office(Workspace.open(folder), clock) as office:
        office.also = ["order"]
        features = office.staged.build(clock.now())
        journey = asyncio.run(office.name_for(GOAL))
        asyncio.run(office.campaign(journey, {"goal": GOAL, "target": 40}, features=features, auto=True))
        shift = office.at_work(journey, clock.now()).shift
        window = timedelta(days=shift.plan.objective.attribution_window_days)
        for _ in range(DAYS):
            slot = f"{clock.now():%Y-%m-%d}"
            shift.decide(slot, shift.snapshot(slot), Orders(floor=0.2))
            clock.advance_to(clock.now() + timedelta(hours=18))
            shift.deliver()
            buyers = [d.customer for d in shift.made() if d.slot == slot and luck.random() < 0.1]
            shift.take_in([Event(message_id=f"{c}{slot}", customer=c, event="order", timestamp=clock.now()) for c in buyers])
            clock.advance_to(clock.now() + timedelta(hours=6))
        clock.advance_to(clock.now() + window)
        shift.take_in([Event(message_id="last", customer=shift.desk.customers[0].id, event="visit", timestamp=clock.now())])
        assert shift.learn("taught")[1] == "taught" and journeys.read(office.store, journey).policy_version == "taught"
    return folder, journey


class Said:
    """Runs the console script in this process."""

    def __init__(self, patch: pytest.MonkeyPatch, capture: Any) -> None:
        self.patch, self.capture = patch, capture

    def __call__(self, *arguments: str | Path) -> tuple[int, str, str]:
        self.patch.setattr(sys, "argv", ["journeyman", "ope", *map(str, arguments)])
        self.patch.setenv("COLUMNS", "80")
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self.capture.readouterr()
        return int(ended.value.code or 0), out, " ".join(err.split())


@pytest.fixture
def ope(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Said:
    return Said(monkeypatch, capsys)


def test_the_first_version_earned_what_was_earned(shop: tuple[Path, str], ope: Said) -> None:
    folder, journey = shop
    code, out, _ = ope(journey, "--policy", "v0", "--workspace", folder, "--json")
    told = json.loads(out)
    assert code == 0 and told["policy"] == "v0" and told["overlap"] == "good" and told["verdict"] == "no difference"
    assert told["n"] == sum(told["arms"].values()) == told["arms"]["treatment"] > 150
    assert told["ess"] == pytest.approx(told["n"]) and told["estimates"]["snips"]["value"] == pytest.approx(told["logged"])
    assert told["estimates"]["dr"]["value"] == pytest.approx(told["logged"], abs=0.01) and 0.05 < told["logged"] < 0.5
    low, high = (100 * told["estimates"]["dr"][side] for side in ("low", "high"))
    assert f"successes per 100 decisions ({low:.1f} to {high:.1f})" in told["words"][0]
    code, out, err = ope(journey, "--policy", "v0", "--workspace", folder)
    assert (code, out) == (0, "") and told["words"][0] in err and told["words"][1] in err


def test_the_latest_version_has_decided_nothing_yet(shop: tuple[Path, str], ope: Said) -> None:
    folder, journey = shop
    code, out, err = ope(journey, "--workspace", folder)
    assert code == 2 and out == "" and "Version taught has no decisions to be judged by" in err and "--policy v0" in err
    code, out, _ = ope(journey, "--workspace", folder, "--all", "--json")
    told = json.loads(out)
    assert code == (1 if told["overlap"] == "poor" else 0) and told["flattered"] == told["n"] > 0
    assert told["words"][-1].startswith("Warning")


def test_the_same_question_has_the_same_answer(shop: tuple[Path, str], ope: Said) -> None:
    folder, journey = shop
    asked = (journey, "--all", "--arm", "both", "--interval", "bootstrap", "--since", "2026-03-03", "--workspace", folder, "--json")
    found = ope(*asked)
    assert ope(*asked) == found
    told = json.loads(found[1])
    assert set(told["arms"]) == {"treatment", "random_control"} and told["first"] >= "2026-03-03" and told["interval"] == "bootstrap"


def test_where_the_log_cannot_tell_it_says_so(shop: tuple[Path, str], ope: Said) -> None:
    folder, journey = shop
    code, out, err = ope(journey, "--policy", "taught", "--all", "--since", "2026-03-05", "--workspace", folder)
    assert code == 1 and out == "" and "cannot be told" in err and "Overlap is POOR" in err


def test_wrong_use_is_told_with_the_names_there_are(shop: tuple[Path, str], ope: Said) -> None:
    folder, journey = shop
    code, _, err = ope("nobody", "--workspace", folder)
    assert code == 2 and "no journey nobody" in err and journey in err
    code, _, err = ope(journey, "--policy", "v99", "--workspace", folder)
    assert code == 2 and "no policy v99" in err and "v0, taught" in err
    code, _, err = ope(journey, "--since", "soon", "--workspace", folder)
    assert code == 2 and "--since" in err
    code, _, err = ope(journey, "--since", "2030-01-01", "--workspace", folder)
    assert code == 2 and "no such decisions" in err


@pytest.fixture
def log(tmp_path: Path) -> Path:
    g = np.random.default_rng(0)
    reward, p = (g.random(60) < 0.2).astype(float), np.full(60, 0.5)
    file = tmp_path / "log.parquet"
    pq.write_table(pa.table({"reward": reward, "propensity": p, "target_propensity": g.choice([0.25, 0.75], 60)}), file)
    return file


def test_a_parquet_log_as_ever_with_any_interval(log: Path, tmp_path: Path, ope: Said) -> None:
    code, out, _ = ope(log, "--json")
    normal = json.loads(out)
    assert code == 0 and set(normal) == {"n", "ess", "max_weight", "overlap", "estimates"} and normal["n"] == 60
    bound = json.loads(ope(log, "--json", "--interval", "bound")[1])
    assert bound["estimates"]["ips"]["value"] == normal["estimates"]["ips"]["value"]
    assert bound["estimates"]["ips"]["low"] < normal["estimates"]["ips"]["low"]
    assert bound["estimates"]["ips"]["high"] > normal["estimates"]["ips"]["high"]
    renamed = log.rename(tmp_path / "log.data")  # a file that is there is a log, whatever its name
    assert json.loads(ope(renamed, "--json")[1]) == normal
    assert ope(renamed, "--all")[0] == 2 and ope(tmp_path / "none.parquet")[0] == 2
    assert ope(log.with_suffix(".data"), "--interval", "narrow")[0] == 2
