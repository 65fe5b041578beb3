"""D in O(n + G^3): bin the rows linearly on a grid, sum over the grid, look the rows up again.

The grid's values only fall towards better rows, and so does the bilinear look-up between them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from haversack.volume.fuzzy_axis import Axis, axis_of
from haversack.volume.normal import normal_cdf

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

CHUNK = 1 << 18


def binned_sum(a: Floats, c: Floats, h_a: float, h_c: float) -> Floats:
    """Give D plus the constant 1/4 that each row's pair with itself adds, nearly.

    Args:
        a: Shape (n,), finite, within [-1, 1].
        c: Shape (n,), as ``a``.
        h_a: Scale of the noise on ``a``, above 0.
        h_c: Scale of the noise on ``c``, above 0.
    """
    axis_a, axis_c = axis_of(a, h_a), axis_of(c, h_c)
    weights = _bin_linearly(a, c, axis_a, axis_c)
    grid = _beyond(axis_a, h_a) @ weights @ _beyond(axis_c, h_c).T
    # Rounding in the products must not turn the slope: values fall along both axes.
    np.minimum.accumulate(grid, axis=0, out=grid)
    np.minimum.accumulate(grid, axis=1, out=grid)
    return _look_up(a, c, axis_a, axis_c, grid)


def _beyond(axis: Axis, h: float) -> Floats:
    """Give Phi((node l - node k) / h) for each pair of nodes; shape (G, G)."""
    with np.errstate(over="ignore"):
        return normal_cdf((axis.nodes - axis.nodes[:, None]) / h)


def _bin_linearly(a: Floats, c: Floats, axis_a: Axis, axis_c: Axis) -> Floats:
    """Share each row's weight of 1 among the four nodes around it; shape (G_a, G_c)."""
    height, width = len(axis_a.nodes), len(axis_c.nodes)
    cells = height * width
    number, sum_u, sum_v, sum_uv = (np.zeros(cells) for _ in range(4))
    for start in range(0, len(a), CHUNK):
        part = slice(start, start + CHUNK)
        row, u = axis_a.place(a[part])
        column, v = axis_c.place(c[part])
        row *= width
        row += column
        number += np.bincount(row, minlength=cells)
        sum_u += np.bincount(row, u, minlength=cells)
        sum_v += np.bincount(row, v, minlength=cells)
        u *= v
        sum_uv += np.bincount(row, u, minlength=cells)
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


def _look_up(a: Floats, c: Floats, axis_a: Axis, axis_c: Axis, grid: Floats) -> Floats:
    """Interpolate between the four nodes around each row, as sums of positive terms only."""
    width = grid.shape[1]
    flat = grid.ravel()
    found = np.empty(len(a))
    for start in range(0, len(a), CHUNK):
        part = slice(start, start + CHUNK)
        row, u = axis_a.place(a[part])
        column, v = axis_c.place(c[part])
        row *= width
        row += column
        near = flat[row] * (1 - v) + flat[row + 1] * v
        row += width
        far = flat[row] * (1 - v) + flat[row + 1] * v
        found[part] = near * (1 - u) + far * u
    return found
