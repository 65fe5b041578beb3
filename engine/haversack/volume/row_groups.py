"""What a Parquet file says of its row groups: bounds and nulls of a column, before it is read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from haversack.volume.where_spans import Span
from haversack.volume.where_values import Kind

_TYPES: dict[Kind, type | tuple[type, ...]] = {
    "number": (int, float),
    "text": str,
    "truth": bool,
}


def spans_of(metadata: Any, schema: Any, names: Iterable[str]) -> dict[str, Span]:
    """Give what is known of columns in each row group; those of other types are left out.

    Args:
        metadata: The metadata of a Parquet file.
        schema: Its Arrow schema.
        names: The columns.
    """
    places = {metadata.schema.column(at).path: at for at in range(metadata.num_columns)}
    found = {}
    for name in names:
        kind = _kind(schema.field(name).type)
        if kind is not None and name in places:
            found[name] = _span(metadata, places[name], kind, _can_be_nan(schema.field(name).type))
    return found


def _kind(dtype: Any) -> Kind | None:
    import pyarrow.types as types

    if types.is_integer(dtype) or types.is_floating(dtype):
        return "number"
    if types.is_string(dtype) or types.is_large_string(dtype):
        return "text"
    return "truth" if types.is_boolean(dtype) else None


def _can_be_nan(dtype: Any) -> bool:
    import pyarrow.types as types

    return bool(types.is_floating(dtype))


def _span(metadata: Any, place: int, kind: Kind, nan: bool) -> Span:
    groups = metadata.num_row_groups
    bounds: list[tuple[Any, Any] | None] = [None] * groups
    nulls, filled = np.ones(groups, np.bool_), np.ones(groups, np.bool_)
    for group in range(groups):
        told = metadata.row_group(group).column(place).statistics
        if told is None:
            continue
        if told.has_null_count:
            nulls[group] = nan or told.null_count > 0
            filled[group] = told.null_count < metadata.row_group(group).num_rows
        if told.has_min_max:
            bounds[group] = _bounds(told, kind)
    return Span(kind, bounds, nulls, filled)


def _bounds(told: Any, kind: Kind) -> tuple[Any, Any] | None:
    """Give bounds that can be believed: no NaN, and no text that was cut within a character."""
    try:
        lowest, highest = told.min, told.max
    except UnicodeDecodeError:
        return None
    fits = all(isinstance(bound, _TYPES[kind]) for bound in (lowest, highest))
    return (lowest, highest) if fits and lowest <= highest else None
