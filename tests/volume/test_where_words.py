"""Conditions as people say them: plain words, and numbers with their units."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haversack.volume.errors import MissingColumnError, WhereError
from haversack.volume.where import parse_where
from haversack.volume.where_words import word_for
from volume.cases import CASES

TABLE = pd.DataFrame(
    {
        "id": [1, 2, 3],
        "od_inf_rate_ms": [5.0, 9.0, 2000.0],
        "od_size_MB": [10.0, 30.0, 1.0],
        "od_inf_energy_mJ": [100.0, 2000.0, 50.0],
        "relative_task_metric": [0.5, 0.9, 1.0],
        "p99_us": [7.0, 8.0, 9.0],
        "remark": ["10 ms", "s", None],
        "odd": [1.0, 2.0, 3.0],
    }
)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("latency < 10 ms and size < 20 MB", [1]),
        ("latency < 10ms", [1, 2]),
        ("latency >= 2 s", [3]),
        ("0.006 s < latency < 9.5e3 us", [2]),
        ("size <= 0.01 GB and energy < 1 J", [1, 3]),
        ("accuracy > 0.8 and latency < 1 s", [2]),
        ("od_inf_rate_ms < 10 ms", [1, 2]),
        ("p99_us <= 0.008 ms", [1, 2]),
        ("remark == '10 ms'", [1]),
        ('remark == "s" or latency < 6', [1, 2]),
        ("not latency < 10 ms", [3]),
    ],
)
def test_words_and_units_mean_the_columns_and_their_units(text: str, ids: list[int]) -> None:
    assert TABLE["id"][parse_where(text).mask(TABLE)].tolist() == ids


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("size < 10 ms", "od_size_MB is in MB, not in ms"),
        ("odd < 10 ms", "odd is in no unit that is known"),
        ("1 s < 10 ms", "stands beside no column"),
        ("id < 3 s", "id is in no unit that is known"),
    ],
)
def test_a_unit_that_does_not_fit_its_column_is_refused(text: str, said: str) -> None:
    with pytest.raises(WhereError, match=said) as caught:
        parse_where(text).mask(TABLE)
    assert caught.value.hint


@pytest.mark.parametrize("text", ["latency < 10 parsecs", "latency.ms < 3", "latency < 10 ms ms"])
def test_other_attributes_and_units_have_no_place(text: str) -> None:
    with pytest.raises(WhereError):
        parse_where(text)


def test_a_column_of_that_name_comes_before_the_word() -> None:
    own = TABLE.assign(size=[100, 1, 100])
    assert parse_where("size < 50").mask(own).tolist() == [False, True, False]
    assert word_for("size", list(own.columns)) == "size"
    assert word_for("size", list(TABLE.columns)) == "od_size_MB"


def test_a_word_without_its_column_is_a_missing_column() -> None:
    with pytest.raises(MissingColumnError, match="'memory'"):
        parse_where("memory < 3").mask(TABLE)


def test_asking_twice_changes_nothing() -> None:
    where = parse_where("latency < 0.01 s")
    assert where.mask(TABLE).tolist() == where.mask(TABLE).tolist() == [True, True, False]
    assert where.columns == {"latency"}


@settings(max_examples=CASES, deadline=None)
@given(st.floats(0.001, 1e6), st.sampled_from(["us", "ms", "s"]))
def test_a_quantity_is_its_number_in_milliseconds(number: float, unit: str) -> None:
    factor = {"us": 1e-3, "ms": 1.0, "s": 1e3}[unit]
    with_unit = parse_where(f"latency < {number!r} {unit}").mask(TABLE)
    assert with_unit.tolist() == (TABLE["od_inf_rate_ms"] < number * factor).tolist()
