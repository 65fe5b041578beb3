"""The one question that people ask of a golden volume: which recipes are worth cooking?"""

from __future__ import annotations

import operator
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from haversack.volume.columns import ACCURACY, Column
from haversack.volume.errors import QueryError, QueryWarning
from haversack.volume.fuzzy import Ranking, rank
from haversack.volume.measured import Axes, measured_axes
from haversack.volume.metrics import metric, missing_column
from haversack.volume.orders import CUSTOM, PARETONESS, SORT_ORDERS, Rows, sort_rows
from haversack.volume.pareto import exact_front

if TYPE_CHECKING:
    import pandas as pd

METHODS: tuple[str, ...] = ("exact", "fuzzy")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query found.

    Attributes:
        ids: The experiments in the order asked for.
        info: The values beside them; see ``query_pareto_optimal_recipes``.
        warnings: What the asker should know, one sentence each.
    """

    ids: list[int]
    info: dict[str, Any]
    warnings: tuple[str, ...]


def query_pareto_optimal_recipes(
    df: pd.DataFrame,
    method: str = "exact",
    metric_custom: str = "od_inf_rate_ms",
    sort_by: str = CUSTOM,
    top_N_fuzzy: int | None = None,  # noqa: N803 - the vendor's name
) -> tuple[list[int], dict[str, Any]]:
    """Find the experiments that trade accuracy against one other metric best.

    The accuracy axis is always ``relative_task_metric``. A lower-is-better metric is returned as
    ``max / value`` over every row that was measured on both axes, so the worst of them is 1.0; a
    higher-is-better one stays as it is. Dominance is decided on the raw values.

    Args:
        df: One experiment for each row; the ids are the column or index level ``id``.
        method: ``"exact"``, the strict front (copies stay), or ``"fuzzy"``, every experiment
            ranked by how near it is to being Pareto-optimal.
        metric_custom: The column of the other axis.
        sort_by: One of ``metric_custom_best_to_worst``, ``metric_accuracy_best_to_worst``,
            ``angular_custom_to_accuracy``, ``paretoness``.
        top_N_fuzzy: With ``"fuzzy"``: only the N best by paretoness, sorted by ``sort_by``
            afterwards. None and anything larger than the table mean all.

    Returns:
        The ids in order, and a dict: ``metric_custom`` and ``metric_accuracy`` (float64 arrays
        aligned with the ids), ``metric_custom_name``, ``metric_accuracy_name``,
        ``metric_custom_all``, ``metric_accuracy_all`` and ``ids_all`` (every row measured on both
        axes), ``excluded`` (rows left out by cause) and, where the ranking was computed,
        ``paretoness`` and ``paretoness_all``.

    Raises:
        QueryError: The question cannot be answered as asked; the error says what to do.

    Warns:
        QueryWarning: The table mixes hardware, or ``top_N_fuzzy`` was given with ``"exact"``.
    """
    answer = ask(df, method, metric_custom, sort_by, top_N_fuzzy)
    for sentence in answer.warnings:
        warnings.warn(sentence, QueryWarning, stacklevel=2)
    return answer.ids, answer.info


def ask(
    df: pd.DataFrame,
    method: str = "exact",
    metric_custom: str = "od_inf_rate_ms",
    sort_by: str = CUSTOM,
    top_n: int | None = None,
) -> Answer:
    """Answer as ``query_pareto_optimal_recipes`` does, with the warnings as values."""
    _check_choice(method, METHODS, "method")
    _check_choice(sort_by, SORT_ORDERS, "sort order")
    limit = _checked_limit(top_n)
    if metric_custom not in df.columns:
        raise missing_column(metric_custom, df.columns)
    axes = measured_axes(df, metric(metric_custom, df.attrs.get("metric_directions")))
    told = _hardware_warning(df)
    if limit is not None and method == "exact":
        told = (*told, "top_N_fuzzy has no effect on method='exact': the front is given whole.")
    ranking = _ranking(axes) if method == "fuzzy" or sort_by == PARETONESS else None
    rows = _chosen(axes, method, sort_by, limit, ranking)
    return Answer(axes.ids[rows].tolist(), _info(axes, rows, ranking), told)


def _chosen(
    axes: Axes, method: str, sort_by: str, limit: int | None, ranking: Ranking | None
) -> Rows:
    if method == "exact":
        rows = exact_front(axes.gain, axes.accuracy)
        if ranking is not None:
            return ranking.order[np.isin(ranking.order, rows)]
    else:
        assert ranking is not None  # noqa: S101 - tells mypy what `ask` has ensured
        rows = ranking.order[:limit]
        if sort_by == PARETONESS:
            return rows
    return sort_rows(rows, axes, sort_by)


def _ranking(axes: Axes) -> Ranking:
    gain = axes.custom
    if axes.column.direction == "lower":
        gain = -np.log(axes.custom)
    return rank(axes.accuracy, gain, axes.ids)


def _info(axes: Axes, rows: Rows, ranking: Ranking | None) -> dict[str, Any]:
    converted = axes.converted
    info: dict[str, Any] = {
        "metric_custom": converted[rows],
        "metric_accuracy": axes.accuracy[rows],
        "metric_custom_name": axes.column.label,
        "metric_accuracy_name": _accuracy().label,
        "metric_custom_all": converted,
        "metric_accuracy_all": axes.accuracy,
        "ids_all": axes.ids,
        "excluded": axes.excluded,
    }
    if ranking is not None:
        info["paretoness"] = ranking.paretoness[rows]
        info["paretoness_all"] = ranking.paretoness
    return info


def _accuracy() -> Column:
    return metric(ACCURACY)


def _check_choice(value: object, choices: tuple[str, ...], what: str) -> None:
    if value not in choices:
        raise QueryError(f"{value!r} is no {what}", f"It is one of {', '.join(choices)}.")


def _checked_limit(top_n: object) -> int | None:
    if top_n is None:
        return None
    hint = "Give a whole number above 0, or None for all."
    try:
        limit = operator.index(top_n)  # type: ignore[arg-type] # asks the value itself
    except TypeError as error:
        raise QueryError(f"top_N_fuzzy is {top_n!r}, which is no whole number", hint) from error
    if limit <= 0 or isinstance(top_n, bool):
        raise QueryError(f"top_N_fuzzy is {top_n!r}", hint)
    return limit


def _hardware_warning(df: pd.DataFrame) -> tuple[str, ...]:
    if "hardware" in df.columns:
        column: Any = df["hardware"]
    elif "hardware" in df.index.names:
        column = df.index.get_level_values("hardware").to_series()
    else:
        return ()
    counts = column.value_counts(dropna=True).sort_index()
    counts = counts[counts > 0]  # a category that a filter has emptied is no hardware
    if len(counts) < 2:
        return ()
    listed = ", ".join(f"{name}: {count}" for name, count in counts.items())
    return (f"the table mixes hardware ({listed}); filter to one before the query.",)
