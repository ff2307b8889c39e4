"""A report's facts, made up for tests of layout."""

from __future__ import annotations

from app.report.facts import ArmResult, Comparison, Interval, ReportFacts, ShownVariant
from journeyman.domain import Cta, Incentive, Learning, LevelReport, Rendered, SegmentReport

OFFER = Incentive(kind="percent_off", value=15)


def facts() -> ReportFacts:
    """Small, complete, with text that must be escaped."""
    arms = [("treatment", 600, 3100, 61.0), ("random_control", 180, 900, 47.0), ("bau", 180, 700, 49.5), ("holdout", 180, 0, 40.0)]
    body = "Hi there,\n\nThe bakery has been busy & so have we.\n\nHearth & Harvest, 12 Mill Lane\nUnsubscribe: https://h.example/u"
    letter = Rendered(subject="A basket <is> waiting", preheader="Fresh picks", body=body, cta=Cta(label="Shop", url="https://h.example"))
    text = Rendered(body="Hearth & Harvest: fresh bread today. Reply STOP to opt out")
    push = Rendered(title="Fresh bread", body="Baked this morning.")
    interval = Interval(value=0.06, low=0.04, high=0.08)
    return ReportFacts(
        notice="The responses in this report are simulated.",
        brand="Hearth & Harvest",
        journey="win-back-three-weeks",
        goal="Win back households that have not shopped for three weeks.",
        model="offline",
        seed=7,
        start="2018-01-02",
        days=28,
        customers=2469,
        audience=1140,
        audience_words="no order for 21 days",
        rows_read=1_469_307,
        features=132,
        problems=["customers: 7 time zones are not known"],
        plan_words=["Channels: e-mail, SMS, push"],
        variants={"written": 420, "approved": 312, "rejected": 3, "duplicates": 105},
        decisions=9000,
        holds=4200,
        sends=4700,
        by_channel={"email": 2000, "sms": 1500, "push": 1200},
        blocked={"suppressed": 12},
        violations=0,
        unsubscribes=12,
        complaints="1 person reported an e-mail as spam, of 2,748 since 2018-01-01 (0.04%; a journey stops at 0.3%).",
        incentive_spend=2310.0,
        incentive_budget=5000.0,
        currency="USD",
        success_event="order",
        arms=[
            ArmResult(arm=a, customers=n, sends=s, success_per_100=v, daily=[v * (d + 1) / 28 for d in range(28)]) for a, n, s, v in arms
        ],
        comparisons=[
            Comparison(
                against=a, difference=Interval(value=d, low=d - e, high=d + e), relative=Interval(value=r, low=r - 0.2, high=r + 0.2)
            )
            for a, d, e, r in (("holdout", 0.21, 0.09, 0.52), ("random_control", 0.14, 0.1, 0.3), ("bau", 0.11, 0.12, 0.24))
        ],
        oracle_share=0.63,
        sample_ratio_ok=True,
        narrative="Treatment earned half as much again as silence.",
        learnings=[Learning(statement="Evening sends do better.", lever="send_window", level="evening", lift_points=1.2, sends=900)],
        levels=[
            LevelReport(lever=lever, level=level, sends=500, reward_rate=rate, low=rate - 0.01, high=rate + 0.012)
            for lever, level, rate in (
                ("theme", "savings", 0.05), ("theme", "fresh_picks", 0.061), ("channel", "email", 0.05), ("channel", "sms", 0.07),
                ("send_window", "morning", 0.04), ("send_window", "evening", 0.07),
                ("incentive", "percent_off-15", 0.06), ("incentive", "none", 0.03),
            )
        ],
        segments=[
            SegmentReport(segment=s, lever=lever, level=level, sends=200, reward_rate=rate, overall_rate=0.05)
            for s, lever, level, rate in (
                ("evening shoppers", "send_window", "evening", 0.09), ("evening shoppers", "send_window", "morning", 0.02),
                ("discount seekers", "theme", "savings", 0.08),
            )
        ],
        best=[
            ShownVariant(
                id="a", channel="email", theme="fresh_picks", tone="warm", incentive=OFFER, sends=210, reward_rate=interval,
                rendered=letter,
            ),
            ShownVariant(
                id="b", channel="sms", theme="savings", tone="direct", incentive=None, sends=180, reward_rate=interval,
                rendered=text,
            ),
            ShownVariant(
                id="c", channel="push", theme="savings", tone="playful", incentive=None, sends=90, reward_rate=interval,
                rendered=push,
            ),
        ],
    )  # fmt: skip
