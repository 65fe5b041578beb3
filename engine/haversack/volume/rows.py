"""From measured rows to an Arrow table with the columns of a golden volume, strictly checked."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Mapping
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any

from haversack.base.counting import counted
from haversack.volume.columns import ACCURACY, COLUMNS, Column, column
from haversack.volume.errors import RowError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_INT64 = 2**63


def volume_table(rows: pd.DataFrame | Iterable[Mapping[str, Any]]) -> pa.Table:
    """Make the table of a volume: named columns in their order, then added ones, sorted by id.

    A missing key, None and NaN are null. Where no row has an id they are numbered from 1. The
    column ``relative_task_metric`` is there when a row has it.

    Raises:
        RowError: A value does not fit its column, ids are missing or not unique, or a
            lower-is-better metric is zero, negative or infinite.
    """
    import pyarrow as pa

    records = _numbered([_without_nulls(row) for row in _records(rows)])
    added = dict.fromkeys(name for row in records for name in row if column(name) is None)
    has_accuracy = any(ACCURACY in row for row in records)
    columns = [c for c in COLUMNS if c.name != ACCURACY or has_accuracy]
    columns += [Column(name, _kind_of(name, records), name) for name in added]
    types: dict[str, Any] = {
        "int": pa.int64(),
        "float": pa.float64(),
        "str": pa.string(),
        "bool": pa.bool_(),
        "time": pa.timestamp("us", tz="UTC"),
    }
    arrays = [pa.array([_checked(row, c) for row in records], type=types[c.dtype]) for c in columns]
    schema = pa.schema([(c.name, types[c.dtype], c.name != "id") for c in columns])
    return pa.Table.from_arrays(arrays, schema=schema)


def _records(rows: pd.DataFrame | Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    frame: Any = rows
    if not hasattr(frame, "to_dict"):
        return [dict(row) for row in frame]
    if not frame.columns.is_unique:
        raise RowError("a column's name stands twice in the table", "Drop or rename one.")
    if "id" in frame.index.names and "id" not in frame.columns:
        frame = frame.reset_index("id")
    found: list[dict[str, Any]] = frame.to_dict(orient="records")
    return found


def _without_nulls(row: Mapping[str, Any]) -> dict[str, Any]:
    if not all(isinstance(name, str) and name for name in row):
        raise RowError("a column's name is not text", "Name every column with a word.")
    return {name: value for name, value in row.items() if not _is_null(value)}


def _is_null(value: object) -> bool:
    # NaN, NaT and pandas' NA are what does not equal itself, or does not say.
    if value is None or type(value).__name__ in ("NAType", "NaTType"):
        return True
    return isinstance(value, Real) and math.isnan(value)


def _numbered(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    with_id = [row for row in records if "id" in row]
    if not with_id:
        return [{**row, "id": number} for number, row in enumerate(records, 1)]
    if len(with_id) < len(records):
        raise RowError(
            f"{counted(len(records) - len(with_id), 'row has', 'rows have')} no id and "
            f"{counted(len(with_id), 'has', 'have')} one",
            "Give every row an id, or none.",
        )
    ids = [_checked(row, COLUMNS[0]) for row in records]
    if len(set(ids)) < len(ids):
        twice = next(number for number in ids if ids.count(number) > 1)
        raise RowError(f"the id {twice} stands on more than one row", "An id names one row.")
    return sorted(records, key=lambda row: int(row["id"]))


def _kind_of(name: str, records: list[dict[str, Any]]) -> Any:
    values = [row[name] for row in records if name in row]
    for kind in ("bool", "int", "float", "time", "str"):
        accepts = _is_moment if kind == "time" else _CHECKS[kind][0]
        if all(accepts(value) for value in values):
            return kind
    raise RowError(
        f"the column {name!r} mixes types: {_sample(values)}", "Give each column one type."
    )


def _sample(values: list[Any]) -> str:
    return ", ".join(sorted({type(value).__name__ for value in values}))


def _checked(row: Mapping[str, Any], kind: Column) -> Any:
    value = row.get(kind.name)
    if value is None:
        return None
    accepts, convert, what = _CHECKS[kind.dtype]
    if not accepts(value):
        raise _row_error(row, kind, value, f"is not {what}")
    try:
        cell = convert(value)
    except (ValueError, OverflowError) as error:
        raise _row_error(row, kind, value, f"is not {what}") from error
    if kind.dtype == "float" and not math.isfinite(cell):
        raise _row_error(row, kind, value, "is infinite")
    if kind.direction == "lower" and cell <= 0:
        raise _row_error(row, kind, value, "cannot have been measured")
    return cell


def _row_error(row: Mapping[str, Any], kind: Column, value: object, why: str) -> RowError:
    return RowError(
        f"row {row.get('id', '?')}: {kind.name} {why}: {str(value)[:40]!r}",
        "Write None where it was not measured.",
    )


def _is_moment(value: object) -> bool:
    return isinstance(value, dt.datetime)


def _is_number(value: object) -> bool:
    return isinstance(value, Real) and not _is_bool(value)


def _is_bool(value: object) -> bool:
    return isinstance(value, bool) or type(value).__name__ == "bool"


def _is_whole(value: object) -> bool:
    if not _is_number(value):
        return False
    assert isinstance(value, Real)  # noqa: S101 - tells mypy what _is_number has ensured
    return isinstance(value, Integral) or (math.isfinite(value) and float(value).is_integer())


def _whole(value: Any) -> int:
    number = int(value)
    if not -_INT64 <= number < _INT64:
        raise OverflowError(number)
    return number


def _text(value: str) -> str:
    value.encode("utf-8")  # a lone surrogate is a UnicodeEncodeError, which is a ValueError
    if "\0" in value:
        raise ValueError("holds a NUL")
    return value


def _moment(value: Any) -> dt.datetime:
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
    elif isinstance(value, Real):
        value = dt.datetime.fromtimestamp(float(value), tz=dt.UTC)
    elif hasattr(value, "to_pydatetime"):
        value = value.to_pydatetime(warn=False)
    moment: dt.datetime = value
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


_Check = tuple[Callable[[Any], bool], Callable[[Any], Any], str]
_CHECKS: dict[str, _Check] = {
    "int": (_is_whole, _whole, "a whole number"),
    "float": (_is_number, float, "a number"),
    "str": (lambda value: isinstance(value, str), _text, "text"),
    "bool": (_is_bool, bool, "true or false"),
    "time": (lambda v: _is_moment(v) or isinstance(v, str) or _is_number(v), _moment, "a moment"),
}
