"""Discarding, in linear time, most of the rows that cannot be on a Pareto front.

The front of a strided sample is a staircase: what lies strictly under one of its corners is
dominated for certain. A poor sample costs time and never a row of the front.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Keys = Callable[[Floats], NDArray[np.intp]]

SAMPLE = 4_096
BINS = 1_024
EDGES = 255
CHUNK = 1 << 15
WORTHWHILE = 0.25


def rows_above(x: Floats, y: Floats) -> Rows | None:
    """Give the rows that are not surely dominated, or None where discarding is not worth its time.

    Args:
        x: Shape (n,), larger is better. A row that is NaN or infinite discards no other.
        y: Shape (n,), as ``x``.
    """
    stride = max(1, len(x) // SAMPLE)
    sample_x, sample_y = x[::stride], y[::stride]
    finite = np.isfinite(sample_x) & np.isfinite(sample_y)
    sample_x, sample_y = sample_x[finite], sample_y[finite]
    if len(sample_x) == 0:
        return None
    stairs_x, stairs_y = _staircase(sample_x, sample_y)
    corner_x, corner_y = _best_corner(sample_x, sample_y, stairs_x, stairs_y)
    rows: Rows | None = None
    outside = (sample_x >= corner_x) | (sample_y >= corner_y)
    if np.mean(outside) <= 1 - WORTHWHILE:
        rows = _beyond_corner(x, y, corner_x, corner_y)
        x, y = x[rows], y[rows]
        sample_x, sample_y = sample_x[outside], sample_y[outside]
    for keys in (_even_keys(stairs_x), _edge_keys(stairs_x)):
        floor = _floor_by_key(keys, stairs_x, stairs_y)
        outside = sample_y >= floor[keys(sample_x)]
        if np.mean(outside) <= 1 - WORTHWHILE:
            above = _above_floor(x, y, keys, floor)
            rows = above if rows is None else rows[above]
            x, y = x[above], y[above]
            sample_x, sample_y = sample_x[outside], sample_y[outside]
    return rows


def _staircase(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Give the corners of a sample's front: x ascending, y descending."""
    order = np.argsort(x)[::-1]
    sorted_x, sorted_y = x[order], y[order]
    is_corner = np.ones(len(order), dtype=np.bool_)
    is_corner[1:] = sorted_y[1:] > np.maximum.accumulate(sorted_y)[:-1]
    return sorted_x[is_corner][::-1], sorted_y[is_corner][::-1]


def _best_corner(
    x: Floats, y: Floats, stairs_x: Floats, stairs_y: Floats
) -> tuple[np.float64, np.float64]:
    """Give the corner with most of the sample under it, judged by the ranks on the two axes."""
    under_x = np.searchsorted(np.sort(x), stairs_x)
    under_y = np.searchsorted(np.sort(y), stairs_y)
    best = np.argmax(under_x * under_y)
    return stairs_x[best], stairs_y[best]


def _beyond_corner(x: Floats, y: Floats, corner_x: np.float64, corner_y: np.float64) -> Rows:
    kept = np.empty(len(x), dtype=np.bool_)
    for start in range(0, len(x), CHUNK):
        part = slice(start, start + CHUNK)
        np.logical_or(x[part] >= corner_x, y[part] >= corner_y, out=kept[part])
    return np.flatnonzero(kept)


def _even_keys(stairs_x: Floats) -> Keys:
    """Make a never-decreasing map from x to equal bins between the first and the last corner."""
    low: np.float64 = stairs_x[0]
    with np.errstate(over="ignore", divide="ignore"):
        scale = (BINS - 1) / (stairs_x[-1] - low)

    def keys(x: Floats) -> NDArray[np.intp]:
        with np.errstate(over="ignore", invalid="ignore"):
            place: Floats = (x - low) * scale
        np.fmin(np.fmax(place, 0.0, out=place), BINS - 1.0, out=place)
        return place.astype(np.intp)

    return keys


def _edge_keys(stairs_x: Floats) -> Keys:
    """Make a never-decreasing map from x to the corners themselves, for skewed columns."""
    edges = stairs_x[:: -(-len(stairs_x) // EDGES)]

    def keys(x: Floats) -> NDArray[np.intp]:
        found: NDArray[np.intp] = np.searchsorted(edges, x, side="right").astype(np.intp)
        return found

    return keys


def _floor_by_key(keys: Keys, stairs_x: Floats, stairs_y: Floats) -> Floats:
    """Give for each key the best y among the corners with a larger key, hence a larger x."""
    best = np.full(BINS + 1, -np.inf)
    np.maximum.at(best, keys(stairs_x), stairs_y)
    floor = np.full_like(best, -np.inf)
    np.maximum.accumulate(best[:0:-1], out=floor[-2::-1])
    return floor


def _above_floor(x: Floats, y: Floats, keys: Keys, floor: Floats) -> Rows:
    kept = np.empty(len(x), dtype=np.bool_)
    for start in range(0, len(x), CHUNK):
        part = slice(start, start + CHUNK)
        np.greater_equal(y[part], floor.take(keys(x[part]), mode="clip"), out=kept[part])
    return np.flatnonzero(kept)
