"""Encoders: unit scale, missing values, pins, schema shift; attributes of variants, hold first, room for new copy."""

import json

import numpy as np
import pytest

from journeyman.decisioning import ActionEncoder, ContextEncoder, Policy
from journeyman.domain import Incentive, Variant
from journeyman.errors import PolicyError, SchemaShift

NAMES = [
    "days_since_last_order",
    "revenue_total",
    "orders_total",
    "discount_share",
    "touches_7d",
    "category_share_tea",
    "constant",
    "empty",
]


def table(n=800, seed=0):
    g = np.random.default_rng(seed)
    orders = g.poisson(4, n)
    revenue = orders * np.exp(g.normal(3, 1, n))
    columns = [g.exponential(30, n), revenue, orders, g.beta(2, 5, n), g.random(n) < 0.01, g.beta(1, 9, n), np.ones(n), np.full(n, np.nan)]
    matrix = np.column_stack(columns).astype(np.float32)
    matrix[g.random(n) < 0.3, 3] = np.nan
    return matrix


def test_contexts_are_of_unit_scale_and_finite_whatever_the_raw_scale():
    matrix = table()
    matrix[3, 1] = 1e9  # one absurd customer
    encoder = ContextEncoder.fit(NAMES, matrix, pinned=["orders_total"], dim=6)
    x = encoder.encode(NAMES, matrix)
    assert x.dtype == np.float32 and x.shape == (800, len(encoder.labels)) and len(encoder.labels) <= 6
    assert np.isfinite(x).all() and np.abs(x).max() < 15
    assert np.abs(x.mean(0)).max() < 0.1
    assert (x**2).mean() == pytest.approx(1, abs=0.35)
    assert set(encoder.columns) == set(NAMES[:6])


def test_a_pinned_column_stays_itself():
    matrix = table()
    encoder = ContextEncoder.fit(NAMES, matrix, pinned=["discount_share", "touches_7d"], dim=5)
    x = encoder.encode(NAMES, matrix)
    assert encoder.labels[:2] == ("discount_share", "touches_7d")
    known = np.isfinite(matrix[:, 3])
    inside = known & (matrix[:, 3] < np.nanquantile(matrix[:, 3], 0.98)) & (matrix[:, 3] > np.nanquantile(matrix[:, 3], 0.02))
    assert np.corrcoef(x[inside, 0], matrix[inside, 3])[0, 1] == pytest.approx(1, abs=1e-5)
    assert (x[~known, 0] == 0).all()
    assert x[matrix[:, 4] == 1, 1].min() > x[matrix[:, 4] == 0, 1].max()  # a rare flag survives the clipping


def test_common_gaps_are_told_apart_from_the_average():
    matrix = table()
    encoder = ContextEncoder.fit(NAMES, matrix, dim=24)
    assert "discount_share unknown" in encoder.inputs and "revenue_total unknown" not in encoder.inputs
    row = matrix[:1].copy()
    row[0, 3] = encoder.mean[encoder.columns.index("discount_share")]
    gap = row.copy()
    gap[0, 3] = np.nan
    assert np.abs(encoder.encode(NAMES, row) - encoder.encode(NAMES, gap)).max() > 0.3


def test_columns_go_by_name_and_a_lost_one_is_a_schema_shift():
    matrix = table()
    encoder = ContextEncoder.fit(NAMES, matrix)
    order = np.random.default_rng(1).permutation(len(NAMES))
    shuffled = encoder.encode([*(NAMES[j] for j in order), "new"], np.column_stack([matrix[:, order], np.full(800, np.nan)]))
    assert np.array_equal(shuffled, encoder.encode(NAMES, matrix))
    with pytest.raises(SchemaShift, match="revenue_total") as shift:
        encoder.encode([n for n in NAMES if n != "revenue_total"], np.delete(matrix, 1, axis=1))
    assert shift.value.remedy


def test_a_lost_column_of_many_counts_as_unknown_and_is_told():
    g = np.random.default_rng(4)
    names, wide = [f"f{j}" for j in range(20)], g.normal(size=(500, 20))
    encoder = ContextEncoder.fit(names, wide, pinned=names[:4])
    assert encoder.moved(names, wide) == []
    unknown = wide.copy()
    unknown[:, 7] = np.nan
    assert np.array_equal(encoder.encode(names[:7] + names[8:], np.delete(wide, 7, axis=1)), encoder.encode(names, unknown))
    assert encoder.moved(names[:7] + names[8:], np.delete(wide, 7, axis=1)) == ["f7 is gone: it counts as unknown"]
    with pytest.raises(SchemaShift, match="3 of the 20"):
        encoder.moved(names[3:], wide[:, 3:])


def test_what_has_moved_far_is_told_in_words():
    g = np.random.default_rng(5)
    names, wide = ["age", "orders", "visits"], g.normal(10, 1, size=(500, 3))
    encoder = ContextEncoder.fit(names, wide)
    later = wide + np.array([0.2, 3.0, 0.0])
    later[:400, 2] = np.nan
    told = encoder.moved(names, later)
    assert (
        len(told) == 2
        and told[0].startswith("orders is ")
        and "higher" in told[0]
        and told[1] == "visits is known for 20% of the customers"
    )
    with pytest.raises(PolicyError, match="infinite values: orders"):
        encoder.encode(names, np.where(np.arange(3) == 1, np.inf, wide))


def test_a_customer_alone_is_encoded_as_in_the_crowd():
    matrix = table()
    encoder = ContextEncoder.fit(NAMES, matrix)
    crowd = encoder.encode(NAMES, matrix)
    assert all(np.array_equal(encoder.encode(NAMES, matrix[i : i + 1])[0], crowd[i]) for i in range(40))


def test_json_brings_back_the_very_same_encoder():
    matrix = table()
    encoder = ContextEncoder.fit(NAMES, matrix, pinned=["orders_total"])
    back = ContextEncoder.from_json(json.loads(json.dumps(encoder.to_json())))
    assert np.array_equal(back.encode(NAMES, matrix), encoder.encode(NAMES, matrix))
    assert back.fingerprint == encoder.fingerprint != ContextEncoder.fit(NAMES, table(seed=1)).fingerprint
    damaged = encoder.to_json() | {"mean": [0.0]}
    with pytest.raises(PolicyError, match="damaged"):
        ContextEncoder.from_json(damaged)


def test_directions_do_not_flip_with_the_order_of_customers():
    matrix = table()
    one = ContextEncoder.fit(NAMES, matrix, dim=4)
    two = ContextEncoder.fit(NAMES, matrix[::-1], dim=4)
    assert np.allclose(one.encode(NAMES, matrix), two.encode(NAMES, matrix), atol=1e-4)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda m: ContextEncoder.fit(NAMES[:-1], m),
        lambda m: ContextEncoder.fit([NAMES[0]] * len(NAMES), m),
        lambda m: ContextEncoder.fit(NAMES, np.where(m > 100, np.inf, m)),
        lambda m: ContextEncoder.fit(NAMES, m, pinned=["nowhere"]),
        lambda m: ContextEncoder.fit(NAMES, m, pinned=NAMES[:3], dim=2),
        lambda m: ContextEncoder.fit(NAMES, np.ones_like(m)),
    ],
)
def test_tables_that_cannot_be_encoded_are_refused(spoil):
    with pytest.raises(PolicyError):
        spoil(table())


WORDS = {
    "savings": "Save on your next basket this week with our lowest prices",
    "fresh": "Crisp vegetables and ripe fruit arrived from the farm this morning",
    "seasonal": "Warm soups and roasts for the first cold evenings of the year",
}


def variants(count=12, start=0):
    made = []
    for n in range(start, start + count):
        theme = list(WORDS)[n % 3]
        offer = Incentive(kind="percent_off", value=10 + 5 * (n % 2)) if n % 4 == 0 else None
        channel, tone = ("email", "sms")[n % 2], ("warm", "direct")[n // 2 % 2]
        made.append(Variant(id=f"v{n}", channel=channel, body=f"{WORDS[theme]}. Note {n}.", theme=theme, tone=tone, incentive=offer))
    return made


def test_actions_are_hold_then_variants_by_windows():
    encoder = ActionEncoder.fit(variants(), ["morning", "evening"], text_dim=4)
    assert encoder.actions[:4] == ((None, None), ("v0", "morning"), ("v0", "evening"), ("v1", "morning"))
    assert encoder.features.shape == (25, len(encoder.labels)) and encoder.features.dtype == np.float32
    assert encoder.items.tolist() == [-1, *np.repeat(np.arange(12), 2)]
    assert (encoder.features[0] == 0).all()
    by_label = dict(zip(encoder.labels, encoder.features.T, strict=True))
    assert by_label["channel=sms"].tolist() == [0, *np.repeat([0, 1] * 6, 2)]
    assert by_label["send_window=evening"][1:].tolist() == [0, 1] * 12
    assert by_label["incentive size"].max() == 1 and by_label["incentive=percent_off"].sum() == 6
    assert not any(label.startswith("product=") for label in encoder.labels)


def test_every_block_is_of_comparable_size():
    encoder = ActionEncoder.fit(variants(), ["morning", "evening"])
    text = [label.startswith("text") for label in encoder.labels]
    assert (encoder.features[1:, text] ** 2).sum(1).mean() == pytest.approx(1, rel=0.05)


def test_text_brings_like_copy_together():
    encoder = ActionEncoder.fit(variants(), ["morning"], text_dim=3)
    text = encoder.features[1:, [label.startswith("text") for label in encoder.labels]]
    theme = np.arange(12) % 3
    near = [np.linalg.norm(text[i] - text[j]) for i in range(12) for j in range(i) if theme[i] == theme[j]]
    far = [np.linalg.norm(text[i] - text[j]) for i in range(12) for j in range(i) if theme[i] != theme[j]]
    assert max(near) < min(far)


def test_new_copy_is_added_at_the_end_and_feeds_the_policy():
    encoder = ActionEncoder.fit(variants(), ["morning", "evening"])
    more = encoder.extend([v.model_copy(update={"theme": "unheard_of"}) for v in variants(3, start=12)])
    assert np.array_equal(more.features[:25], encoder.features) and len(more.actions) == 31 and more.items[-1] == 14
    assert (more.features[25:, [label.startswith("theme=") for label in more.labels]] == 0).all()
    policy = Policy.create(encoder.features, 4, hold=0, items=encoder.items)
    assert policy.add_actions(more.features[25:], items=more.items[25:]).tolist() == list(range(25, 31))
    assert np.allclose(policy.propensities(np.ones((2, 4))).sum(1), 1)
    with pytest.raises(PolicyError, match="already"):
        encoder.extend(variants(1))


def test_action_encoder_survives_json():
    encoder = ActionEncoder.fit(variants(), ["morning", "evening"])
    back = ActionEncoder.from_json(json.loads(json.dumps(encoder.to_json())))
    assert back.actions == encoder.actions and back.labels == encoder.labels
    fresh = variants(2, start=20)
    assert np.array_equal(back.extend(fresh).features, encoder.extend(fresh).features)
    with pytest.raises(PolicyError, match="damaged"):
        ActionEncoder.from_json(encoder.to_json() | {"actions": [["v0", "morning"]]})


def test_one_single_variant_is_enough_and_none_is_not():
    encoder = ActionEncoder.fit(variants(1), ["morning"])
    policy = Policy.create(encoder.features, 2, hold=0, items=encoder.items)
    assert np.allclose(policy.propensities(np.zeros((1, 2))).sum(), 1)
    assert ActionEncoder.from_json(json.loads(json.dumps(encoder.to_json()))).labels == encoder.labels
    with pytest.raises(PolicyError):
        ActionEncoder.fit([], ["morning"])
