"""The accuracy axis of every query: a task metric as a share of the best one in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from haversack.volume.cells import Floats, numbers
from haversack.volume.columns import ACCURACY
from haversack.volume.errors import MissingColumnError

if TYPE_CHECKING:
    import pandas as pd

WITHIN = ("dataset", "hardware")
RECIPE = ("model_family", "backbone", "height", "width", "optimizer", "scheduler")
VARIANT = ("hardware", "quantization", "calib_method", "per_channel")


def add_relative_task_metric(
    df: pd.DataFrame, metric: str | None = None, *, cross_validated: bool | None = None
) -> pd.DataFrame:
    """Add the column ``relative_task_metric`` to a copy of a table.

    Within each (dataset, hardware) it is the row's ``od_task_metric``, or ``if_task_metric`` where
    that is null, divided by the best row's. In a cross-validated table it is then averaged over
    the datasets for each recipe x hardware x quantization, and each of their rows holds the mean.
    A recipe is what stands in model_family, backbone, height, width, optimizer and scheduler.
    Where nothing was measured, or the best of a place is not above 0, it is null.

    Args:
        df: Any table; columns that it lacks do not divide it.
        metric: Another column to take instead of the two; larger is better.
        cross_validated: Whether to average over datasets; None means: where a recipe x hardware x
            quantization was measured on more than one.

    Raises:
        MissingColumnError: There is no column to take the task metric from.
        NotNumericError: The column holds something that is no number.
    """
    value = _task_metric(df, metric)
    value[~np.isfinite(value)] = np.nan
    relative = _share_of_best(df, value)
    if cross_validated is not False:
        relative = _mean_over_datasets(df, relative, bool(cross_validated))
    added = df.copy()
    added[ACCURACY] = relative
    return added


def _task_metric(df: pd.DataFrame, metric: str | None) -> Floats:
    if metric is not None:
        return numbers(df, metric).copy()
    columns = [name for name in ("od_task_metric", "if_task_metric") if name in df.columns]
    if not columns:
        raise MissingColumnError(
            "the table has neither 'od_task_metric' nor 'if_task_metric'",
            "Name the column: add_relative_task_metric(df, metric='...').",
        )
    value = numbers(df, columns[0]).copy()
    for name in columns[1:]:
        value = np.where(np.isnan(value), numbers(df, name), value)
    return value


def _share_of_best(df: pd.DataFrame, value: Floats) -> Floats:
    import pandas as pd

    series = pd.Series(value)
    keys = _keys(df, WITHIN)
    best = series.groupby(keys, dropna=False).transform("max") if keys else series.max()
    top = np.broadcast_to(np.asarray(best, dtype=np.float64), value.shape)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        share = value / top
    return np.where((top > 0) & np.isfinite(share), share, np.nan)


def _mean_over_datasets(df: pd.DataFrame, relative: Floats, always: bool) -> Floats:
    import pandas as pd

    keys = _keys(df, RECIPE + VARIANT)
    if "dataset" not in df.columns or not any(name in df.columns for name in RECIPE):
        return relative
    series = pd.Series(relative)
    datasets = df["dataset"].reset_index(drop=True)
    mean = series.groupby(keys, dropna=False).transform("mean")
    several = datasets.groupby(keys, dropna=False).transform("nunique").to_numpy() > 1
    averaged: Floats = np.asarray(mean, dtype=np.float64)
    measured = ~np.isnan(relative)
    return np.where((several | always) & measured, averaged, relative)


def _keys(df: pd.DataFrame, names: tuple[str, ...]) -> list[Any]:
    return [df[name].reset_index(drop=True) for name in names if name in df.columns]
