"""How many rows dominate each of some rows: in two metrics O((n + m) log n), in more O(n m)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

BRUTE_UP_TO = 30_000_000
PAIRS_AT_ONCE = 1 << 22


def dominator_counts(x: Floats, y: Floats, rows: Rows | None = None) -> Rows:
    """Count the rows that are at least as good on both axes and better on one.

    Args:
        x: Shape (n,), larger is better; finite.
        y: Shape (n,), as ``x``.
        rows: Shape (m,), the rows to count for; all where None.

    Returns:
        Shape (m,).
    """
    asked = np.arange(len(x)) if rows is None else rows
    if len(asked) * len(x) <= BRUTE_UP_TO:
        return _brute(x, y, asked)
    by_x = np.argsort(-x)
    at_least_x = np.searchsorted(-x[by_x], -x[asked], side="right")
    by_y = np.argsort(y)
    from_y = np.searchsorted(y[by_y], y[asked], side="left")
    y_rank = np.empty(len(y), dtype=np.intp)
    y_rank[by_y] = np.arange(len(y))
    return _count_at_least(y_rank[by_x], at_least_x, from_y) - _copies(x, y)[asked]


def dominator_counts_of_many(values: Floats) -> Rows:
    """Count for each row the rows that are at least as good in every metric and better in one.

    Args:
        values: Shape (n, k), larger is better; finite.

    Returns:
        Shape (n,).
    """
    counts = np.empty(len(values), dtype=np.intp)
    step = max(1, PAIRS_AT_ONCE // max(1, len(values)))
    for start in range(0, len(values), step):
        part = values[start : start + step]
        over = np.ones((len(part), len(values)), dtype=np.bool_)
        same = np.ones_like(over)
        for column in range(values.shape[1]):
            over &= values[None, :, column] >= part[:, None, column]
            same &= values[None, :, column] == part[:, None, column]
        counts[start : start + step] = np.count_nonzero(over & ~same, axis=1)
    return counts


def _brute(x: Floats, y: Floats, asked: Rows) -> Rows:
    counts = np.empty(len(asked), dtype=np.intp)
    for place, row in enumerate(asked.tolist()):
        both = (x >= x[row]) & (y >= y[row])
        both &= (x > x[row]) | (y > y[row])
        counts[place] = np.count_nonzero(both)
    return counts


def _count_at_least(values: Rows, ends: Rows, least: Rows) -> Rows:
    """Count for each k the values among the first ``ends[k]`` that are at least ``least[k]``.

    Walks down the bits: where the bound's bit is 0, every value with a 1 is counted and the search
    goes on among those with a 0; where it is 1, it goes on among those with a 1.
    """
    counts = np.zeros(len(ends), dtype=np.intp)
    starts = np.zeros(len(ends), dtype=np.intp)
    ends = ends.copy()
    for bit in reversed(range(max(1, len(values).bit_length()))):
        is_one = (values >> bit) & 1
        ones_before = np.concatenate(([0], np.cumsum(is_one)))
        zeros = len(values) - int(ones_before[-1])
        ones_start, ones_end = ones_before[starts], ones_before[ends]
        up = ((least >> bit) & 1).astype(np.bool_)
        counts += np.where(up, 0, ones_end - ones_start)
        starts = np.where(up, zeros + ones_start, starts - ones_start)
        ends = np.where(up, zeros + ones_end, ends - ones_end)
        chosen = is_one.astype(np.bool_)
        values = np.concatenate([values[~chosen], values[chosen]])
    return counts + (ends - starts)


def _copies(x: Floats, y: Floats) -> Rows:
    """Count for each row the rows with the same values, itself included."""
    order = np.lexsort((y, x))
    sorted_x, sorted_y = x[order], y[order]
    new = np.ones(len(x), dtype=np.bool_)
    new[1:] = (sorted_x[1:] != sorted_x[:-1]) | (sorted_y[1:] != sorted_y[:-1])
    starts = np.flatnonzero(new)
    sizes = np.diff(starts, append=len(x))
    counts = np.empty(len(x), dtype=np.intp)
    counts[order] = np.repeat(sizes, sizes)
    return counts
