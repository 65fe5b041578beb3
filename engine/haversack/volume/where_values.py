"""Columns and constants of a ``--where`` expression, compared with three-valued logic."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from haversack.volume.errors import WhereError

if TYPE_CHECKING:
    import pandas as pd

Bools = NDArray[np.bool_]
Constant = str | int | float | bool | None
Kind = Literal["number", "text", "truth", "moment", "nothing"]

_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
_WORDS = {"number": "numbers", "text": "text", "truth": "true or false", "moment": "moments"}


@dataclass(frozen=True, slots=True)
class Truth:
    """For each row: surely true, surely false, or neither because a cell is null."""

    true: Bools
    false: Bools

    def __and__(self, other: Truth) -> Truth:
        """Say where both are true."""
        return Truth(self.true & other.true, self.false | other.false)

    def __or__(self, other: Truth) -> Truth:
        """Say where one of them is true."""
        return Truth(self.true | other.true, self.false & other.false)

    def __invert__(self) -> Truth:
        """Say where it is false."""
        return Truth(self.false, self.true)


@dataclass(frozen=True, slots=True)
class Operand:
    """One side of a comparison.

    Attributes:
        name: The column's name, or the constant as it is written.
        kind: What it holds.
        values: An array with any value at the nulls, or one constant.
        null: Shape (n,), where the cell is null.
    """

    name: str
    kind: Kind
    values: Any
    null: Bools

    @classmethod
    def of_constant(cls, value: Constant, rows: int) -> Operand:
        """Make the operand of a constant."""
        kind: Kind = "number"
        if value is None:
            kind = "nothing"
        elif isinstance(value, bool):
            kind = "truth"
        elif isinstance(value, str):
            kind = "text"
        elif isinstance(value, int) and abs(value) >= 2**63:
            value = float("inf") if value > 0 else float("-inf")
        return cls(repr(value), kind, value, np.full(rows, value is None))


def constant(node: ast.expr, refused: Callable[[ast.expr], WhereError]) -> Constant:
    """Give the constant that a node stands for; a minus before a number belongs to it."""
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
            if not isinstance(number, bool):
                return -number
        case ast.Constant(value=str() | int() | float() | bool() | None as value):
            return value
    raise refused(node)


def operand(df: pd.DataFrame, name: str) -> Operand:
    """Make the operand of a column.

    Raises:
        WhereError: The column holds something that nothing can be compared with.
    """
    from pandas.api import types

    series: Any = df[name]
    if series.ndim != 1:
        raise WhereError(f"the table has the column {name!r} twice", "Drop or rename one.")
    null: Bools = series.isna().to_numpy(dtype=np.bool_)
    dtype = series.dtype
    if types.is_bool_dtype(dtype):
        return Operand(name, "truth", series.fillna(False).to_numpy(dtype=np.bool_), null)
    if types.is_numeric_dtype(dtype) and not types.is_complex_dtype(dtype):
        if types.is_integer_dtype(dtype):
            return Operand(name, "number", series.fillna(0).to_numpy(), null)
        return Operand(name, "number", series.to_numpy(dtype=np.float64, na_value=np.nan), null)
    if types.is_datetime64_any_dtype(dtype):
        return Operand(name, "moment", series, null)
    values = series.astype(object).to_numpy(dtype=object)
    found = [value for value, missing in zip(values, null, strict=True) if not missing]
    if all(isinstance(value, bool) for value in found):
        return Operand(name, "truth" if found else "nothing", np.where(null, False, values), null)
    if all(isinstance(value, str) for value in found):
        return Operand(name, "text", np.where(null, "", values), null)
    raise WhereError(f"the column {name!r} mixes types", "Compare another column.")


def is_null(side: Operand) -> Truth:
    """Say where a column is null."""
    return Truth(side.null, ~side.null)


def is_in(side: Operand, items: list[Constant]) -> Truth:
    """Say where a column equals one of some constants."""
    found = Truth(np.zeros(len(side.null), np.bool_), ~side.null)
    for item in items:
        other = Operand.of_constant(item, len(side.null))
        found = found | (is_null(side) if item is None else compare(side, ast.Eq(), other))
    return found


def compare(left: Operand, op: ast.cmpop, right: Operand) -> Truth:
    """Compare two sides row by row.

    Raises:
        WhereError: One is text and the other is not, and the like.
    """
    known = ~(left.null | right.null)
    if "nothing" in (left.kind, right.kind):
        return Truth(np.zeros_like(known), np.zeros_like(known))
    left, right = _as_moments(left, right)
    right, left = _as_moments(right, left)
    if left.kind != right.kind:
        raise WhereError(
            f"{left.name} is {_WORDS[left.kind]} and {right.name} is {_WORDS[right.kind]}",
            "Text stands in quotes; numbers, True and False do not.",
        )
    try:
        found = np.asarray(_COMPARISONS[type(op)](left.values, right.values), dtype=np.bool_)
    except (TypeError, ValueError, OverflowError) as error:
        raise WhereError(
            f"{left.name} and {right.name} cannot be compared: {error}", "Check their types."
        ) from error
    return Truth(known & found, known & ~found)


def _as_moments(column: Operand, other: Operand) -> tuple[Operand, Operand]:
    """Read a text beside a column of moments as a moment, in UTC where it does not say."""
    if column.kind != "moment" or other.kind != "text" or not isinstance(other.values, str):
        return column, other
    import pandas as pd

    try:
        moment = pd.Timestamp(other.values)
    except ValueError as error:
        raise WhereError(
            f"{other.name} is no moment", "Write it as '2026-01-31' or '2026-01-31T12:00Z'."
        ) from error
    if column.values.dt.tz is None:
        moment = moment.tz_convert(None) if moment.tzinfo else moment
    elif moment.tzinfo is None:
        moment = moment.tz_localize("UTC")
    return column, Operand(other.name, "moment", moment, other.null)
