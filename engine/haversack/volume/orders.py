"""The four orders in which a query gives its experiments; the id settles the last ties."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from haversack.volume.cells import Floats
from haversack.volume.measured import Axes

Rows = NDArray[np.intp]

CUSTOM = "metric_custom_best_to_worst"
ACCURATE = "metric_accuracy_best_to_worst"
ANGULAR = "angular_custom_to_accuracy"
PARETONESS = "paretoness"
SORT_ORDERS: tuple[str, ...] = (CUSTOM, ACCURATE, ANGULAR, PARETONESS)


def sort_rows(rows: Rows, axes: Axes, sort_by: str) -> Rows:
    """Sort rows by the custom metric, by accuracy, or by the angle between the two axes.

    Args:
        rows: Places in ``axes``.
        axes: What was measured.
        sort_by: One of ``SORT_ORDERS`` but ``"paretoness"``, whose order the ranking gives.
    """
    ids, accuracy, gain = axes.ids[rows], axes.accuracy[rows], axes.gain[rows]
    if sort_by == CUSTOM:
        return rows[np.lexsort((ids, -accuracy, -gain))]
    if sort_by == ACCURATE:
        return rows[np.lexsort((ids, -gain, -accuracy))]
    # Equal slopes are settled on the raw values, so that rounding in max / value is harmless.
    return rows[np.lexsort((ids, accuracy, -gain, _slopes(axes)[rows]))]


def _slopes(axes: Axes) -> Floats:
    """Give the tangent of each row's angle, from the custom axis towards the accuracy axis.

    The common origin is (0, 0), moved down to the lowest value of an axis that has negative ones:
    then every row lies in the first quadrant and, along a front, the angle only grows.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        slopes = _from_origin(axes.accuracy) / _from_origin(axes.converted)
    return np.nan_to_num(slopes, nan=0.0, posinf=np.inf)


def _from_origin(values: Floats) -> Floats:
    half = values * 0.5  # so that the difference of two large numbers stays finite
    return half - min(0.0, float(half.min()))
