"""The standard normal distribution function for arrays, without scipy."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

REACH = 9.0
PER_UNIT = 256


@lru_cache(maxsize=1)
def _table() -> tuple[Floats, Floats, Floats]:
    places = np.arange(-REACH * PER_UNIT, REACH * PER_UNIT + 1) / PER_UNIT
    below = np.array([0.5 * math.erfc(-z / math.sqrt(2)) for z in places.tolist()])
    return places, below, np.exp(-0.5 * places * places) / math.sqrt(2 * math.pi)


def normal_cdf(z: Floats) -> Floats:
    """Give Phi(z), the share of a standard normal variable below ``z``.

    A Taylor series to the fourth order around the nearest of 4,609 tabulated places: the error is
    below 5e-16. Beyond 9 it is 0 or 1.

    Args:
        z: Any shape; not NaN.
    """
    places, below, density = _table()
    near = np.clip(z, -REACH, REACH)
    cell = np.rint(near * PER_UNIT).astype(np.intp)
    cell += int(REACH * PER_UNIT)
    z0 = places[cell]
    near -= z0
    square = z0 * z0
    series = near * (3.0 - square) * z0 * (1 / 24)
    series += (square - 1.0) * (1 / 6)
    series *= near
    series -= z0 * 0.5
    series *= near
    series += 1.0
    series *= near
    series *= density[cell]
    series += below[cell]
    return series
