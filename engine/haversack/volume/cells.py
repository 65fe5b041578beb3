"""Numbers and ids out of a table's columns, checked: text is an error and never a silent NaN."""

from __future__ import annotations

import numbers as abstract
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from haversack.base.counting import counted
from haversack.volume.errors import IdsError, NotNumericError
from haversack.volume.metrics import missing_column

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Ids = NDArray[np.int64]

_NUMBER_AGAIN = "Number the rows: df['id'] = range(1, len(df) + 1)."


def numbers(df: pd.DataFrame, name: str) -> Floats:
    """Give a column as float64 with NaN for null.

    Raises:
        MissingColumnError: It is not there.
        NotNumericError: It holds something that is no number; the first such value is named.
    """
    if name not in df.columns:
        raise missing_column(name, df.columns)
    series: Any = df[name]
    if series.ndim != 1:
        raise NotNumericError(f"the table has the column {name!r} twice", "Drop or rename one.")
    return floats(series, name)


def floats(series: pd.Series[Any], name: str) -> Floats:
    """Give a series as float64 with NaN for null.

    Args:
        series: Any series.
        name: What an error calls it.

    Raises:
        NotNumericError: It holds something that is no number; the first such value is named.
    """
    from pandas.api.types import is_bool_dtype, is_complex_dtype, is_numeric_dtype

    kind = series.dtype
    if not is_numeric_dtype(kind) or is_bool_dtype(kind) or is_complex_dtype(kind):
        _refuse_what_is_no_number(series, name)
    values: Floats = series.to_numpy(dtype=np.float64, na_value=np.nan)
    return values


def _refuse_what_is_no_number(series: Any, name: str) -> None:
    null = series.isna().to_numpy()
    bad = [
        (place, value)
        for place, value in enumerate(series.tolist())
        if not null[place] and (isinstance(value, bool) or not isinstance(value, abstract.Real))
    ]
    if bad:
        # One word makes text of a whole column: name the word, not a number before it.
        place, value = next((cell for cell in bad if not _reads_as_number(cell[1])), bad[0])
        raise NotNumericError(
            f"{name!r} must hold numbers; row {place} holds {str(value)[:40]!r}",
            "Correct or empty the cell; in Python: "
            f"df[{name!r}] = pandas.to_numeric(df[{name!r}], errors='coerce').",
        )


def _reads_as_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return True


def experiment_ids(df: pd.DataFrame) -> Ids:
    """Give the experiments' ids from the column or the index level ``id``.

    Raises:
        IdsError: There are none, or they are not unique whole numbers.
    """
    if "id" in df.columns:
        found: Any = df["id"]
        if found.ndim != 1:
            raise IdsError("the table has the column 'id' twice", "Drop or rename one.")
    elif "id" in df.index.names:
        found = df.index.get_level_values("id")
    else:
        raise IdsError("the table has neither a column nor an index level 'id'", _NUMBER_AGAIN)
    if missing := int(found.isna().sum()):
        raise IdsError(f"{counted(missing, 'row has', 'rows have')} no id", _NUMBER_AGAIN)
    ids = _whole_numbers(found)
    ordered = np.sort(ids)
    again = ordered[1:][ordered[1:] == ordered[:-1]]
    if len(again):
        raise IdsError(
            f"ids are not unique: {len(np.unique(again))} stand on several rows, {again[0]} first",
            "An id names one experiment: filter to one row for each, or number the rows anew.",
        )
    return ids


def _whole_numbers(found: Any) -> Ids:
    from pandas.api.types import is_float_dtype, is_integer_dtype

    try:
        if is_integer_dtype(found.dtype):
            ids: Ids = found.to_numpy(dtype=np.int64)
            return ids
        if is_float_dtype(found.dtype):
            whole = found.to_numpy(dtype=np.float64)
            if (whole == np.floor(whole)).all() and (np.abs(whole) < 2**53).all():
                return np.asarray(whole, dtype=np.int64)
        elif all(isinstance(value, int) and not isinstance(value, bool) for value in found):
            return np.array(list(found), dtype=np.int64)
    except (OverflowError, ValueError) as error:
        raise IdsError("an id is too large", _NUMBER_AGAIN) from error
    odd = next(value for value in found.tolist() if not _is_whole(value))
    raise IdsError(f"ids must be whole numbers, and there is {str(odd)[:40]!r}", _NUMBER_AGAIN)


def _is_whole(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, abstract.Real):
        return False
    return bool(abs(float(value)) < 2**53 and float(value).is_integer())
