"""One axis of the fuzzy ranking's grid: nodes fine where the rows are, and where each row lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MOST_NODES = 1_024
FEWEST_NODES = 33
NODES_PER_H = 4
EVEN_UP_TO = 2 * MOST_NODES
SAMPLE = 8_192
ENDS = 64
GAP = 4.0
ALONE = 192
AT_ONCE = 1 << 15


class Places(NamedTuple):
    """Where rows lie on an axis; both together never decrease with the value, rounding included.

    Attributes:
        node: Shape (n,), the node below.
        share: Shape (n,), how far (0 to 1) the row is on the way to the next node.
    """

    node: NDArray[np.int16]
    share: Floats


@dataclass(frozen=True, slots=True)
class Axis:
    """The nodes of one axis.

    Attributes:
        nodes: Shape (G,), strictly ascending; the first and last are the axis's extremes.
        even: Whether they are evenly spaced.
    """

    nodes: Floats
    even: bool

    def place(self, values: Floats) -> Places:
        """Find the place of each value between the first node and the last."""
        placed = Places(np.empty(len(values), np.int16), np.empty(len(values)))
        for start in range(0, len(values), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            place = self._place_evenly if self.even else self._place_by_search
            place(values[part], placed.node[part], placed.share[part])
        return placed

    def _place_evenly(self, values: Floats, node: NDArray[np.int16], share: Floats) -> None:
        last = len(self.nodes) - 2
        low = self.nodes[0]
        np.subtract(values, low, out=share)
        share *= (last + 1) / (self.nodes[-1] - low)
        node[:] = share
        np.minimum(node, last, out=node)
        share -= node
        np.minimum(share, 1.0, out=share)

    def _place_by_search(self, values: Floats, node: NDArray[np.int16], share: Floats) -> None:
        found = np.searchsorted(self.nodes, values, side="right")
        found -= 1
        np.minimum(found, len(self.nodes) - 2, out=found)
        node[:] = found
        below = self.nodes[found]
        np.subtract(values, below, out=share)
        share /= self.nodes[found + 1] - below


def axis_of(values: Floats, h: float) -> Axis:
    """Lay the nodes of an axis for these values.

    Even nodes where they come near enough to the scale h; otherwise (a few far outliers) wide gaps
    are closed up and every isolated value gets a node of its own.

    Args:
        values: Shape (n,), n > 0, finite, within [-1, 1].
        h: Scale of the noise, above 0.
    """
    low, high = float(values.min()), float(values.max())
    if not high > low:
        return Axis(np.array([low, low + max(h, abs(low) * 1e-9, 1e-300)]), even=True)
    span = (high - low) / h
    if span <= EVEN_UP_TO:
        nodes = np.linspace(low, high, _count(span, MOST_NODES))
        if (nodes[1:] > nodes[:-1]).all():
            return Axis(nodes, even=True)
    return Axis(_uneven_nodes(values, h), even=False)


def _uneven_nodes(values: Floats, h: float) -> Floats:
    known = np.unique(np.concatenate([values[:: -(-len(values) // SAMPLE)], _extremes(values)]))
    gaps = np.diff(known)
    wide = gaps > GAP * h
    alone = np.concatenate(([True], wide)) & np.concatenate((wide, [True]))
    isolated = known[alone]
    isolated = np.concatenate([_thinned(isolated[:-ALONE], ALONE // 2), isolated[-ALONE:]])
    closed = np.concatenate(([0.0], np.cumsum(np.minimum(gaps, GAP * h) / h)))
    count = _count(float(closed[-1]), MOST_NODES - len(isolated))
    spread = np.interp(np.linspace(0.0, closed[-1], count), closed, known)
    return np.unique(np.concatenate([spread, isolated, known[[0, -1]]]))


def _count(span_in_h: float, most: int) -> int:
    return int(min(most, max(FEWEST_NODES, np.ceil(span_in_h * NODES_PER_H))))


def _thinned(values: Floats, most: int) -> Floats:
    return values[:: max(1, -(-len(values) // most))]


def _extremes(values: Floats) -> Floats:
    if len(values) <= 2 * ENDS:
        return values
    parted = np.partition(values, [ENDS, len(values) - ENDS - 1])
    return np.concatenate([parted[:ENDS], parted[-ENDS:]])
