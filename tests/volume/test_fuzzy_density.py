"""What the fuzzy ranking makes of density, of ties and of rows that were not measured."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haversack.volume.dominators import dominator_counts
from haversack.volume.errors import NothingMeasuredError
from haversack.volume.fuzzy import Method, rank
from haversack.volume.pareto import exact_front
from haversack.volume.query import query_pareto_optimal_recipes
from volume.cases import CASES

cell = st.one_of(st.integers(-5, 5).map(float), st.floats(-100, 100, width=32))
rows = st.lists(st.tuples(cell, cell), min_size=1, max_size=30)
methods = st.sampled_from(("exact", "binned"))
near = st.floats(0.01, 1.0)

unmeasured = st.sampled_from([math.nan, math.inf, -math.inf])
rate = st.one_of(st.floats(0.1, 100), st.sampled_from([0.0, -1.0]), unmeasured)
accuracy = st.one_of(st.floats(0, 1), unmeasured)


@settings(max_examples=CASES, deadline=None)
@given(rows, st.lists(st.tuples(near, near), min_size=5, max_size=30), methods, st.data())
def test_recipes_just_behind_a_front_member_demote_it(
    table: list[tuple[float, float]],
    behind: list[tuple[float, float]],
    method: Method,
    data: st.DataObject,
) -> None:
    a, c = np.array(table).T
    member = data.draw(st.sampled_from(exact_front(a, c).tolist()))
    new_a, new_c = np.array(behind).T
    noise = (1.0, 1.0)  # all of them within one scale of the noise behind it
    before = rank(a, c, noise=noise, method=method)
    after = rank(
        np.concatenate([a, a[member] - new_a]),
        np.concatenate([c, c[member] - new_c]),
        noise=noise,
        method=method,
    )
    assert after.expected_dominators[member] > before.expected_dominators[member] + 0.06
    assert after.paretoness[member] <= before.paretoness[member]


@settings(max_examples=CASES, deadline=None)
@given(st.lists(st.tuples(near, near), min_size=2, max_size=30), st.integers(1, 29), methods)
def test_of_two_front_members_the_one_in_the_denser_region_scores_lower(
    crowd: list[tuple[float, float]], fewer: int, method: Method
) -> None:
    behind = np.array(crowd).T
    few = behind[:, : min(fewer, len(crowd) - 1)]
    a = np.concatenate([[0.0, 100.0], -behind[0], 100.0 - few[0]])
    c = np.concatenate([[100.0, 0.0], 100.0 - behind[1], -few[1]])
    ranking = rank(a, c, noise=(1.0, 1.0), method=method)
    assert {0, 1} <= set(exact_front(a, c).tolist())
    assert ranking.expected_dominators[0] > ranking.expected_dominators[1]


@settings(max_examples=CASES, deadline=None)
@given(rows, methods, st.randoms(use_true_random=False))
def test_ties_go_by_dominators_then_accuracy_then_id_however_they_are_summed(
    table: list[tuple[float, float]], method: Method, random: object
) -> None:
    a, c = np.array(table + table).T
    ids = np.arange(len(a))
    random.shuffle(ids)  # type: ignore[attr-defined] # a Random that hypothesis shrinks
    ranking = rank(a, c, ids, method=method)
    counts, d = dominator_counts(a, c), ranking.expected_dominators
    keys = [(d[i], counts[i], -a[i], ids[i]) for i in ranking.order.tolist()]
    assert keys == sorted(keys)


@settings(max_examples=CASES, deadline=None)
@given(st.lists(st.tuples(rate, accuracy), min_size=1, max_size=20))
def test_rows_that_were_not_measured_never_appear_and_change_nothing(
    table: list[tuple[float, float]],
) -> None:
    df = pd.DataFrame(table, columns=["od_inf_rate_ms", "relative_task_metric"])
    df["id"] = range(7, 7 + len(df))
    usable = np.isfinite(df["relative_task_metric"]) & np.isfinite(df["od_inf_rate_ms"])
    usable &= df["od_inf_rate_ms"] > 0
    for method in ("exact", "fuzzy"):
        if not usable.any():
            with pytest.raises(NothingMeasuredError):
                query_pareto_optimal_recipes(df, method)
            continue
        ids, info = query_pareto_optimal_recipes(df, method, sort_by="paretoness")
        assert set(ids) <= set(df["id"][usable]) == set(info["ids_all"].tolist())
        assert sum(info["excluded"].values()) == int((~usable).sum())
        alone, _ = query_pareto_optimal_recipes(df[usable], method, sort_by="paretoness")
        assert ids == alone
