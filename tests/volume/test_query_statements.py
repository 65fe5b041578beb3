"""Each statement of the offline API's specification about the query, by the statement."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haversack.volume.errors import (
    MissingColumnError,
    NothingMeasuredError,
    QueryError,
    QueryWarning,
)
from haversack.volume.orders import SORT_ORDERS
from haversack.volume.query import query_pareto_optimal_recipes
from haversack.volume.relative import add_relative_task_metric
from volume.cases import CASES
from volume.query_frames import frame, frames


def test_1_the_accuracy_axis_is_always_the_relative_task_metric() -> None:
    ids, info = query_pareto_optimal_recipes(frame())
    assert ids == [11, 12, 13]
    assert info["metric_accuracy"].tolist() == [0.5, 0.8, 1.0]
    assert info["metric_accuracy_name"] == "Task metric relative to the best"


def test_1_where_it_is_absent_the_error_names_the_remedy_and_nothing_is_substituted() -> None:
    without = frame().drop(columns="relative_task_metric")
    with pytest.raises(MissingColumnError) as caught:
        query_pareto_optimal_recipes(without)
    assert "add_relative_task_metric(df)" in caught.value.hint
    ids, _ = query_pareto_optimal_recipes(add_relative_task_metric(without))
    assert ids == [11, 12, 13]


def test_2_lower_is_better_becomes_max_over_value_over_the_whole_frame() -> None:
    _, info = query_pareto_optimal_recipes(frame())
    assert info["metric_custom"].tolist() == [8.0, 4.0, 2.0]
    assert info["metric_custom_all"].tolist() == [8.0, 4.0, 2.0, 8 / 3, 1.0]
    assert info["metric_custom_all"].min() == 1.0


def test_2_higher_is_better_stays() -> None:
    _, info = query_pareto_optimal_recipes(frame(), metric_custom="od_task_metric")
    assert info["metric_custom_all"].tolist() == [0.4, 0.64, 0.8, 0.56, 0.32]


@pytest.mark.parametrize(
    ("value", "cause"),
    [(0.0, "zero"), (-1.0, "negative"), (math.nan, "missing"), (math.inf, "infinite")],
)
@pytest.mark.parametrize("method", ["exact", "fuzzy"])
def test_2_what_was_not_measured_is_excluded_and_counted(
    value: float, cause: str, method: str
) -> None:
    df = frame(od_inf_rate_ms=[value, 2.0, 4.0, 3.0, 8.0])
    ids, info = query_pareto_optimal_recipes(df, method=method)
    assert 11 not in ids
    assert info["excluded"] == {f"od_inf_rate_ms {cause}": 1}
    assert info["ids_all"].tolist() == [12, 13, 14, 15]
    assert info["metric_custom_all"].tolist() == [4.0, 2.0, 8 / 3, 1.0]


def test_2_each_excluded_row_is_counted_once() -> None:
    df = frame(
        od_inf_rate_ms=[0.0, math.nan, math.nan, 3.0, 8.0],
        relative_task_metric=[math.nan, math.nan, 1.0, math.inf, 0.4],
    )
    ids, info = query_pareto_optimal_recipes(df)
    assert ids == [15]
    assert info["excluded"] == {
        "od_inf_rate_ms missing": 2,
        "od_inf_rate_ms zero": 1,
        "relative_task_metric infinite": 1,
    }


def test_2_zero_is_a_measurement_where_higher_is_better() -> None:
    _, info = query_pareto_optimal_recipes(
        frame(od_task_metric=[0.0, 0.6, 0.8, 0.5, 0.3]), metric_custom="od_task_metric"
    )
    assert info["excluded"] == {}
    assert 0.0 in info["metric_custom_all"]


def test_2_where_every_row_is_excluded_the_error_says_so() -> None:
    with pytest.raises(NothingMeasuredError, match="every one of the 5 rows is excluded") as caught:
        query_pareto_optimal_recipes(frame(od_inf_rate_ms=[0.0, -1.0, None, math.inf, 0.0]))
    assert "od_inf_rate_ms zero: 2" in caught.value.message
    with pytest.raises(NothingMeasuredError, match="no row to ask"):
        query_pareto_optimal_recipes(frame().iloc[:0])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("od_inf_rate_ms", "x times faster"),
        ("od_size_MB", "x times smaller"),
        ("od_inf_energy_mJ", "x times smaller"),
        ("if_inf_size", "x times smaller"),
        ("od_task_metric", "Task metric on the device"),
    ],
)
def test_3_the_custom_metric_has_a_clear_text_name(name: str, words: str) -> None:
    _, info = query_pareto_optimal_recipes(frame(**{name: [1.0] * 5}), metric_custom=name)
    assert info["metric_custom_name"] == words


def test_3_an_unconverted_metric_keeps_its_unit() -> None:
    from haversack.volume.columns import Column

    assert Column("x", "float", "Rate", "higher", "images/s").label == "Rate (images/s)"


def test_3_the_all_values_hold_every_row_measured_on_both_axes() -> None:
    df = frame(relative_task_metric=[0.5, None, 1.0, 0.7, 0.4])
    for method in ("exact", "fuzzy"):
        _, info = query_pareto_optimal_recipes(df, method=method)
        assert info["ids_all"].tolist() == [11, 13, 14, 15]
        assert len(info["metric_custom_all"]) == len(info["metric_accuracy_all"]) == 4


@settings(max_examples=CASES, deadline=None)
@given(frames())
def test_4_exact_is_the_strict_front_and_copies_stay(df: pd.DataFrame) -> None:
    ids, _ = query_pareto_optimal_recipes(df)
    rate = df["od_inf_rate_ms"].to_numpy()
    good = df["relative_task_metric"].to_numpy()
    expected = [
        int(df["id"].iloc[i])
        for i in range(len(df))
        if not ((rate <= rate[i]) & (good >= good[i]) & ((rate < rate[i]) | (good > good[i]))).any()
    ]
    assert sorted(ids) == expected


def test_4_dominance_is_decided_before_the_conversion() -> None:
    fast = next(v for v in np.linspace(1.9, 2.0, 99) if 100 / v == 100 / math.nextafter(v, 3))
    rates = [math.nextafter(fast, 3), fast, 100.0]
    df = pd.DataFrame({"id": [1, 2, 3], "od_inf_rate_ms": rates, "relative_task_metric": [1, 1, 0]})
    ids, info = query_pareto_optimal_recipes(df)
    assert info["metric_custom_all"][0] == info["metric_custom_all"][1]
    assert ids == [2]


def test_5_fuzzy_ranks_every_experiment() -> None:
    ids, info = query_pareto_optimal_recipes(frame(), method="fuzzy", sort_by="paretoness")
    assert sorted(ids) == [11, 12, 13, 14, 15]
    assert ids[-1] == 15
    assert (np.diff(info["paretoness"]) <= 0).all()


def test_5_the_top_n_need_not_be_the_exact_front() -> None:
    crowded, alone, beside = (1.0, 0.5), (3.0, 1.0), (3.05, 0.99)
    crowd = [(1.001 + 1e-4 * i, 0.4999 - 1e-4 * i) for i in range(30)]
    far = [(4 + 0.1 * i, 0.1 + 0.01 * i) for i in range(40)]
    rows = [crowded, alone, beside, *crowd, *far]
    df = pd.DataFrame(rows, columns=["od_inf_rate_ms", "relative_task_metric"])
    df["id"] = range(len(df))
    assert query_pareto_optimal_recipes(df)[0] == [0, 1]
    assert set(query_pareto_optimal_recipes(df, "fuzzy", top_N_fuzzy=2)[0]) == {1, 2}


@settings(max_examples=CASES, deadline=None)
@given(frames(distinct=True))
def test_6_on_a_front_the_first_the_third_and_the_reversed_second_order_agree(
    df: pd.DataFrame,
) -> None:
    first, _ = query_pareto_optimal_recipes(df, sort_by="metric_custom_best_to_worst")
    second, _ = query_pareto_optimal_recipes(df, sort_by="metric_accuracy_best_to_worst")
    third, _ = query_pareto_optimal_recipes(df, sort_by="angular_custom_to_accuracy")
    assert first == third == second[::-1]


@settings(max_examples=CASES, deadline=None)
@given(frames(), st.sampled_from(SORT_ORDERS))
def test_6_every_order_works_for_both_methods_and_chooses_nothing(
    df: pd.DataFrame, sort_by: str
) -> None:
    for method in ("exact", "fuzzy"):
        plain, _ = query_pareto_optimal_recipes(df, method=method)
        ids, _ = query_pareto_optimal_recipes(df, method=method, sort_by=sort_by)
        assert sorted(ids) == sorted(plain)


def test_6_the_orders_are_what_their_names_say() -> None:
    def order(sort_by: str) -> list[int]:
        return query_pareto_optimal_recipes(frame(), method="fuzzy", sort_by=sort_by)[0]

    assert order("metric_custom_best_to_worst") == [11, 12, 14, 13, 15]
    assert order("metric_accuracy_best_to_worst") == [13, 12, 14, 11, 15]
    angles = {
        name: math.atan2(good, 8 / rate)
        for name, good, rate in zip(
            frame()["id"], frame()["relative_task_metric"], frame()["od_inf_rate_ms"], strict=True
        )
    }
    assert order("angular_custom_to_accuracy") == sorted(angles, key=lambda name: angles[name])


def test_6_an_exact_front_can_be_sorted_by_paretoness() -> None:
    ids, info = query_pareto_optimal_recipes(frame(), sort_by="paretoness")
    assert sorted(ids) == [11, 12, 13]
    assert (np.diff(info["paretoness"]) <= 0).all()
    everything, _ = query_pareto_optimal_recipes(frame(), method="fuzzy", sort_by="paretoness")
    assert ids == [name for name in everything if name in (11, 12, 13)]


def test_7_the_top_n_are_chosen_by_paretoness_and_sorted_afterwards() -> None:
    best, _ = query_pareto_optimal_recipes(
        frame(), method="fuzzy", sort_by="paretoness", top_N_fuzzy=3
    )
    sorted_by_rate, info = query_pareto_optimal_recipes(frame(), method="fuzzy", top_N_fuzzy=3)
    assert set(best) == set(sorted_by_rate)
    assert (np.diff(info["metric_custom"]) < 0).all()


@settings(max_examples=CASES, deadline=None)
@given(frames(), st.sampled_from(SORT_ORDERS))
def test_7_the_top_n_are_nested(df: pd.DataFrame, sort_by: str) -> None:
    before: set[int] = set()
    for n in range(1, len(df) + 1):
        ids, _ = query_pareto_optimal_recipes(df, "fuzzy", sort_by=sort_by, top_N_fuzzy=n)
        assert len(ids) == n
        assert before < set(ids)
        before = set(ids)


@pytest.mark.parametrize("n", [None, 5, 6, 10**30, np.int64(99)])
def test_7_none_and_more_than_there_are_mean_all(n: int | None) -> None:
    assert len(query_pareto_optimal_recipes(frame(), "fuzzy", top_N_fuzzy=n)[0]) == 5


@pytest.mark.parametrize("n", [0, -1, 2.5, "3", True])
@pytest.mark.parametrize("method", ["exact", "fuzzy"])
def test_7_zero_less_and_what_is_no_number_are_errors(n: Any, method: str) -> None:
    with pytest.raises(QueryError, match="top_N_fuzzy"):
        query_pareto_optimal_recipes(frame(), method, top_N_fuzzy=n)


def test_7_given_with_exact_it_warns_and_changes_nothing() -> None:
    with pytest.warns(QueryWarning, match="top_N_fuzzy has no effect"):
        ids, _ = query_pareto_optimal_recipes(frame(), top_N_fuzzy=1)
    assert ids == [11, 12, 13]


def test_8_the_ids_are_a_list_of_ints_and_the_values_are_aligned_with_them() -> None:
    for sort_by in SORT_ORDERS:
        ids, info = query_pareto_optimal_recipes(frame(), "fuzzy", sort_by=sort_by)
        assert all(type(name) is int for name in ids)
        table = frame().set_index("id")
        assert info["metric_accuracy"].tolist() == table.loc[ids, "relative_task_metric"].tolist()
        assert (info["metric_custom"] == 8.0 / table.loc[ids, "od_inf_rate_ms"].to_numpy()).all()
        everyone = dict(zip(info["ids_all"].tolist(), info["paretoness_all"], strict=True))
        assert info["paretoness"].tolist() == [everyone[name] for name in ids]


def test_8_the_dict_has_all_its_keys_and_paretoness_only_where_it_was_computed() -> None:
    always = {
        "metric_custom",
        "metric_accuracy",
        "metric_custom_name",
        "metric_accuracy_name",
        "metric_custom_all",
        "metric_accuracy_all",
        "excluded",
        "ids_all",
    }
    ranked = always | {"paretoness", "paretoness_all"}
    assert set(query_pareto_optimal_recipes(frame())[1]) == always
    assert set(query_pareto_optimal_recipes(frame(), "fuzzy")[1]) == ranked
    assert set(query_pareto_optimal_recipes(frame(), sort_by="paretoness")[1]) == ranked


def test_8_an_exact_query_sorted_otherwise_does_not_pay_for_the_ranking(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_: Any) -> None:
        raise AssertionError("ranked")

    monkeypatch.setattr("haversack.volume.query.rank", never)
    assert query_pareto_optimal_recipes(frame(), sort_by="angular_custom_to_accuracy")[0]


@pytest.mark.parametrize("index", [["id"], ["id", "hardware"], ["hardware", "id"]])
def test_8_the_ids_come_from_the_column_or_the_index_level(index: list[str]) -> None:
    df = frame(hardware=["cpu"] * 5).set_index(index)
    assert query_pareto_optimal_recipes(df)[0] == [11, 12, 13]


def test_9_a_frame_that_mixes_hardware_warns_with_the_counts() -> None:
    df = frame(hardware=["Jetson", "cpu", "cpu", "Jetson", "cpu"])
    with pytest.warns(QueryWarning, match=r"Jetson: 2, cpu: 3"):
        query_pareto_optimal_recipes(df)
    with pytest.warns(QueryWarning, match=r"Jetson: 2, cpu: 3"):
        query_pareto_optimal_recipes(df.set_index(["id", "hardware"]))


def test_9_filtered_to_one_hardware_it_is_silent() -> None:
    df = frame(hardware=pd.Categorical(["Jetson", "cpu", "cpu", "cpu", "cpu"]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        query_pareto_optimal_recipes(df[df["hardware"] == "cpu"])
        query_pareto_optimal_recipes(frame())
