"""Fronts of any number of metrics, their knees, front numbers, and what lies between two rows."""

from __future__ import annotations

import math
from typing import Any

import moocore
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray

from haversack.volume import many, sweep
from haversack.volume.dominators import dominator_counts
from haversack.volume.errors import (
    MissingColumnError,
    NothingMeasuredError,
    QueryError,
    UnknownRowError,
)
from haversack.volume.many import front_of_many
from haversack.volume.objectives import compare, front, knee, objectives
from haversack.volume.pareto import exact_front
from haversack.volume.peeling import front_numbers
from volume.cases import CASES

Floats = NDArray[np.float64]
cells = st.one_of(st.integers(-3, 3).map(float), st.floats(allow_nan=False, allow_infinity=False))
some_unmeasured = st.one_of(cells, st.sampled_from([math.nan, math.inf, -math.inf]))


def tables(
    values: st.SearchStrategy[float], k: tuple[int, int] = (1, 5)
) -> st.SearchStrategy[Floats]:
    shapes = st.tuples(st.integers(0, 40), st.integers(*k))
    return shapes.flatmap(lambda shape: npst.arrays(np.float64, shape, elements=values))


def brute(table: Floats) -> list[int]:
    rows = [i for i in range(len(table)) if np.isfinite(table[i]).all()]
    return [
        i
        for i in rows
        if not any((table[j] >= table[i]).all() and (table[j] > table[i]).any() for j in rows)
    ]


@settings(max_examples=CASES, deadline=None)
@given(tables(some_unmeasured))
def test_the_front_of_many_agrees_with_comparing_all_pairs(table: Floats) -> None:
    assert front_of_many(table).tolist() == brute(table)


@settings(max_examples=CASES, deadline=None)
@given(tables(cells, (2, 5)))
def test_the_front_of_many_agrees_with_moocore(table: Floats) -> None:
    if len(table):
        mask = moocore.is_nondominated(table.copy(), maximise=True, keep_weakly=True)
        assert front_of_many(table).tolist() == np.flatnonzero(mask).tolist()


@settings(max_examples=CASES, deadline=None)
@given(tables(some_unmeasured, (2, 2)))
def test_in_two_metrics_it_is_the_exact_front(table: Floats) -> None:
    assert front_of_many(table).tolist() == exact_front(table[:, 0], table[:, 1]).tolist()


@settings(max_examples=CASES, deadline=None)
@given(tables(cells, (2, 2)))
def test_a_column_given_twice_changes_nothing(table: Floats) -> None:
    twice = np.column_stack([table, table[:, :1]])
    assert front_of_many(twice).tolist() == front_of_many(table).tolist()


@settings(max_examples=CASES, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 400), st.integers(2, 60), st.integers(1, 50))
def test_sweeping_three_columns_in_any_chunks_is_comparing_all_pairs(
    seed: int, rows: int, levels: int, chunk: int
) -> None:
    table = np.random.default_rng(seed).integers(0, levels, (rows, 3)).astype(float)
    distinct = np.unique(table, axis=0)[::-1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sweep, "CHUNK", chunk)
        found = sweep.sweep_three(distinct)
    at_least = (distinct[:, None, :] >= distinct[None, :, :]).all(axis=2)
    assert found.tolist() == (at_least.sum(axis=0) == 1).tolist()


@pytest.mark.parametrize("k", [3, 4])
def test_discarding_and_chunks_change_nothing(k: int, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(k)
    table = np.round(random.random((30_000, k)), 2)
    table[::7, 0] = np.nan
    expected = front_of_many(table)
    monkeypatch.setattr(many, "SAMPLE", 1 << 20)  # no discarding
    monkeypatch.setattr(many, "CHUNK", 97)
    assert front_of_many(table).tolist() == expected.tolist()
    ok = np.flatnonzero(np.isfinite(table).all(axis=1))
    mask = moocore.is_nondominated(table[ok], maximise=True, keep_weakly=True)
    assert expected.tolist() == ok[mask].tolist()


def test_what_is_no_table_is_refused() -> None:
    for bad in (np.zeros(3), np.zeros((3, 0)), np.zeros((2, 2, 2))):
        with pytest.raises(ValueError, match="shape"):
            front_of_many(bad)


@settings(max_examples=CASES, deadline=None)
@given(tables(some_unmeasured, (1, 3)))
def test_front_numbers_are_what_peeling_gives(table: Floats) -> None:
    expected = np.zeros(len(table), dtype=int)
    left = [i for i in range(len(table)) if np.isfinite(table[i]).all()]
    number = 0
    while left:
        number += 1
        peeled = {left[place] for place in brute(table[left])}
        for row in peeled:
            expected[row] = number
        left = [row for row in left if row not in peeled]
    assert front_numbers(table).tolist() == expected.tolist()


@settings(max_examples=CASES, deadline=None)
@given(tables(cells, (2, 2)))
def test_front_1_is_what_nothing_dominates(table: Floats) -> None:
    counts = dominator_counts(table[:, 0], table[:, 1])
    assert ((front_numbers(table) == 1) == (counts == 0)).all()


def frame(**columns: Any) -> pd.DataFrame:
    base: dict[str, Any] = {
        "id": [1, 2, 3, 4, 5],
        "relative_task_metric": [0.5, 0.9, 1.0, 0.4, 0.8],
        "od_inf_rate_ms": [1.0, 1.2, 8.0, 2.0, 0.0],
        "od_size_MB": [4.0, 4.0, 4.0, 1.0, 2.0],
    }
    return pd.DataFrame(base | columns)


def test_three_metrics_are_asked_with_their_directions_and_what_was_not_measured_is_counted() -> (
    None
):
    asked = objectives(frame(), ["relative_task_metric", "od_inf_rate_ms", "od_size_MB"])
    assert asked.excluded == {"od_inf_rate_ms zero": 1}
    assert asked.ids[front(asked)].tolist() == [3, 2, 1, 4]


def test_the_knee_is_where_a_little_more_costs_much() -> None:
    asked = objectives(frame(), ["relative_task_metric", "od_inf_rate_ms"])
    rows = front(asked)
    place = knee(asked, rows)
    assert place is not None and asked.ids[place] == 2


def test_a_straight_front_and_one_of_two_rows_have_no_knee() -> None:
    line = frame(od_task_metric=[1.0, 2.0, 3.0, 4.0, 5.0], if_task_metric=[5.0, 4.0, 3.0, 2.0, 1.0])
    asked = objectives(line, ["od_task_metric", "if_task_metric"])
    assert len(front(asked)) == 5 and knee(asked, front(asked)) is None
    two = objectives(frame().iloc[[0, 2]], ["relative_task_metric", "od_inf_rate_ms"])
    assert knee(two, front(two)) is None


@given(st.floats(0.01, 100), st.floats(0.01, 100))
def test_the_knee_does_not_depend_on_units(a: float, b: float) -> None:
    plain = objectives(frame(), ["relative_task_metric", "od_inf_rate_ms"])
    df = frame()
    df["relative_task_metric"] *= a
    df["od_inf_rate_ms"] *= b
    other = objectives(df, ["relative_task_metric", "od_inf_rate_ms"])
    assert knee(plain, front(plain)) == knee(other, front(other))


def test_what_is_lost_between_two_rows_is_said_metric_by_metric() -> None:
    asked = objectives(frame(), ["relative_task_metric", "od_inf_rate_ms", "od_size_MB"])
    verdict, (accuracy, time, size) = compare(asked, 3, 2)
    assert verdict == "a trade"
    assert accuracy.better == 1 and accuracy.words == "-0.1 (1 to 0.9)"
    assert time.better == 2 and time.words == "6.67 x less (8 to 1.2 ms)"
    assert size.better == 0 and size.words == "the same"
    assert compare(asked, 2, 2)[0] == "the same"


def test_a_dominating_row_is_better_everywhere() -> None:
    asked = objectives(frame(), ["relative_task_metric", "od_inf_rate_ms"])
    assert compare(asked, 4, 2)[0] == "better everywhere"
    assert compare(asked, 2, 4)[0] == "worse everywhere"


@pytest.mark.parametrize(
    ("names", "error"),
    [
        (["od_size_MB"], QueryError),
        (["od_size_MB", "od_size_MB"], QueryError),
        (["od_size_MB", "nothing"], MissingColumnError),
        (["od_size_MB", "id"], QueryError),
    ],
)
def test_wrong_metrics_are_refused(names: list[str], error: type[QueryError]) -> None:
    with pytest.raises(error):
        objectives(frame(), names)


def test_a_row_that_is_not_there_and_a_table_without_rows_are_named() -> None:
    asked = objectives(frame(), ["relative_task_metric", "od_inf_rate_ms"])
    with pytest.raises(UnknownRowError, match="5"):
        compare(asked, 1, 5)
    with pytest.raises(NothingMeasuredError, match="no row to ask"):
        objectives(frame().iloc[:0], ["relative_task_metric", "od_inf_rate_ms"])
