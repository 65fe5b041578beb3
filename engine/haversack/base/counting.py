"""Numbers of things in words: one row, but two rows."""

from __future__ import annotations


def counted(amount: int, one: str, many: str = "") -> str:
    """Give ``"1 row"`` or ``"3,000 rows"``; ``many`` is ``one`` with an s where nothing else is."""
    return f"{amount:,} {one if amount == 1 else many or one + 's'}"


def unit_for(amount: float | None, unit: str) -> str:
    """Give a unit of progress, such as ``"batches"``, as it stands behind an amount."""
    if amount != 1:
        return unit
    return unit[:-2] if unit.endswith(("ches", "shes", "xes")) else unit.removesuffix("s")
