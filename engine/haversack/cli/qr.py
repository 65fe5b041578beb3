"""A QR code on a terminal: two modules to a letter, one above the other."""

from __future__ import annotations

from itertools import zip_longest

_LETTERS = {(True, True): " ", (True, False): "\u2584", (False, True): "\u2580"}
_BOTH_LIGHT = "\u2588"


def draw(modules: tuple[tuple[bool, ...], ...]) -> str:
    """Give a code as lines of half blocks, light where the code is light: for a dark screen.

    Args:
        modules: Rows from the top, dark ones true, quiet zone included.
    """
    pairs = zip_longest(modules[::2], modules[1::2], fillvalue=(False,) * len(modules[0]))
    return "\n".join(
        "".join(_LETTERS.get(pair, _BOTH_LIGHT) for pair in zip(above, below, strict=True))
        for above, below in pairs
    )
