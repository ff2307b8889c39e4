"""For any goal: a valid plan, questions or a PlanError, and no limit looser than stated."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from planned import answered

from journeyman.domain import CHANNELS, WINDOW_HOURS, Plan, Questions
from journeyman.errors import PlanError

NUMBER_WORDS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 12: "twelve", 20: "twenty", 21: "twenty-one"}
PIECES = (
    "win back|lapsed customers|households|who have not shopped|for three weeks|email|SMS only|no push|at most|two|messages|"
    "a week|never|between|9pm|and|8am|up to|20% off|$5,000|budget|free shipping|no discounts|until|31 December|12/13/2027|"
    "1,000|points|except|people|contacted this week|,|.|;|or|and|twice|a day|per month|holdout|10%|0|-3|99999|½|%|$|within|"
    '7 days|of a message|first-time buyers|spent more than|"cheap"|don\'t say|at least|only|after|20:30|not before|'
    "on weekends|every other day|apart|VIPs|in California|who joined|the last 60 days|cross-sell|the savings account|"
    "have not|created a project|yet|;\n- |bought once|orders|fewer than|one|hundred|k|€|2.5|code SAVE10|valid until|"
    "attribution|random control|APR|loan"
)


def outcome(goal: str) -> Plan | None:
    try:
        made = answered(goal)
    except PlanError as refused:
        assert refused.message and refused.remedy
        return None
    if isinstance(made, Questions):
        assert all(q.text and q.why and "{" not in q.text for q in made.questions if "{" not in goal)
        taken = answered(goal, assume=True)
        assert isinstance(taken, Plan) == made.assumable
        assert isinstance(taken, Questions) or {q.assumed for q in made.questions} <= set(taken.assumptions)
        return None
    assert Plan.model_validate_json(made.model_dump_json()) == made
    assert made.objective.attribution_window_days >= 1 and made.guardrails.quiet_hours and made.guardrails.frequency_caps
    return made


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES.split("|")), max_size=25).map(" ".join))
def test_any_heap_of_marketing_words_is_a_plan_questions_or_a_refusal(goal: str) -> None:
    outcome(goal)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), st.booleans())
def test_any_text_is_a_plan_questions_or_a_refusal(text: str, marketing: bool) -> None:
    outcome(f"Win back customers {text}" if marketing else text)


def spelt(n: int) -> st.SearchStrategy[str]:
    return st.sampled_from([str(n), NUMBER_WORDS.get(n, str(n))])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_limit_is_looser_than_stated(data: st.DataObject) -> None:
    draw = data.draw
    cap, days, percent = (
        draw(st.sampled_from([1, 2, 3, 5])),
        draw(st.sampled_from([("day", 1), ("week", 7), ("month", 30), ("fortnight", 14)])),
        draw(st.integers(1, 60)),
    )
    budget, start, end = draw(st.integers(1, 90_000)), draw(st.integers(17, 23)), draw(st.integers(6, 11))
    n = draw(spelt(cap))
    parts = [
        draw(
            st.sampled_from(
                [
                    f"at most {n} messages a {days[0]}",
                    f"no more than {n} messages per {days[0]}",
                    f"max {n} touches/{days[0]}",
                    f"up to {n} msgs each {days[0]}",
                ]
            )
        ),
        draw(
            st.sampled_from(
                [
                    f"up to {percent}% off",
                    f"max {percent} percent discount",
                    f"discounts of at most {percent}%",
                    f"no more than {percent} % off",
                ]
            )
        ),
        draw(
            st.sampled_from(
                [
                    f"budget ${budget:,}",
                    f"budget: {budget} dollars",
                    f"${budget} budget",
                    f"spend at most {budget} USD",
                    f"budget of €{budget}",
                ]
            )
        ),
        draw(
            st.sampled_from(
                [
                    f"never between {start - 12}pm and {end}am",
                    f"quiet hours {start}:00-{end:02}:00",
                    f"not after {start}:00 and not before {end}:00",
                    f"only between {end}:00 and {start}:00",
                    f"nothing from {start - 12} p.m. to {end} a.m.",
                ]
            )
        ),
    ]
    banned = draw(st.sampled_from(CHANNELS[1:]))
    parts.append(f"no {banned.replace('_', '-')}")
    goal = "Win back customers who have not ordered for 30 days" + draw(st.sampled_from([", ", "; ", ". ", "\n- "])).join(
        ["", *draw(st.permutations(parts))]
    )
    made = outcome(goal)
    assert made is not None, goal
    rails = made.guardrails
    assert any(c.channel is None and c.limit == cap and c.window_days == days[1] for c in rails.frequency_caps), goal
    assert rails.max_discount_percent is not None and rails.max_discount_percent <= percent, goal
    assert made.action_sets.incentives and all(i.kind == "percent_off" and i.value <= percent for i in made.action_sets.incentives), goal
    assert rails.incentive_budget is not None and rails.incentive_budget.amount == budget, goal
    assert banned not in made.action_sets.channels, goal
    assert rails.quiet_hours and (rails.quiet_hours.start.hour, rails.quiet_hours.end.hour) == (start, end), goal
    assert all(WINDOW_HOURS[w][0] >= end and WINDOW_HOURS[w][0] < start for w in made.action_sets.send_windows), goal
    assert made.questions == [], goal
