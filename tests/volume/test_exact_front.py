from __future__ import annotations

import math
import subprocess
import sys

import moocore
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray

from haversack.volume import pareto, staircase
from haversack.volume.pareto import exact_front
from volume.cases import CASES

Floats = NDArray[np.float64]

few_values = st.sampled_from(
    [0.0, -0.0, 1.0, 2.0, -1.0, 0.1, math.nextafter(0.1, 1), 1e308, -1e308]
)
any_number = st.one_of(few_values, st.floats(allow_nan=False, allow_infinity=False))
whole = st.integers(-4, 4).map(float)
unmeasured = st.sampled_from([math.nan, math.inf, -math.inf])


def columns(cells: st.SearchStrategy[float], most: int = 60) -> st.SearchStrategy[Floats]:
    return st.integers(0, most).flatmap(
        lambda n: npst.arrays(np.float64, (2, n), elements=cells, fill=st.nothing())
    )


def brute_front(x: Floats, y: Floats) -> list[int]:
    front = []
    for i in range(len(x)):
        at_least = (x >= x[i]) & (y >= y[i])
        better = (x > x[i]) | (y > y[i])
        if not (at_least & better).any():
            front.append(i)
    return front


@settings(max_examples=CASES, deadline=None)
@given(st.one_of(columns(any_number), columns(whole)))
def test_the_front_agrees_with_comparing_all_pairs(xy: Floats) -> None:
    assert exact_front(xy[0], xy[1]).tolist() == brute_front(xy[0], xy[1])


@settings(max_examples=CASES, deadline=None)
@given(st.one_of(columns(any_number), columns(whole)))
def test_the_front_agrees_with_moocore(xy: Floats) -> None:
    if xy.shape[1]:
        mask = moocore.is_nondominated(xy.T.copy(), maximise=True, keep_weakly=True)
        assert exact_front(xy[0], xy[1]).tolist() == np.flatnonzero(mask).tolist()


@settings(max_examples=CASES, deadline=None)
@given(columns(st.one_of(whole, unmeasured)))
def test_rows_that_were_not_measured_are_never_there_and_push_nobody_off(xy: Floats) -> None:
    measured = np.flatnonzero(np.isfinite(xy).all(axis=0))
    expected = measured[brute_front(*xy[:, measured])] if len(measured) else measured
    assert exact_front(xy[0], xy[1]).tolist() == expected.tolist()


@pytest.mark.parametrize(
    "kind", ["uniform", "trade-off", "skewed", "on the front", "coarse", "nan"]
)
@pytest.mark.parametrize("seed", range(3))
def test_discarding_by_a_sample_changes_nothing(kind: str, seed: int) -> None:
    x, y = cloud(kind, 40_000, seed)
    ok = np.isfinite(x) & np.isfinite(y)
    mask = moocore.is_nondominated(np.column_stack([x[ok], y[ok]]), maximise=True, keep_weakly=True)
    assert exact_front(x, y).tolist() == np.flatnonzero(ok)[mask].tolist()


@settings(max_examples=CASES, deadline=None)
@given(columns(st.one_of(any_number, whole, unmeasured), most=200))
def test_no_row_of_the_front_is_ever_discarded(xy: Floats) -> None:
    rows = staircase.rows_above(xy[0], xy[1])
    if rows is not None:
        assert set(exact_front(xy[0], xy[1]).tolist()) <= set(rows.tolist())


@pytest.mark.parametrize("kind", ["uniform", "trade-off", "skewed"])
def test_most_of_a_large_cloud_is_discarded_before_the_sort(kind: str) -> None:
    x, y = cloud(kind, 200_000, 1)
    rows = staircase.rows_above(x, y)
    assert rows is not None
    assert len(rows) < 0.1 * len(x)


def test_every_copy_of_a_duplicate_stays() -> None:
    assert exact_front([1, 2, 2, 0], [2, 1, 1, 0]).tolist() == [0, 1, 2]


def test_neighbouring_doubles_are_told_apart() -> None:
    near = math.nextafter(0.3, 1)
    assert exact_front([0.3, near], [1.0, 1.0]).tolist() == [1]


def test_an_empty_table_has_an_empty_front() -> None:
    assert exact_front([], []).tolist() == []


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        exact_front([1.0, 2.0], [1.0])


def test_the_columns_given_are_left_as_they_were() -> None:
    x, y = cloud("nan", 20_000, 0)
    before = x.copy(), y.copy()
    exact_front(x, y)
    assert np.array_equal(x, before[0], equal_nan=True)
    assert np.array_equal(y, before[1], equal_nan=True)


def test_importing_the_front_loads_numpy_and_nothing_heavier() -> None:
    code = (
        "import sys, haversack.volume.pareto, haversack.volume.fuzzy;"
        "heavy = {'pandas', 'scipy', 'pyarrow', 'torch', 'pydantic', 'PySide6'};"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_large_tables_are_discarded_from_and_small_ones_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def spy(x: Floats, y: Floats) -> None:
        asked.append(len(x))

    monkeypatch.setattr(pareto, "rows_above", spy)
    exact_front(np.arange(16_000.0), np.arange(16_000.0))
    exact_front(np.arange(16_001.0), np.arange(16_001.0))
    assert asked == [16_001]


def cloud(kind: str, n: int, seed: int) -> tuple[Floats, Floats]:
    random = np.random.default_rng(seed)
    u, v, noise = random.random(n), random.random(n), random.standard_normal(n)
    if kind == "uniform":
        return u, v
    if kind == "trade-off":
        return u, 1 - u + 0.1 * noise
    if kind == "skewed":
        z = random.standard_normal(n)
        return np.exp(3 * z), np.exp(-2.7 * z + noise)
    if kind == "on the front":
        return u, np.sqrt(1 - u * u)
    if kind == "coarse":
        return np.round(u, 2), np.round(v, 2)
    u[v < 0.2], v[noise > 1] = np.nan, np.inf
    return u, v
