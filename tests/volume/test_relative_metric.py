from __future__ import annotations

import math

import pandas as pd
import pytest

from haversack.volume.errors import MissingColumnError, NotNumericError
from haversack.volume.relative import add_relative_task_metric


def relative(df: pd.DataFrame, **options: bool | str | None) -> list[float]:
    added = add_relative_task_metric(df, **options)  # type: ignore[arg-type] # both kinds of option
    return [round(value, 6) for value in added["relative_task_metric"].tolist()]


def test_it_is_the_share_of_the_best_within_each_dataset_and_hardware() -> None:
    df = pd.DataFrame(
        {
            "dataset": ["a", "a", "b", "b", "a"],
            "hardware": ["x", "x", "x", "x", "y"],
            "od_task_metric": [0.4, 0.8, 0.1, 0.2, 0.3],
        }
    )
    assert relative(df) == [0.5, 1.0, 0.5, 1.0, 1.0]


def test_the_framework_stands_in_where_the_device_was_not_measured() -> None:
    df = pd.DataFrame({"od_task_metric": [0.4, None, None], "if_task_metric": [0.9, 0.8, None]})
    found = relative(df)
    assert found[:2] == [0.5, 1.0]
    assert math.isnan(found[2])


def test_a_cross_validated_table_is_averaged_over_the_datasets() -> None:
    df = pd.DataFrame(
        {
            "dataset": ["a", "b", "a", "b", "a"],
            "hardware": ["x"] * 5,
            "quantization": ["none", "none", "int8", "int8", "none"],
            "backbone": ["r", "r", "r", "r", "s"],
            "od_task_metric": [0.5, 0.9, 0.25, 0.3, 1.0],
        }
    )
    shares = [0.5, 1.0, 0.25, 1 / 3, 1.0]
    mean = [(shares[0] + shares[1]) / 2] * 2 + [(shares[2] + shares[3]) / 2] * 2 + [1.0]
    assert relative(df) == pytest.approx(mean, abs=1e-6)
    assert relative(df, cross_validated=False) == pytest.approx(shares, abs=1e-6)


def test_one_dataset_is_not_averaged_over() -> None:
    df = pd.DataFrame({"dataset": ["a", "a"], "backbone": ["r", "r"], "od_task_metric": [0.5, 1.0]})
    assert relative(df) == [0.5, 1.0]


def test_null_places_are_places_too() -> None:
    df = pd.DataFrame({"hardware": [None, None, "x"], "od_task_metric": [0.5, 1.0, 0.2]})
    assert relative(df) == [0.5, 1.0, 1.0]


def test_where_the_best_is_not_above_zero_it_is_undefined() -> None:
    df = pd.DataFrame({"hardware": ["x", "x", "y"], "od_task_metric": [0.0, -1.0, 0.5]})
    found = relative(df)
    assert math.isnan(found[0])
    assert math.isnan(found[1])
    assert found[2] == 1.0


def test_infinite_metrics_were_not_measured() -> None:
    found = relative(pd.DataFrame({"od_task_metric": [math.inf, 0.5, 1.0]}))
    assert math.isnan(found[0])
    assert found[1:] == [0.5, 1.0]


def test_another_column_can_be_named_and_the_table_given_is_left_alone() -> None:
    df = pd.DataFrame({"top1": [40.0, 80.0]}, index=[7, 3])
    assert relative(df, metric="top1") == [0.5, 1.0]
    assert list(df.columns) == ["top1"]
    assert add_relative_task_metric(df, "top1").index.tolist() == [7, 3]


def test_without_a_task_metric_the_error_says_how_to_name_one() -> None:
    with pytest.raises(MissingColumnError) as caught:
        add_relative_task_metric(pd.DataFrame({"top1": [1.0]}))
    assert "metric=" in caught.value.hint
    with pytest.raises(NotNumericError):
        add_relative_task_metric(pd.DataFrame({"od_task_metric": ["good"]}))
    with pytest.raises(MissingColumnError):
        add_relative_task_metric(pd.DataFrame({"top1": [1.0]}), "top5")
