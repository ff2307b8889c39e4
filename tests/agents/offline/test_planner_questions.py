"""Goals that are vague or contradict themselves: what is asked, what an answer changes, what is assumed."""

from __future__ import annotations

import re

import pytest
from planned import answered, asked, facts, plan

from agents.offline.grammar.doubts import _entries
from agents.offline.grammar.telling import _notes
from agents.offline.tongues import LANGUAGES, language_of
from journeyman.domain import Answer, Plan, Questions

UNCLEAR = [
    ("hello world", "aim_unknown", "what customers should do"),
    ("What is the weather tomorrow?", "aim_unknown", "what customers should do"),
    ("Get more orders from customers", "aim", "What should people do"),
    ("Win back lapsed customers with 120% off", "offer_size", "120%"),
    ("Win back lapsed customers with 5,000,000 points", "offer_size", "5,000,000"),
    ("Win back lapsed customers with 20% off, no discounts", "offers", "“no discounts” … “20% off”"),
    ("Win back lapsed customers, 10% off, valid until 1 January 2020", "offer_expired", "2020"),
    ("Win back lapsed customers with 10% off, budget $0", "budget", "“budget $0”"),
    ("Win back lapsed customers, email only, no email", "channels", "“email only” … “no email”"),
    ("Win back lapsed customers, no email, no SMS, no push, no in-app", "no_channel", "no email"),
    ("Win back lapsed customers, 0 messages a week", "no_message", "0 messages a week"),
    ("Win back lapsed customers, at most 5000 messages a week", "cap_size", "5000"),
    ("Win back lapsed customers, at most one message a week, at least three messages a week", "caps", "at least 3 messages"),
    ("Win back lapsed customers until 1 January 2020", "past", "1 January 2020"),
    ("Win back lapsed customers from 1 March 2027 until 1 February 2027", "dates", "from 1 March 2027"),
    ("Win back lapsed customers until 31 February 2027", "no_such_day", "31 February 2027"),
    ("Win back lapsed customers for ten years", "too_long", "3,650 days"),
    ("Win back lapsed customers, only between 3am and 4am", "hours", "between 3am and 4am"),
    ("Win back lapsed customers, keep 95% as a holdout", "shares", "95%"),
    ("Win back customers who joined in the last 10 days and joined more than 30 days ago", "audience", "days since signup"),
    ("Win back lapsed customers with an attribution window of 200 days", "attribution", "200 days"),
    ("Win back lapsed customers. A visit counts 300%.", "weight", "visit counts 300%"),
    ("Win back lapsed customers, messages at least 3 years apart", "gap", "3 years apart"),
]


@pytest.mark.parametrize(("goal", "about", "words"), UNCLEAR, ids=[about for _, about, _ in UNCLEAR])
def test_what_cannot_be_planned_is_asked_about_with_the_goals_own_words(goal: str, about: str, words: str) -> None:
    questions = asked(goal)
    assert list(questions) == [about]
    assert words in questions[about].text and questions[about].why


@pytest.mark.parametrize(("goal", "about", "words"), UNCLEAR, ids=[about for _, about, _ in UNCLEAR])
def test_on_request_it_is_planned_on_assumptions_that_the_plan_states(goal: str, about: str, words: str) -> None:
    question, made = asked(goal)[about], answered(goal, assume=True)
    if question.assumed:
        assert isinstance(made, Plan) and made.assumptions[0] == question.assumed and made.goal == goal
    else:
        assert isinstance(made, Questions)


@pytest.mark.parametrize(
    ("goal", "about", "answer", "fields"),
    [
        ("Win back lapsed customers, email only, no email", "channels", "SMS", {"channels": "sms"}),
        ("Win back lapsed customers, email only, no email", "channels", "Email is fine", {"channels": "email"}),
        ("Win back lapsed customers by email, 20% off, no discounts", "offers", "up to 20% off", {"max": 20}),
        ("Win back lapsed customers by email, 20% off, no discounts", "offers", "no discounts", {"offers": "", "max": 0}),
        ("Win back lapsed customers with 10% off, budget $0", "budget", "$500", {"budget": "500 USD", "offers": "percent_off-10"}),
        ("Win back lapsed customers from 1 March 2027 until 1 February 2027", "dates", "until 31 December", {"days": 37}),
        ("Win back lapsed customers, 0 messages a week", "no_message", "at most 2 messages a week", {"caps": {(None, 2, 7)}}),
        ("Win back lapsed customers, only between 3am and 4am", "hours", "only between 9 and 17", {"quiet": "17:00-09:00"}),
        ("Get more orders from customers", "aim", "buy a second time: one-time buyers", {"where": "orders_total == 1"}),
        ("hello world", "aim_unknown", "Win back customers silent for 60 days", {"where": "days_since_last_order >= 60"}),
        ("Nur E-Mail, aber keine E-Mail. Inaktive Kunden zurückgewinnen.", "channels", "per SMS", {"channels": "sms"}),
        ("20 % de réduction mais aucune réduction. Reconquérir les clients inactifs.", "offers", "aucune remise", {"offers": ""}),
        ("Recuperar a los clientes inactivos hasta el 1 de enero de 2020.", "past", "hasta el 31/12/2026", {"days": 37}),
    ],
)
def test_an_answer_takes_the_place_of_the_words_it_was_asked_about(goal: str, about: str, answer: str, fields: dict[str, object]) -> None:
    assert about in asked(goal)
    made = plan(goal, answers=[Answer(question=about, text=answer)])
    assert {k: facts(made)[k] for k in fields} == fields
    assert made.goal == f"{goal}\n{answer}"


def test_an_answer_that_settles_nothing_is_asked_for_again() -> None:
    goal = "Win back lapsed customers, email only, no email"
    assert "no_channel" in asked(goal, answers=[Answer(question="channels", text="no email, no SMS, no push, no in-app")])
    again = asked("Get more orders from customers", answers=[Answer(question="aim", text="well, more")])
    assert "aim" in again


def test_several_doubts_are_asked_together_and_answered_one_by_one() -> None:
    goal = "Win back lapsed customers, email only, no email, 10% off, budget $0"
    assert set(asked(goal)) == {"channels", "budget"}
    assert set(asked(goal, answers=[Answer(question="budget", text="$200")])) == {"channels"}
    made = plan(goal, answers=[Answer(question="budget", text="$200"), Answer(question="channels", text="push")])
    assert facts(made)["budget"] == "200 USD" and facts(made)["channels"] == "push"


def test_an_answer_to_a_question_of_somebody_elses_is_read_too() -> None:
    made = plan("Win back lapsed customers", answers=[Answer(question="q1", text="SMS only, at most one message a week")])
    assert facts(made)["channels"] == "sms" and facts(made)["caps"] == {(None, 1, 7)}


@pytest.mark.parametrize(
    ("goal", "language", "words"),
    [
        ("Macht mal irgendwas für unsere Kunden.", "de", "Was sollen die Menschen"),
        ("Il faut faire quelque chose pour nos clients.", "fr", "Que doivent faire les gens"),
        ("Haced algo para nuestros clientes.", "es", "¿Qué debe hacer la gente"),
    ],
)
def test_questions_speak_the_goals_language(goal: str, language: str, words: str) -> None:
    made = answered(goal)
    assert isinstance(made, Questions) and made.language == language and made.questions[0].text.startswith(words)


def test_every_question_is_told_in_every_language() -> None:
    for about, told in _entries().items():
        assert set(told) == set(LANGUAGES), about
        assert len({frozenset(t) for t in told.values()}) == 1, f"{about}: an assumption is missing in a language"
        for texts in told.values():
            assert {n for n in ("{words}", "{size}") if n in told["en"]["text"]} == {n for n in ("{words}", "{size}") if n in texts["text"]}


def test_every_note_is_told_in_every_language_with_the_same_blanks() -> None:
    for pattern, others in _notes():
        assert len(others) == 3
        for text in others:
            assert set(re.findall(r"\{(\w+)\}", text)) <= set(pattern.groupindex), text


@pytest.mark.parametrize(
    ("goal", "language"),
    [
        ("Stammkunden aktivieren", "de"),
        ("Reconquête clients inactifs", "fr"),
        ("Recuperar clientes inactivos", "es"),
        ("Winback", "en"),
        ("SMS", "en"),
        ("lorem ipsum", "en"),
        ("Win back lapsed customers", "en"),
    ],
)
def test_the_language_of_a_few_words_is_told(goal: str, language: str) -> None:
    assert language_of(goal) == language


@pytest.mark.parametrize(
    ("goal", "condition"),
    [
        ("Ramener les clients qui n'ont pas visité le site depuis trois semaines. E-mail.", "days_since_visit >= 21"),
        ("Recuperar clientes que no visitan la tienda desde hace tres semanas. Email.", "days_since_visit >= 21"),
        ("Kunden, die seit drei Wochen unseren Laden nicht besucht haben, zurückholen. E-Mail.", "days_since_visit >= 21"),
    ],
)
def test_an_object_between_verb_and_time_does_not_make_it_a_horizon(goal: str, condition: str) -> None:
    made = plan(goal)
    assert facts(made)["where"] == condition and made.schedule.horizon_days == 28


@pytest.mark.parametrize("goal", ["Reconquérir les clients. Client depuis 3 mois.", "Recuperar clientes. Cliente desde hace 3 meses."])
def test_a_length_of_time_nobody_reads_is_asked_about_and_no_horizon(goal: str) -> None:
    made = plan(goal)
    assert made.schedule.horizon_days == 28 and any("depuis 3 mois" in q or "hace 3 meses" in q for q in made.questions)
