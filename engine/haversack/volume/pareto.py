"""The exact Pareto front of two metrics in plain numpy: an answer without a tolerance."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from haversack.volume.staircase import rows_above

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

DISCARD_ABOVE = 16_000


def exact_front(x: ArrayLike, y: ArrayLike) -> Rows:
    """Find the rows that no other row dominates, where larger is better on both axes.

    A row dominates another when it is at least as good on both axes and better on one. Every copy
    of a duplicate stays. Rows that are NaN or infinite on either axis count as not measured: they
    are never on the front and push nobody off it. For a lower-is-better metric give its negative,
    never ``max / value``: that maps one in thirteen pairs of neighbouring doubles to one value.

    Args:
        x: Shape (n,), any real numbers; compared as float64.
        y: Shape (n,), as ``x``.

    Returns:
        The numbers of the rows on the front, ascending.

    Raises:
        ValueError: The two are not one-dimensional and equally long.
    """
    xs, ys = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if xs.ndim != 1 or xs.shape != ys.shape:
        raise ValueError(f"two columns of one length, not {xs.shape} and {ys.shape}")
    rows = rows_above(xs, ys) if len(xs) > DISCARD_ABOVE else None
    if rows is not None:
        xs, ys = xs[rows], ys[rows]
    measured = np.isfinite(xs)
    measured &= np.isfinite(ys)
    if not measured.all():
        kept = np.flatnonzero(measured)
        xs, ys = xs[kept], ys[kept]
        rows = kept if rows is None else rows[kept]
    on_front = np.flatnonzero(_front_mask(xs, ys))
    return on_front if rows is None else rows[on_front]


def _front_mask(x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Mark the front of finite rows with one sort and linear passes."""
    mask = np.zeros(len(x), dtype=np.bool_)
    if len(x) == 0:
        return mask
    order = np.argsort(x)
    sorted_x, sorted_y = x[order], y[order]
    steps = sorted_x[1:] != sorted_x[:-1]
    if steps.all():
        on_front = sorted_y > _best_after(sorted_y)
    else:
        starts = np.concatenate(([0], np.flatnonzero(steps) + 1))
        best = np.maximum.reduceat(sorted_y, starts)
        best[best <= _best_after(best)] = np.nan
        on_front = sorted_y == np.repeat(best, np.diff(starts, append=len(x)))
    mask[order[on_front]] = True
    return mask


def _best_after(values: Floats) -> Floats:
    """Give for each place the largest of the values behind it, and -inf for the last."""
    best = np.empty_like(values)
    best[-1] = -np.inf
    np.maximum.accumulate(values[:0:-1], out=best[-2::-1])
    return best
