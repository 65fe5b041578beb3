"""Sizes as people write them: ``8GB``, ``500 MB``, ``3.7GiB``."""

from __future__ import annotations

import re

from haversack.base.errors import UsageError

_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)(i?)b?", re.IGNORECASE)


def parse_size(text: str) -> int:
    """Give the bytes that a size means.

    Raises:
        UsageError: It is none, or nothing.
    """
    found = _SIZE.fullmatch(text.strip())
    size = 0
    if found is not None:
        base = 1024 if found[3] else 1000
        size = int(float(found[1]) * base ** " kmgt".index(found[2].lower() or " "))
    if not 0 < size < 2**60:
        raise UsageError(f"{text[:40]!r} is no size", "Give one such as 8GB, 500MB or 3.7GiB.")
    return size
