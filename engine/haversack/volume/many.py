"""The exact Pareto front of any number of metrics, in plain numpy."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from haversack.volume.pareto import exact_front
from haversack.volume.sweep import sweep_three

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Bools = NDArray[np.bool_]

SAMPLE = 2_048
PIVOTS = 24
CHUNK = 1_024
STRONGEST = 64
THREE = 3


def front_of_many(values: ArrayLike) -> Rows:
    """Find the rows that no other row dominates, where larger is better in every column.

    A row dominates another when it is at least as good everywhere and better somewhere. Every copy
    of a duplicate stays. Rows with a NaN or an infinity count as not measured: they are never on
    the front and push nobody off it. Two columns give exactly what ``exact_front`` gives.

    Rows are visited in descending lexicographic order, in which a dominator comes before what it
    dominates, so each needs to be held only against the front found so far (Kung, Luccio and
    Preparata 1975 use the same order); three columns need only one sweep. Before that, a few
    strong rows discard most others in linear time.

    Args:
        values: Shape (n, k), k at least 1; compared as float64.

    Returns:
        The numbers of the rows on the front, ascending.

    Raises:
        ValueError: It is no table of numbers with one column or more.
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] < 1:
        raise ValueError(f"a table of shape (n, k) with k at least 1, not {table.shape}")
    if table.shape[1] == 2:
        return exact_front(table[:, 0], table[:, 1])
    rows = np.flatnonzero(np.isfinite(table).all(axis=1))
    if table.shape[1] == 1:
        column = table[rows, 0]
        return rows[column == column.max()] if len(rows) else rows
    rows = rows[_not_under_pivots(table[rows])]
    return np.sort(rows[_front_rows(table[rows])])


def _not_under_pivots(table: Floats) -> Rows:
    """Give the rows that none of a few strong rows dominates."""
    if len(table) <= 4 * SAMPLE:
        return np.arange(len(table))
    sample = table[:: len(table) // SAMPLE]
    spread = np.std(sample, axis=0)
    spread[spread == 0] = 1.0
    front = sample[_front_rows(sample)]
    strength = ((front - np.mean(sample, axis=0)) / spread).min(axis=1)
    kept = np.arange(len(table))
    for pivot in front[np.argsort(-strength)[:PIVOTS]]:
        part = table[kept]
        kept = kept[~_dominated_by(part, pivot)]
    return kept


def _dominated_by(table: Floats, pivot: Floats) -> Bools:
    under = np.ones(len(table), dtype=np.bool_)
    same = np.ones(len(table), dtype=np.bool_)
    for column, best in zip(table.T, pivot, strict=True):
        under &= column <= best
        same &= column == best
    return under & ~same


def _front_rows(table: Floats) -> Rows:
    """Give the rows of the front of finite rows, in no order."""
    if len(table) == 0:
        return np.arange(0)
    order = np.lexsort(table.T[::-1])[::-1]
    ordered = table[order]
    first = np.ones(len(ordered), dtype=np.bool_)
    first[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    distinct = ordered[first]
    on_front = sweep_three(distinct) if table.shape[1] == THREE else _visit(distinct)
    group = np.cumsum(first) - 1
    found: Rows = order[on_front[group]]
    return found


def _visit(distinct: Floats) -> Bools:
    """Mark the front of distinct rows in descending lexicographic order."""
    on_front = np.zeros(len(distinct), dtype=np.bool_)
    front = np.empty((0, distinct.shape[1]))
    for start in range(0, len(distinct), CHUNK):
        chunk = distinct[start : start + CHUNK]
        left = np.arange(len(chunk))
        for block in range(0, len(front), STRONGEST):
            if len(left) == 0:
                break
            left = left[~_dominated(chunk[left], front[block : block + STRONGEST])]
        within = _within(chunk[left])
        found = left[within]
        on_front[start + found] = True
        front = np.concatenate([chunk[found], front])
        front = front[np.argsort(-_strength(front), kind="stable")]
    return on_front


def _strength(front: Floats) -> Floats:
    half = front * 0.5  # so that the difference of two large numbers stays finite
    low, high = half.min(axis=0), half.max(axis=0)
    width = np.where(high > low, high - low, 1.0)
    strength: Floats = ((half - low) / width).sum(axis=1)
    return strength


def _dominated(rows: Floats, front: Floats) -> Bools:
    """Say which distinct rows a row of ``front`` is at least as good as, everywhere."""
    found: Bools = np.logical_or.reduce(_under(rows, front), axis=1)
    return found


def _under(rows: Floats, others: Floats) -> Bools:
    """Say for each pair whether the row is nowhere better; shape (rows, others)."""
    under: Bools = rows[:, None, 0] <= others[None, :, 0]
    for column in range(1, rows.shape[1]):
        under &= rows[:, None, column] <= others[None, :, column]
    return under


def _within(chunk: Floats) -> Rows:
    """Give the rows of a chunk that no row before them in the chunk dominates."""
    under = _under(chunk, chunk)
    np.fill_diagonal(under, val=False)
    return np.flatnonzero(~under.any(axis=1))
