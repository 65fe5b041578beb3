"""The size of a picture as a label file says it."""

from __future__ import annotations

import math

_MOST = 1 << 31
"""Whole numbers below are taken as they are, which is how nearly every file says them."""


def size_said(width: object, height: object) -> tuple[int, int] | None:
    """Give width and height in pixels; None where a file says none, nothing whole, or 0."""
    if type(width) is int and type(height) is int and 0 < width < _MOST and 0 < height < _MOST:
        return width, height
    whole = _pixels(width), _pixels(height)
    return whole if min(whole) > 0 else None


def _pixels(said: object) -> int:
    if not isinstance(said, str | int | float):
        return 0
    try:
        number = float(said)
    except (ValueError, OverflowError):
        return 0
    return int(number) if math.isfinite(number) and number.is_integer() else 0
