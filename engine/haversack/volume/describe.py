"""What one column of a volume holds, in a few JSON-ready values."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

MOST_VALUES = 20


def describe_column(values: pd.Series[Any]) -> dict[str, Any]:
    """Give how many cells were measured and their range, or their commonest values for text."""
    from pandas.api import types

    found = values.dropna()
    facts: dict[str, Any] = {"type": str(values.dtype), "measured": len(found)}
    if len(found) == 0:
        return facts
    if types.is_bool_dtype(found.dtype):
        counts = found.astype(bool).value_counts().sort_index()
        return facts | {"values": {str(name).lower(): int(n) for name, n in counts.items()}}
    if types.is_numeric_dtype(found.dtype):
        return facts | {"lowest": _plain(found.min()), "highest": _plain(found.max())}
    if types.is_datetime64_any_dtype(found.dtype):
        return facts | {"first": found.min().isoformat(), "last": found.max().isoformat()}
    counts = found.astype(str).value_counts()
    common = {str(name)[:200]: int(n) for name, n in counts.head(MOST_VALUES).items()}
    return facts | {"distinct": len(counts), "values": common}


def _plain(number: Any) -> int | float | str:
    plain: int | float = number.item()
    return plain if math.isfinite(plain) else str(plain)  # JSON has no infinity
