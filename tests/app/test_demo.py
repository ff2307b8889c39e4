"""The demonstration from outside: the command, the files it leaves, the same result twice, a kill anywhere and a resume."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter, defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest

from app.office import Office
from journeyman.clock import ManualClock
from journeyman.errors import RunError
from journeyman.store import journeys, policies

ROOT = Path(__file__).parent.parent.parent
SMALL = ("--days", "9", "--variants", "60", "--seed", "7", "--json")


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "app", *arguments]


def demo(folder: Path, *more: str, use_case: str = "saas") -> dict[str, Any]:
    ended = subprocess.run(
        command("demo", "--use-case", use_case, "--workspace", str(folder), *(more or SMALL)), capture_output=True, text=True, cwd=ROOT
    )
    assert ended.returncode == 0, ended.stderr
    told: dict[str, Any] = json.loads(ended.stdout)
    return told


@pytest.fixture(scope="module")
def saas(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("demo") / "saas"
    return folder, demo(folder)


def messages(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(f.read_text()) for f in sorted((folder / "outbox").glob("*.json"))]


def test_the_document_is_the_contract(saas: tuple[Path, dict[str, Any]]) -> None:
    folder, told = saas
    wanted = {"customers", "rows_read", "features", "variants", "decisions", "sends", "blocked", "violations", "lift", "oracle_share"}
    assert wanted | {"seconds", "workspace", "report"} == set(told)
    assert set(told["variants"]) == {"written", "approved", "rejected", "duplicates"}
    assert set(told["lift"]) == {"vs_holdout", "vs_random", "vs_bau"}
    assert told["violations"] == 0 and told["variants"]["approved"] >= 60 and told["features"] > 50
    assert told["sends"] == len(messages(folder)) > 500
    assert Path(told["report"]).read_text().startswith("<!doctype html>") or "<!doctype html>" in Path(told["report"]).read_text()[:200]


def test_the_outbox_obeys_caps_consent_and_quiet_hours(saas: tuple[Path, dict[str, Any]]) -> None:
    """Reads the files alone: the outbox and the customers' table."""
    folder, _ = saas
    rows = {r["customer_id"]: r for r in pq.read_table(folder / "data" / "customers.parquet").to_pylist()}
    sent: dict[str, list[datetime]] = defaultdict(list)
    keys: Counter[tuple[str, str, str]] = Counter()
    for m in messages(folder):
        at = datetime.fromisoformat(m["sent_at"])
        sent[m["customer"]].append(at)
        keys[m["journey"], m["address"], m["slot"]] += 1
        assert rows[m["customer"]][f"consent_{m['channel']}"]
        assert m["decision"]["arm"] in {"treatment", "random_control", "bau"}
        assert 0 < m["decision"]["propensity"] <= 1
        try:
            local = at.astimezone(ZoneInfo(rows[m["customer"]]["time_zone"] or ""))
        except (KeyError, ValueError, OSError):
            assert m["time_zone"] is None
            continue
        assert 8 <= local.hour < 21 and datetime.fromisoformat(m["local_time"]) == at
    assert max(keys.values()) == 1
    for moments in sent.values():
        moments.sort()
        for third in range(2, len(moments)):
            assert moments[third] - moments[third - 2] >= timedelta(days=7)


def test_a_new_journey_starts_in_steps_and_learns_before_windows_close(saas: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = saas
    first: dict[str, str] = {}
    for m in sorted(messages(folder), key=lambda m: m["sent_at"]):
        if m["decision"]["arm"] == "treatment":
            first.setdefault(m["customer"], m["slot"])
    begun = Counter(first.values())
    days = sorted(begun)
    assert all(0.2 < begun[day] / sum(begun[d] for d in days[:3]) < 0.5 for day in days[:3])
    with sqlite3.connect(folder / ".journeyman" / "journeyman.sqlite") as store:
        taught, corrected = store.execute("select count(*), sum(corrections > 0) from rewards").fetchone()
        versions = [v for (v,) in store.execute("select distinct policy_version from decisions where arm = 'treatment' order by 1")]
    assert taught > 1000 and corrected > 10  # a success after a click replaced the click
    assert days[2] in versions  # the third day's decisions came from a policy taught that morning, before any window had closed


def test_teaching_a_slot_again_makes_a_version_beside_the_one_decisions_cite(saas: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    folder = shutil.copytree(saas[0], tmp_path / "later")
    sent = [datetime.fromisoformat(m["sent_at"]) for m in messages(folder)]
    slot = max(m["slot"] for m in messages(folder))
    with Office.open(folder, ManualClock(max(sent) + timedelta(days=10))) as office:
        name = journeys.listed(office.store)[0].name
        shift = office.at_work(name, min(sent)).shift
        cited = folder / ".journeyman" / policies.read(office.store, name, slot).path
        before = cited.read_bytes()
        taught, version = shift.learn(slot)  # the last windows have closed since
        assert taught > 0 and version == f"{slot}.2" and cited.read_bytes() == before
        assert shift.learn(slot) == (0, version)
        assert shift.policy(version).seen > shift.policy(slot).seen


def test_neighbours_in_the_file_for_approval_differ_in_theme(saas: tuple[Path, dict[str, Any]]) -> None:
    folder, told = saas
    variants = [json.loads(line) for file in folder.glob("*.variants.jsonl") for line in file.read_text().splitlines()]
    assert len(variants) == told["variants"]["approved"] == len({v["id"] for v in variants})
    assert all(a["theme"] != b["theme"] for a, b in pairwise(variants[:20]))
    assert len({v["channel"] for v in variants[:20]}) > 1


def test_every_email_can_be_read_back_and_left(saas: tuple[Path, dict[str, Any]]) -> None:
    from email import policy
    from email.parser import BytesParser

    folder, _ = saas
    mails = sorted((folder / "outbox").glob("*.eml"))[:50]
    assert len(mails) == 50
    for file in mails:
        mail = BytesParser(policy=policy.default).parsebytes(file.read_bytes())
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" and mail["List-Unsubscribe"].startswith("<https://")
        text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
        assert text is not None and html is not None
        for part in (text.get_content(), html.get_content()):
            assert "{{" not in part and "nsubscribe" in part


def test_explain_replays_to_the_same_answer(saas: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = saas
    chosen = [m for m in messages(folder) if m["decision"]["arm"] == "treatment"]
    for message in (chosen[0], chosen[len(chosen) // 2], chosen[-1]):
        ended = subprocess.run(
            command("explain", message["send_id"], "--workspace", str(folder), "--json"), capture_output=True, text=True, cwd=ROOT
        )
        assert ended.returncode == 0, ended.stderr
        told = json.loads(ended.stdout)
        assert told["replay"]["same"] and told["replay"]["propensity"] == message["decision"]["propensity"]


def test_nobody_gets_the_same_copy_twice_in_two_weeks(saas: tuple[Path, dict[str, Any]]) -> None:
    had: Counter[tuple[str, str]] = Counter((m["customer"], m["variant"]) for m in messages(saas[0]))
    assert max(had.values()) == 1, "the demonstration lasts nine days"


def test_what_would_follow_keeps_to_the_plan_and_a_forecast_adds_up(saas: tuple[Path, dict[str, Any]]) -> None:
    folder, _ = saas
    sent = messages(folder)
    customer = next(m["customer"] for m in sent if m["decision"]["arm"] == "treatment")
    had = {m["variant"] for m in sent if m["customer"] == customer}
    with Office.open(folder, ManualClock(max(datetime.fromisoformat(m["sent_at"]) for m in sent) + timedelta(hours=1))) as office:
        (journey,) = (j.name for j in journeys.listed(office.store))
        work = office.at_work(journey)
        follows = work.tools["sequence_touchpoints"].invoke({"customer": customer, "days": 21})
        ahead = work.tools["forecast"].invoke({"days": 7})
        with pytest.raises(RunError, match="no customer"):
            work.tools["sequence_touchpoints"].invoke({"customer": "nobody"})
    touches = follows["touchpoints"]
    times = [datetime.fromisoformat(t["at"]) for t in touches]
    assert 1 <= len(touches) <= 5 and all(t["gain"] > 0 for t in touches)
    assert all(b - a >= timedelta(hours=work.plan.guardrails.cooldown_hours) for a, b in pairwise(times))
    for cap in work.plan.guardrails.frequency_caps:
        inside = [sum(a <= b < a + timedelta(days=cap.window_days) for b in times) for a in times]
        assert cap.channel is not None or max(inside) <= cap.limit
    soon = {t["variant"] for t in touches if datetime.fromisoformat(t["at"]) < times[0] + timedelta(days=4)}
    assert not soon & had, "what was had of late does not come again"
    assert sum(ahead["by_channel"].values()) == pytest.approx(ahead["sends"]["value"], abs=4)
    assert ahead["gain"]["value"] > 0 and ahead["sends"]["stderr"] > 0 and 0 < ahead["asked"] <= ahead["customers"]


def test_an_unknown_send_is_told_apart(saas: tuple[Path, dict[str, Any]]) -> None:
    ended = subprocess.run(command("explain", "nothing", "--workspace", str(saas[0])), capture_output=True, text=True, cwd=ROOT)
    assert ended.returncode == 2 and "outbox" in ended.stderr and "Traceback" not in ended.stderr


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "precious.txt").write_text("mine")
    ended = subprocess.run(command("demo", "--workspace", str(tmp_path), *SMALL), capture_output=True, text=True, cwd=ROOT)
    assert ended.returncode == 2 and (tmp_path / "precious.txt").read_text() == "mine"


@pytest.mark.slow
def test_the_same_seed_gives_the_same_report_even_when_killed_again_and_again(saas: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    folder, _ = saas
    other = tmp_path / "killed"
    process = subprocess.Popen(
        command("demo", "--use-case", "saas", "--workspace", str(other), *SMALL),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
    )
    kills = 0
    for sign in ("variants", "1", "150", "700", "1500"):
        if not _wait_for(other, sign, process):
            break
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        kills += 1
        process = subprocess.Popen(
            command("run", "--resume", "--workspace", str(other), "--json"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT
        )
    assert process.wait(timeout=600) == 0 and kills >= 4
    assert (other / "report.html").read_bytes() == (folder / "report.html").read_bytes()
    assert messages(other) == messages(folder)


def _wait_for(folder: Path, sign: str, process: subprocess.Popen[bytes]) -> bool:
    """Until copy is being written (`variants`), or that many messages are in the outbox; False when the run has ended before."""
    give_up = time.monotonic() + 300
    while process.poll() is None and time.monotonic() < give_up:
        if sign == "variants" and (folder / ".journeyman" / "checkpoints.sqlite").exists():
            return True
        if sign.isdigit() and (folder / "outbox").is_dir() and sum(1 for _ in (folder / "outbox").iterdir()) >= int(sign):
            return True
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.02)
    return False


@pytest.mark.slow
def test_every_use_case_runs_whole_and_clean_and_at_least_four_of_five_clearly_earn(tmp_path: Path) -> None:
    """At one seed; three seeds, with the numbers, are `python -m bench lift` and docs/benchmarks.md."""
    cases = ["winback", "retail", "saas", "fintech", "hospitality"]
    with ThreadPoolExecutor(2) as pool:
        told = dict(zip(cases, pool.map(lambda u: demo(tmp_path / u, "--seed", "7", "--json", use_case=u), cases), strict=True))
    for document in told.values():
        assert document["violations"] == 0 and document["variants"]["approved"] >= 300
        assert document["lift"]["vs_holdout"]["low"] > 0 and 0.2 < document["oracle_share"] < 1
    clear = [u for u in cases if all(told[u]["lift"][against]["low"] > 0 for against in ("vs_random", "vs_bau"))]
    assert len(clear) >= 4, {u: told[u]["lift"] for u in cases}
