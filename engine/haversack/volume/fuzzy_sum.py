"""D by its definition: the sum over all pairs, for small tables and as the measure of the rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from haversack.volume.normal import normal_cdf

Floats = NDArray[np.float64]

PAIRS_AT_ONCE = 1 << 18


def exact_sum(a: Floats, c: Floats, h_a: float, h_c: float) -> Floats:
    """Give D plus the constant 1/4 that each row's pair with itself adds, in O(n^2).

    The rows are summed in the order of their values, so that shuffling them changes no bit.

    Args:
        a: Shape (n,), finite, within [-1, 1].
        c: Shape (n,), as ``a``.
        h_a: Scale of the noise on ``a``, above 0.
        h_c: Scale of the noise on ``c``, above 0.
    """
    order = np.lexsort((c, a))
    sorted_a, sorted_c = a[order], c[order]
    total = np.empty(len(a))
    step = max(1, PAIRS_AT_ONCE // max(1, len(a)))
    for start in range(0, len(a), step):
        part = slice(start, start + step)
        share = normal_cdf(_in_units(sorted_a - sorted_a[part, None], h_a))
        share *= normal_cdf(_in_units(sorted_c - sorted_c[part, None], h_c))
        total[order[part]] = share.sum(axis=1)
    return total


def _in_units(differences: Floats, h: float) -> Floats:
    with np.errstate(over="ignore"):
        differences /= h
    return differences
