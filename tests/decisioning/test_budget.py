"""The incentive budget's price: never overspent, never stranded, offers to those they move most."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from journeyman.decisioning.budget import RANGE, STEPS, Terms, due, price
from journeyman.errors import PolicyError

LIFE = 7


@given(
    limit=st.floats(100, 1e6),
    dearest=st.floats(0.002, 0.012),
    days=st.integers(1, 60),
    redeemed=st.floats(0, 1),
    believed=st.floats(0, 1),
    demand=st.floats(1.6, 20),
    seed=st.integers(0, 2**32 - 1),
)
@settings(deadline=None, max_examples=200)
def test_a_budget_is_neither_overspent_nor_stranded(limit, dearest, days, redeemed, believed, demand, seed):
    """Customers come by the day, each with a gain of her own; offers cost something different each; what is redeemed is seen late.

    Offers cost three quarters of the dearest on average, so a day's customers could take at least 1.2 times the whole budget.
    """
    generator = np.random.default_rng(seed)
    top = dearest * limit  # what one offer may cost
    count = int(np.ceil(demand * limit / top))
    assume(count <= 20_000)
    spent, held = 0.0, []  # (days until it runs out, amount)
    for day in range(days):
        costs, gains = generator.uniform(top / 2, top, count), generator.exponential(0.05, count)
        promised = {left: sum(a for at, a in held if at == left) for left in {at for at, _ in held}}
        money = due(limit, spent, promised, days - day, LIFE, believed)
        terms = price(lambda p, g=gains, c=costs: float(c[g > p * c].sum()), money, 2 / top)
        taken = np.flatnonzero((gains > terms.price * costs) & (generator.random(count) < terms.share))
        for k in taken:  # the gate has the last word
            if spent + sum(a for _, a in held) + costs[k] <= limit:
                held.append((LIFE, float(costs[k])))
        settled = [(left - 1, a, generator.random()) for left, a in held]
        spent += sum(a for left, a, luck in settled if luck < redeemed / LIFE)
        last = day == days - 1
        held = [(left, a) for left, a, luck in settled if luck >= redeemed / LIFE and (left >= 0 or last)]
        assert spent + sum(a for _, a in held) <= limit * (1 + 1e-9)
    assert spent + sum(a for _, a in held) >= 0.95 * limit


def test_offers_go_where_they_gain_most_a_unit_of_money():
    gains, costs = np.array([0.05, 0.04, 0.03, 0.02]), np.array([10.0, 2.0, 1.0, 4.0])
    terms = price(lambda p: float(costs[gains > p * costs].sum()), 3.0, 1.0)
    assert terms.share == 1 and np.flatnonzero(gains > terms.price * costs).tolist() == [1, 2]


def test_no_price_where_there_is_enough_and_a_lottery_where_chance_alone_is_too_much():
    assert price(lambda p: 5.0, 6.0, 1.0) == Terms(0.0, 1.0)
    assert price(lambda p: 5.0, 0.0, 1.0) == Terms(0.0, 0.0)
    assert price(lambda p: 8.0 if p < 1 else 4.0, 2.0, 1.0) == Terms(1.0, 0.5)


@given(target=st.floats(0.01, 99), dearest=st.floats(1e-3, 1e3))
def test_a_price_is_found_closely_and_in_few_questions(target, dearest):
    asked = []

    def set_aside(at):
        asked.append(at)
        return 100.0 / (1 + 1e3 * at / dearest)

    terms = price(set_aside, target, dearest)
    assert len(asked) <= STEPS + 2
    if terms.share == 1 and terms.price:
        assert set_aside(terms.price) <= target <= set_aside(terms.price * (1 - 1e-12) / RANGE ** (1.01 / 2**STEPS))


def test_the_last_day_uses_what_is_free_and_an_empty_budget_nothing():
    assert due(100, 40, {3: 20.0}, days=1, life=LIFE, redeemed=0.3) == 40
    assert due(100, 80, {7: 20.0}, days=5, life=LIFE, redeemed=0.3) == 0
    assert due(100, 120, {}, days=5, life=LIFE, redeemed=0.3) == 0, "spent more than was set aside: nothing more"
    with_return = due(100, 0, {0: 50.0}, days=10, life=LIFE, redeemed=0.0)
    assert with_return == 50 / 7 + 50 / 7


@pytest.mark.parametrize("money", [(-1, 0, 0.5), (np.nan, 0, 0.5), (100, np.inf, 0.5), (100, 0, 1.5)])
def test_nonsense_is_refused(money):
    limit, spent, redeemed = money
    with pytest.raises(PolicyError):
        due(limit, spent, {}, 5, LIFE, redeemed)
