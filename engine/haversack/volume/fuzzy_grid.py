"""D in O(n + G^3): bin the rows linearly on a grid, sum over the grid, look the rows up again.

The grid's values only fall towards better rows, and so does the bilinear look-up between them.
"""

from __future__ import annotations

import itertools

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from haversack.volume.fuzzy_axis import Axis, Places, axis_of
from haversack.volume.normal import normal_cdf

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

BINNED_AT_ONCE = 1 << 18
FOUND_AT_ONCE = 1 << 15
NODES_AT_ONCE = 64


def binned_sum(a: Floats, c: Floats, h_a: float, h_c: float) -> Floats:
    """Give D plus the constant 1/4 that each row's pair with itself adds, nearly.

    Args:
        a: Shape (n,), finite, within [-1, 1].
        c: Shape (n,), as ``a``.
        h_a: Scale of the noise on ``a``, above 0.
        h_c: Scale of the noise on ``c``, above 0.
    """
    axis_a, axis_c = axis_of(a, h_a), axis_of(c, h_c)
    places_a, places_c = axis_a.place(a), axis_c.place(c)
    weights = _bin_linearly(places_a, places_c, len(axis_a.nodes), len(axis_c.nodes))
    weights = _beyond(axis_a, h_a) @ weights
    grid = weights @ _beyond(axis_c, h_c).T
    # Rounding in the products must not turn the slope: values fall along both axes.
    for above, below in itertools.pairwise(grid):
        np.minimum(above, below, out=below)
    np.minimum.accumulate(grid, axis=1, out=grid)
    return _look_up(places_a, places_c, grid)


def _beyond(axis: Axis, h: float) -> Floats:
    """Give Phi((node l - node k) / h) for each pair of nodes; shape (G, G)."""
    count = len(axis.nodes)
    with np.errstate(over="ignore"):
        if axis.even:
            step = (axis.nodes[-1] - axis.nodes[0]) / (count - 1)
            band = normal_cdf(np.arange(1 - count, count) * step / h)
            return np.ascontiguousarray(sliding_window_view(band, count)[::-1])
        table = np.empty((count, count))
        for start in range(0, count, NODES_AT_ONCE):
            part = slice(start, start + NODES_AT_ONCE)
            table[part] = normal_cdf((axis.nodes - axis.nodes[part, None]) / h)
    return table


def _bin_linearly(places_a: Places, places_c: Places, height: int, width: int) -> Floats:
    """Share each row's weight of 1 among the four nodes around it; shape (height, width)."""
    cells = height * width
    number, sum_u, sum_v, sum_uv = (np.zeros(cells) for _ in range(4))
    for start in range(0, len(places_a.node), BINNED_AT_ONCE):
        part = slice(start, start + BINNED_AT_ONCE)
        cell = _cells(places_a.node[part], places_c.node[part], width)
        u, v = places_a.share[part], places_c.share[part]
        number += np.bincount(cell, minlength=cells)
        sum_u += np.bincount(cell, u, minlength=cells)
        sum_v += np.bincount(cell, v, minlength=cells)
        sum_uv += np.bincount(cell, u * v, minlength=cells)
    sum_u -= sum_uv
    sum_v -= sum_uv
    number -= sum_u
    number -= sum_v
    number -= sum_uv
    weights: Floats = number.reshape(height, width)
    weights[1:] += sum_u.reshape(height, width)[:-1]
    weights[:, 1:] += sum_v.reshape(height, width)[:, :-1]
    weights[1:, 1:] += sum_uv.reshape(height, width)[:-1, :-1]
    return weights


def _cells(node_a: NDArray[np.int16], node_c: NDArray[np.int16], width: int) -> Rows:
    cell = node_a.astype(np.intp)
    cell *= width
    cell += node_c
    return cell


def _look_up(places_a: Places, places_c: Places, grid: Floats) -> Floats:
    """Interpolate between the four nodes around each row, as sums of positive terms only."""
    width = grid.shape[1]
    flat = grid.ravel()
    found = np.empty(len(places_a.node))
    for start in range(0, len(found), FOUND_AT_ONCE):
        part = slice(start, start + FOUND_AT_ONCE)
        cell = _cells(places_a.node[part], places_c.node[part], width)
        u, v = places_a.share[part], places_c.share[part]
        rest = 1 - v
        near = flat[cell] * rest + flat[cell + 1] * v
        cell += width
        far = flat[cell] * rest + flat[cell + 1] * v
        found[part] = near * (1 - u) + far * u
    return found
