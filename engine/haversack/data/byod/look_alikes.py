"""Pictures that look alike on both sides of a split: what is learnt by heart looks like skill.

Two pictures look alike where their perceptual hashes are close: the picture shrunk to 32 x 32 grey
cells, its 64 lowest frequencies, a bit for each that is above their median. Encoding again, scaling
and changes of light leave most bits as they are. Source: N. Krawetz 2011, "Looks Like It".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from haversack.data.sample import Picture

CELLS, EDGE = 32, 8
BITS = EDGE * EDGE
CLOSE = 8
"""Bits in which pictures that look alike may differ; other photographs differ in 18 and more."""
MOST = 1000
_AT_ONCE = 256
_PLAIN = 2.0
_WAVES = np.cos(np.pi / CELLS * np.outer(np.arange(EDGE), np.arange(CELLS) + 0.5))
Hash = int


@dataclass(frozen=True, slots=True)
class LookAlike:
    """Two pictures that look alike.

    Attributes:
        train: The one to train on.
        val: The one to validate on.
        bits: In how many of 64 bits their hashes differ.
    """

    train: str
    val: str
    bits: int


def perceptual_hash(image: Picture) -> Hash | None:
    """Give the hash of a picture; None where it is too plain to tell anything."""
    grey = Image.fromarray(image).convert("L")
    cells = np.asarray(grey.resize((CELLS, CELLS), Image.Resampling.BOX), np.float64)
    if cells.std() < _PLAIN:
        return None
    waves = (_WAVES @ cells @ _WAVES.T).ravel()[1:]  # the first is the mean light
    return int.from_bytes(np.packbits(waves > np.median(waves)).tobytes(), "big")


def look_alikes(
    train: Iterable[tuple[str, Hash]], val: Sequence[tuple[str, Hash]]
) -> tuple[tuple[LookAlike, ...], int]:
    """Find the nearest picture to train on of each one to validate on, where it is close.

    Args:
        train: Names and hashes.
        val: Names and hashes.

    Returns:
        At most ``MOST`` pairs, the closest first, and how many there are.
    """
    known = list(train)
    if not known or not val:
        return (), 0
    table = np.asarray([one for _, one in known], np.uint64)
    found = []
    for at in range(0, len(val), _AT_ONCE):
        part = val[at : at + _AT_ONCE]
        asked = np.asarray([one for _, one in part], np.uint64)
        bits = np.bitwise_count(asked[:, None] ^ table)
        nearest = bits.argmin(1).tolist()
        for row in np.flatnonzero(bits.min(1) <= CLOSE).tolist():
            column = nearest[row]
            found.append(LookAlike(known[column][0], part[row][0], int(bits[row, column])))
    return tuple(sorted(found, key=lambda one: (one.bits, one.val))[:MOST]), len(found)
