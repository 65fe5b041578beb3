"""The size of a picture as a label file says it."""

from __future__ import annotations

import math


def size_said(width: object, height: object) -> tuple[int, int] | None:
    """Give width and height in pixels; None where a file says none, nothing whole, or 0."""
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
