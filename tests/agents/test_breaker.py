"""The circuit breaker: when it opens, whom it lets through, how it closes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from agents._breaker import FIRST_REST, LONGEST_REST, Breaker
from agents._transport import Broken, Trouble
from journeyman.clock import ManualClock
from journeyman.errors import CircuitOpen, ModelUnavailable

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DOWN = Trouble("answered HTTP 503: busy", True, "Wait.", outage=True)
LIMITED = Trouble("answered HTTP 429: slower", True, "Wait.")


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def breaker(clock: ManualClock) -> Breaker:
    return Breaker("openai:small", clock, failures=3)


def fail(breaker: Breaker, times: int = 1, trouble: Trouble = DOWN) -> None:
    for _ in range(times):
        with pytest.raises(Broken), breaker.watch():
            raise Broken(trouble)


def works(breaker: Breaker) -> None:
    with breaker.watch():
        pass


def closed_to_us(breaker: Breaker) -> bool:
    try:
        works(breaker)
    except CircuitOpen:
        return True
    return False


def test_it_opens_after_so_many_in_a_row_and_says_until_when(breaker: Breaker) -> None:
    fail(breaker, 2)
    works(breaker)  # the row is broken
    fail(breaker, 3)
    with pytest.raises(CircuitOpen) as caught, breaker.watch():
        pytest.fail("it was let through")
    assert "openai:small failed 3 times in a row" in caught.value.message and "12:00:30" in caught.value.message
    assert "503" in caught.value.message and "run again" in caught.value.remedy and isinstance(caught.value, ModelUnavailable)


def test_a_rate_limit_is_a_sign_of_life(breaker: Breaker) -> None:
    fail(breaker, 50, LIMITED)
    works(breaker)


def test_half_open_lets_one_through_and_a_good_answer_closes_it(breaker: Breaker, clock: ManualClock) -> None:
    fail(breaker, 3)
    clock.advance_to(NOON + FIRST_REST)
    with breaker.watch():
        assert closed_to_us(breaker)  # while the probe is under way
    fail(breaker, 2)
    works(breaker)


def test_a_bad_probe_opens_it_for_longer_each_time(breaker: Breaker, clock: ManualClock) -> None:
    fail(breaker, 3)
    rest, opened = FIRST_REST, NOON
    for _ in range(12):
        clock.advance_to(opened + rest - timedelta(seconds=1))
        assert closed_to_us(breaker)
        clock.advance_to(opened + rest)
        fail(breaker)
        opened, rest = clock.now(), min(2 * rest, LONGEST_REST)
        assert closed_to_us(breaker)
    assert rest == LONGEST_REST
    clock.advance_to(opened + rest)
    works(breaker)
    fail(breaker, 3)
    clock.advance_to(clock.now() + FIRST_REST)  # the rest starts from the beginning
    works(breaker)


@pytest.mark.parametrize("end", [asyncio.CancelledError(), ValueError("no transport"), Broken(LIMITED)])
def test_a_probe_that_tells_nothing_leaves_room_for_another(end: BaseException, breaker: Breaker, clock: ManualClock) -> None:
    fail(breaker, 3)
    clock.advance_to(NOON + FIRST_REST)
    with pytest.raises(type(end)), breaker.watch():
        raise end
    works(breaker)


def test_what_was_under_way_when_it_opened_does_not_prolong_it(breaker: Breaker, clock: ManualClock) -> None:
    late = breaker.watch()
    late.__enter__()
    fail(breaker, 3)
    clock.advance_to(NOON + timedelta(seconds=20))
    assert not late.__exit__(Broken, Broken(DOWN), None)
    clock.advance_to(NOON + FIRST_REST)
    works(breaker)
