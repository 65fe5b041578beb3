"""Questions that are wrong, tables that are odd: each refused or taken as what it is."""

from __future__ import annotations

import warnings
from typing import Any

import pandas as pd
import pytest

from haversack.volume.errors import (
    IdsError,
    NotNumericError,
    QueryError,
)
from haversack.volume.query import ask, query_pareto_optimal_recipes
from volume.query_frames import frame


def test_warnings_can_be_had_as_values() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        answer = ask(frame(hardware=["a", "b", "a", "a", "a"]), top_n=2)
    assert len(answer.warnings) == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"method": "quick"}, "exact, fuzzy"),
        ({"sort_by": "best"}, "metric_custom_best_to_worst, metric_accuracy_best_to_worst"),
        ({"metric_custom": "od_inf_rate"}, "od_inf_rate_ms"),
        ({"metric_custom": "shade"}, 'df.attrs["metric_directions"]'),
        ({"metric_custom": "od_gpu_mem_MB"}, "Columns like it"),
        ({"metric_custom": "hardware"}, "Metrics are"),
    ],
)
def test_a_wrong_question_is_refused_with_what_would_be_right(
    arguments: dict[str, str], said: str
) -> None:
    with pytest.raises(QueryError) as caught:
        query_pareto_optimal_recipes(frame(hardware="a", shade=1.0), **arguments)  # type: ignore[arg-type] # str options
    assert said in caught.value.hint
    assert caught.value.exit_code == 2


@pytest.mark.parametrize("column", ["od_inf_rate_ms", "relative_task_metric"])
@pytest.mark.parametrize("bad", ["fast", "3.5", True])
def test_text_in_a_numeric_column_is_named_with_its_row(column: str, bad: Any) -> None:
    cells = pd.Series([1.0, 2.0, bad, None, 3.0], dtype=object)
    with pytest.raises(NotNumericError, match=f"row 2 holds '{bad}'") as caught:
        query_pareto_optimal_recipes(frame(**{column: cells}))
    assert "to_numeric" in caught.value.hint


def test_numbers_in_any_of_the_frames_types_are_numbers() -> None:
    plain = query_pareto_optimal_recipes(frame())[0]
    for dtype in ("Float64", "float32", "object", "Int64", "int32", "float64[pyarrow]"):
        df = frame()
        df["od_inf_rate_ms"] = df["od_inf_rate_ms"].astype(dtype)
        assert query_pareto_optimal_recipes(df)[0] == plain, dtype
    with_null = frame(od_inf_rate_ms=pd.array([1, 2, 4, None, 8], dtype="Int64"))
    assert query_pareto_optimal_recipes(with_null)[1]["excluded"] == {"od_inf_rate_ms missing": 1}


@pytest.mark.parametrize(
    ("ids", "said"),
    [
        ([1, 2, 2, 3, 1], "ids are not unique: 2 stand on several rows"),
        ([1, 2, 3, 4, None], "1 row has no id"),
        ([1, 2, 3, 4, 4.5], "whole numbers"),
        (["a", "b", "c", "d", "e"], "whole numbers"),
        ([1, 2, 3, 4, 10**30], "too large"),
        ([True, False, True, False, True], "whole numbers"),
    ],
)
def test_bad_ids_are_refused(ids: list[Any], said: str) -> None:
    with pytest.raises(IdsError, match=said):
        query_pareto_optimal_recipes(frame(id=ids))
    with pytest.raises(IdsError, match="neither a column nor an index level"):
        query_pareto_optimal_recipes(frame().drop(columns="id"))


def test_whole_floats_and_objects_are_ids() -> None:
    floats = frame(id=[1.0, 2.0, 3.0, 4.0, 5.0])
    assert query_pareto_optimal_recipes(floats)[0] == [1, 2, 3]
    objects = frame(id=pd.Series([1, 2, 3, 4, 5], dtype=object))
    assert query_pareto_optimal_recipes(objects)[0] == [1, 2, 3]


def test_the_direction_of_an_added_metric_can_be_told() -> None:
    df = frame(odd=[5.0, 4.0, 3.0, 2.0, 1.0])
    df.attrs["metric_directions"] = {"odd": "lower"}
    ids, info = query_pareto_optimal_recipes(df, metric_custom="odd")
    assert ids == [15, 14, 13]
    assert info["metric_custom"].tolist() == [5.0, 2.5, 5 / 3]
    df.attrs["metric_directions"] = {"odd": "higher"}
    assert query_pareto_optimal_recipes(df, metric_custom="odd")[0] == [11, 12, 13]
    df.attrs["metric_directions"] = {"odd": "sideways"}
    with pytest.raises(QueryError, match="sideways"):
        query_pareto_optimal_recipes(df, metric_custom="odd")


def test_the_frame_given_is_left_as_it_was() -> None:
    df, before = frame(), frame()
    query_pareto_optimal_recipes(df, "fuzzy")
    pd.testing.assert_frame_equal(df, before)
