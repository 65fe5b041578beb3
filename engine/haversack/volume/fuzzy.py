"""The fuzzy ranking: every experiment by how near it is to being Pareto-optimal.

With noise of scale h on both metrics, D(i) is the expected number of experiments that truly
dominate i, and exp(-D(i)) the Poisson approximation to "i is truly non-dominated":

    D(i) = sum over j != i of Phi((a_j - a_i) / h_a) * Phi((c_j - c_i) / h_c)

As h goes to 0, D becomes the number of dominators.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from haversack.volume.dominators import dominator_counts
from haversack.volume.fuzzy_grid import binned_sum
from haversack.volume.fuzzy_sum import exact_sum

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Groups = NDArray[np.int32]
Method = Literal["auto", "exact", "binned"]

EXACT_UP_TO = 512
SELF = 0.25
TIE_EXACT = 1e-11
TIE_BINNED = 1e-14


@dataclass(frozen=True, slots=True)
class Ranking:
    """A ranking of n experiments.

    Attributes:
        order: Shape (n,), row numbers, best first.
        expected_dominators: Shape (n,), D of each row, aligned with the rows that were given.
        paretoness: Shape (n,), exp(-D), aligned in the same way; it underflows, D does not.
    """

    order: Rows
    expected_dominators: Floats
    paretoness: Floats


def rank(
    accuracy: ArrayLike,
    gain: ArrayLike,
    ids: ArrayLike | None = None,
    *,
    noise: tuple[float | None, float | None] = (None, None),
    method: Method = "auto",
) -> Ranking:
    """Rank experiments by D ascending; ties by dominator count, accuracy descending, then id.

    Values of D that differ by less than rounding can explain are one tie and come out equal. So an
    experiment never ranks below one that it dominates.

    Args:
        accuracy: Shape (n,), larger is better; finite.
        gain: Shape (n,), larger is better; ``-log(metric)`` for a lower-is-better metric; finite.
        ids: Shape (n,), what settles ties last; the row numbers where None.
        noise: The scale h of each axis where it is known, above 0; None lets the data decide.
        method: ``"exact"`` sums over all pairs, ``"binned"`` costs O(n + 1024^3), ``"auto"``
            takes the first up to 512 rows.

    Raises:
        ValueError: The columns differ in length, hold what was not measured, or h is not above 0.
    """
    a, c = _checked(accuracy), _checked(gain)
    names = np.arange(len(a), dtype=np.int32) if ids is None else np.asarray(ids)
    if not len(a) == len(c) == len(names):
        raise ValueError(f"columns of one length, not {len(a)}, {len(c)} and {len(names)}")
    if len(a) == 0:
        empty = np.empty(0)
        return Ranking(np.empty(0, dtype=np.intp), empty, empty)
    scaled_a, h_a = _scaled(a, noise[0])
    scaled_c, h_c = _scaled(c, noise[1])
    exact = method == "exact" or (method == "auto" and len(a) <= EXACT_UP_TO)
    total = (exact_sum if exact else binned_sum)(scaled_a, scaled_c, h_a, h_c)
    order = _settle_ties(total, TIE_EXACT if exact else TIE_BINNED, a, c, names)
    distance = np.maximum(total - SELF, 0.0)
    return Ranking(order, distance, np.exp(-distance))


def bandwidth(values: Floats) -> float:
    """Give h = min(sd, IQR / 1.349) * n^(-1/3); sd where the IQR is 0; 1 where both are.

    Args:
        values: Shape (n,), n > 0, finite, small enough to be squared.
    """
    n = len(values)
    if values.min() == values.max():
        return 1.0
    spread = (_quantile(values, 0.75) - _quantile(values, 0.25)) / 1.349
    deviation = float(np.std(values))
    scale = min(deviation, spread) if spread > 0 else deviation
    return float(scale * n ** (-1 / 3)) or 1.0


def _quantile(values: Floats, share: float) -> float:
    """Interpolate between two neighbours; one selection is much faster than several at once."""
    place = share * (len(values) - 1)
    below = int(place)
    parted = np.partition(values, below)
    if below + 1 == len(values):
        return float(parted[below])
    above = parted[below + 1 :].min()
    return float(parted[below] + (place - below) * (above - parted[below]))


def _checked(values: ArrayLike) -> Floats:
    column = np.asarray(values, dtype=np.float64)
    if column.ndim != 1 or not np.isfinite(column).all():
        raise ValueError("one-dimensional columns of finite numbers are ranked")
    return column


def _scaled(values: Floats, noise: float | None) -> tuple[Floats, float]:
    """Bring an axis to [-1, 1], where nothing overflows, and give its h on that scale."""
    largest = max(abs(float(values.min())), abs(float(values.max()))) or 1.0
    scaled = values / largest
    if noise is None:
        return scaled, bandwidth(scaled)
    if not noise > 0:
        raise ValueError(f"the scale of the noise is above 0, not {noise}")
    return scaled, max(float(noise) / largest, float(np.finfo(np.float64).tiny))


def _settle_ties(
    total: Floats, rounding: float, accuracy: Floats, gain: Floats, ids: NDArray[Any]
) -> Rows:
    """Sort by D and make the values of each tie equal, in place."""
    order = np.argsort(total)
    ordered = total[order]
    joined = ordered[1:] <= ordered[:-1] * (1 + rounding)
    if not joined.any():
        return order
    heads = np.concatenate(([True], ~joined))
    tied = ~heads
    tied[:-1] |= joined
    places = np.flatnonzero(tied).astype(np.int32)
    rows = order[places]
    groups = np.cumsum(heads, dtype=np.int32)[places]
    groups -= 1
    total[rows] = ordered[heads][groups]
    del ordered, joined, heads, tied  # a table full of ties is large
    distinct = _of_distinct_rows(groups, accuracy[rows], gain[rows])
    order[places[~distinct]] = _by_group_and_id(rows[~distinct], groups[~distinct], ids)
    if distinct.any():
        some = rows[distinct]
        counts = dominator_counts(accuracy, gain, some)
        keys = (ids[some], -accuracy[some], counts, groups[distinct])
        order[places[distinct]] = some[np.lexsort(keys)]
    return order


def _of_distinct_rows(groups: Groups, accuracy: Floats, gain: Floats) -> NDArray[np.bool_]:
    """Mark the rows of ties that are not all copies of one another."""
    same = groups[1:] == groups[:-1]
    other = (accuracy[1:] != accuracy[:-1]) | (gain[1:] != gain[:-1])
    mixed = np.zeros(int(groups[-1]) + 1, dtype=np.bool_)
    mixed[groups[1:][same & other]] = True
    return mixed[groups]


def _by_group_and_id(rows: Rows, groups: Groups, ids: NDArray[Any]) -> Rows:
    """Sort copies within each tie by id, with one sort of packed keys."""
    if len(rows) == 0:
        return rows
    by_id = rows if (ids[1:] > ids[:-1]).all() else np.empty_like(rows)
    if by_id is not rows:
        by_id[np.argsort(ids[rows])] = np.arange(len(rows))
    keys = groups.astype(np.int64)
    keys *= int(by_id.max()) + 1
    keys += by_id
    return rows[np.argsort(keys)]
