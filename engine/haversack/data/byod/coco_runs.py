"""COCO's text for runs of pixels: five bits a character, differences to the last but one."""

from __future__ import annotations

from collections.abc import Sequence

_FIRST = 48  # the character for no bits
_MOST_DIGITS = 7


def counts_of(text: str) -> list[int]:
    """Read the lengths of runs.

    Raises:
        ValueError: It is no such text.
    """
    counts: list[int] = []
    value, digits = 0, 0
    for character in text:
        bits = ord(character) - _FIRST
        if not 0 <= bits < 64 or digits >= _MOST_DIGITS:
            raise ValueError("has runs of pixels that cannot be read")
        value |= (bits & 31) << (5 * digits)
        digits += 1
        if bits & 32:
            continue
        if bits & 16:
            value -= 1 << (5 * digits)
        counts.append(value + (counts[-2] if len(counts) > 2 else 0))
        value, digits = 0, 0
    if digits:
        raise ValueError("has runs of pixels that are cut short")
    return counts


def text_of(counts: Sequence[int]) -> str:
    """Write the lengths of runs."""
    out: list[str] = []
    for at, count in enumerate(counts):
        left = count - (counts[at - 2] if at > 2 else 0)
        while True:
            bits = left & 31
            left >>= 5
            more = left != (-1 if bits & 16 else 0)
            out.append(chr(_FIRST + (bits | (32 if more else 0))))
            if not more:
                break
    return "".join(out)
