from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from haversack.volume.dominators import dominator_counts
from haversack.volume.fuzzy import Ranking, bandwidth, rank
from haversack.volume.normal import normal_cdf
from haversack.volume.pareto import exact_front
from volume.cases import CASES

Floats = NDArray[np.float64]
Method = Literal["exact", "binned"]
BOTH: tuple[Method, ...] = ("exact", "binned")

cell = st.one_of(st.integers(-5, 5).map(float), st.floats(-100, 100, width=32))
tables = st.lists(st.tuples(cell, cell), min_size=1, max_size=40).map(
    lambda rows: np.array(rows, dtype=np.float64).T
)
methods = st.sampled_from(BOTH)


def phi(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2))


def by_definition(a: Floats, c: Floats, h_a: float, h_c: float) -> list[float]:
    n = range(len(a))
    return [
        math.fsum(phi((a[j] - a[i]) / h_a) * phi((c[j] - c[i]) / h_c) for j in n if j != i)
        for i in n
    ]


def places(ranking: Ranking) -> NDArray[np.intp]:
    found = np.empty(len(ranking.order), dtype=np.intp)
    found[ranking.order] = np.arange(len(ranking.order))
    return found


def cloud(n: int, seed: int = 0) -> tuple[Floats, Floats]:
    random = np.random.default_rng(seed)
    a = random.standard_normal(n)
    return a, -0.7 * a + 0.7 * random.standard_normal(n)


@settings(max_examples=CASES, deadline=None)
@given(tables)
def test_d_is_the_sum_of_its_definition(ac: Floats) -> None:
    a, c = ac
    expected = by_definition(a, c, bandwidth(a), bandwidth(c))
    found = rank(a, c, method="exact")
    assert np.allclose(found.expected_dominators, expected, rtol=1e-9, atol=1e-9)
    assert np.allclose(found.paretoness, np.exp(-found.expected_dominators))


@settings(max_examples=CASES, deadline=None)
@given(tables, methods)
def test_an_experiment_never_ranks_below_one_that_it_dominates(ac: Floats, method: Method) -> None:
    a, c = ac
    ranking = rank(a, c, method=method)
    place = places(ranking)
    for i in range(len(a)):
        dominated = (a[i] >= a) & (c[i] >= c) & ((a[i] > a) | (c[i] > c))
        assert (place[dominated] > place[i]).all()
        assert (ranking.expected_dominators[dominated] >= ranking.expected_dominators[i]).all()


@settings(max_examples=CASES, deadline=None)
@given(tables, methods, st.floats(0.01, 100), st.floats(-10, 10))
def test_affine_rescaling_of_the_task_metric_changes_nothing(
    ac: Floats, method: Method, factor: float, offset: float
) -> None:
    a, c = ac
    assume(np.ptp(a) == 0 or np.min(np.diff(np.unique(a))) > 1e-3)
    before, after = rank(a, c, method=method), rank(a * factor + offset, c, method=method)
    assert np.allclose(before.expected_dominators, after.expected_dominators, rtol=1e-6, atol=1e-6)


@settings(max_examples=CASES, deadline=None)
@given(tables, methods, st.floats(1e-3, 1e3))
def test_units_and_inversion_of_the_custom_metric_change_nothing(
    ac: Floats, method: Method, unit: float
) -> None:
    a, exponent = ac
    cost = np.exp(exponent / 20)
    assume(np.ptp(cost) == 0 or np.min(np.diff(np.unique(cost))) > 1e-6)
    before = rank(a, -np.log(cost), method=method)
    for after in (-np.log(cost * unit), np.log(cost.max() / cost)):
        found = rank(a, after, method=method)
        assert np.allclose(
            before.expected_dominators, found.expected_dominators, rtol=1e-5, atol=1e-5
        )


@settings(max_examples=CASES, deadline=None)
@given(tables, methods, st.randoms())
def test_shuffling_the_rows_shuffles_the_result(ac: Floats, method: Method, random: object) -> None:
    a, c = ac
    shuffled = np.random.default_rng(abs(hash(str(random))) % 2**32).permutation(len(a))
    ids = np.arange(len(a))
    before = rank(a, c, ids, method=method)
    after = rank(a[shuffled], c[shuffled], ids[shuffled], method=method)
    assert np.allclose(before.expected_dominators[shuffled], after.expected_dominators, atol=1e-9)
    if method == "exact":
        assert before.order.tolist() == shuffled[after.order].tolist()


@settings(max_examples=CASES, deadline=None)
@given(tables)
def test_as_the_noise_vanishes_d_is_the_dominator_count(ac: Floats) -> None:
    a, c = ac
    tiny = (1e-9, 1e-9)
    found = rank(a, c, noise=tiny, method="exact").expected_dominators
    gap_a = np.sign(a[None] - a[:, None]) / 2 + 0.5  # a tie counts a half on that axis
    gap_c = np.sign(c[None] - c[:, None]) / 2 + 0.5
    gaps = [np.diff(np.unique(column)) for column in (a, c)]
    assume(all(len(gap) == 0 or gap.min() > 1e-6 for gap in gaps))
    assert np.allclose(found, (gap_a * gap_c).sum(axis=1) - 0.25)
    if len(np.unique(a)) == len(np.unique(c)) == len(a):
        assert np.allclose(found, dominator_counts(a, c))


@settings(max_examples=CASES, deadline=None)
@given(tables, methods)
def test_duplicates_score_the_same(ac: Floats, method: Method) -> None:
    a, c = np.concatenate([ac, ac], axis=1)
    found = rank(a, c, method=method).expected_dominators
    assert np.array_equal(found[: len(found) // 2], found[len(found) // 2 :])


@settings(max_examples=CASES, deadline=None)
@given(tables)
def test_ties_go_by_dominators_then_accuracy_then_id(ac: Floats) -> None:
    a, c = ac
    ids = np.arange(len(a))[::-1].copy()
    ranking = rank(a, c, ids, method="exact")
    counts = dominator_counts(a, c)
    d = ranking.expected_dominators
    keys = [(d[i], counts[i], -a[i], ids[i]) for i in ranking.order.tolist()]
    assert keys == sorted(keys)


def test_the_best_come_first() -> None:
    ranking = rank([0.0, 2.0, 1.0], [0.0, 2.0, 1.0])
    assert ranking.order.tolist() == [1, 2, 0]
    assert (np.diff(ranking.paretoness[ranking.order]) < 0).all()


def test_paretoness_falls_along_the_order_even_where_it_underflows() -> None:
    a, c = cloud(5_000)
    ranking = rank(a, c)
    assert (np.diff(ranking.paretoness[ranking.order]) <= 0).all()
    assert (np.diff(ranking.expected_dominators[ranking.order]) >= 0).all()
    assert ranking.paretoness.min() == 0.0


def test_crowding_behind_a_front_member_demotes_it() -> None:
    a, c = np.array([0.0, 1.0, 2.0, 3.0]), np.array([3.0, 2.0, 1.0, 0.0])
    noise = (0.3, 0.3)
    before = rank(a, c, noise=noise)
    behind = np.linspace(0.01, 0.1, 20)
    after = rank(np.concatenate([a, 1.0 - behind]), np.concatenate([c, 2.0 - behind]), noise=noise)
    assert after.paretoness[1] < before.paretoness[1] / 2
    assert after.paretoness[1] < after.paretoness[2] / 2


def test_front_members_in_crowded_regions_score_lower() -> None:
    random = np.random.default_rng(0)
    crowd = np.abs(random.normal(0, 0.1, (2, 200)))
    a = np.concatenate([[1.0, 3.0], 1.0 - crowd[0]])
    c = np.concatenate([[3.0, 1.0], 3.0 - crowd[1]])
    ranking = rank(a, c)
    assert {0, 1} <= set(exact_front(a, c).tolist())
    assert ranking.paretoness[0] < ranking.paretoness[1]


@pytest.mark.parametrize("outlier", [False, True])
def test_binning_agrees_with_the_sum_over_all_pairs(outlier: bool) -> None:
    a, c = cloud(3_000)
    if outlier:
        a[0] = 1e9
    exact, binned = rank(a, c, method="exact"), rank(a, c, method="binned")
    assert np.corrcoef(places(exact), places(binned))[0, 1] > 0.99999
    front = exact_front(a, c)
    assert np.allclose(
        exact.expected_dominators[front], binned.expected_dominators[front], atol=0.03
    )
    assert len(set(exact.order[:100].tolist()) & set(binned.order[:100].tolist())) >= 98


def test_a_large_table_keeps_to_dominance() -> None:
    a, c = cloud(60_000, seed=3)
    a, c = np.round(a, 2), np.round(c, 2)
    place = places(rank(a, c))
    random = np.random.default_rng(4)
    i, j = random.integers(0, len(a), (2, 500_000))
    dominates = (a[i] >= a[j]) & (c[i] >= c[j]) & ((a[i] > a[j]) | (c[i] > c[j]))
    assert dominates.sum() > 50_000
    assert (place[i[dominates]] < place[j[dominates]]).all()


@pytest.mark.parametrize("method", BOTH)
@pytest.mark.parametrize("values", [[1.0] * 5, [1e-300, 2e-300, 3e-300], [1e308, -1e308, 0.0]])
def test_constant_tiny_and_huge_columns_are_ranked(values: list[float], method: Method) -> None:
    ranking = rank(values, list(range(len(values))), method=method)
    assert np.isfinite(ranking.expected_dominators).all()
    assert sorted(ranking.order.tolist()) == list(range(len(values)))


def test_the_scale_of_the_noise_follows_its_definition() -> None:
    values = np.random.default_rng(0).standard_normal(1001)
    quartiles = np.percentile(values, [25, 75])
    expected = min(np.std(values), (quartiles[1] - quartiles[0]) / 1.349) * 1001 ** (-1 / 3)
    assert bandwidth(values) == pytest.approx(expected, rel=1e-12)
    mostly_same = np.array([0.0] * 9 + [1.0])
    assert bandwidth(mostly_same) == pytest.approx(np.std(mostly_same) * 10 ** (-1 / 3))
    assert bandwidth(np.ones(4)) > 0


def test_what_was_not_measured_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        rank([1.0, math.nan], [1.0, 2.0])
    with pytest.raises(ValueError, match="one length"):
        rank([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="above 0"):
        rank([1.0], [1.0], noise=(0.0, 1.0))


def test_nothing_is_ranked_as_nothing() -> None:
    assert rank([], []).order.tolist() == []


def test_the_normal_distribution_is_right_to_fifteen_digits() -> None:
    z = np.linspace(-10, 10, 20_001)
    assert np.allclose(normal_cdf(z), [phi(value) for value in z.tolist()], rtol=0, atol=6e-16)
    assert normal_cdf(np.array([-1e300, 0.0, 1e300])).tolist() == pytest.approx([0.0, 0.5, 1.0])


@settings(max_examples=CASES, deadline=None)
@given(tables)
def test_dominators_are_counted_alike_by_pairs_and_by_bits(ac: Floats) -> None:
    from haversack.volume import dominators

    everyone = np.arange(ac.shape[1])
    by_pairs = dominator_counts(*ac)
    before, dominators.BRUTE_UP_TO = dominators.BRUTE_UP_TO, 0
    try:
        assert dominator_counts(ac[0], ac[1], everyone).tolist() == by_pairs.tolist()
    finally:
        dominators.BRUTE_UP_TO = before
    pairs = [
        sum(
            ac[0, j] >= ac[0, i] and ac[1, j] >= ac[1, i] and tuple(ac[:, j]) != tuple(ac[:, i])
            for j in everyone
        )
        for i in everyone
    ]
    assert by_pairs.tolist() == pairs
