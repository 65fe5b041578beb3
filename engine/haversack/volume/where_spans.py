"""Which parts of a table a condition rules out, told from the bounds of their columns alone."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from haversack.volume.errors import WhereError
from haversack.volume.where_values import Bools, Constant, Kind, Operand, Truth, constant

_FLIPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
}


@dataclass(frozen=True, slots=True)
class Span:
    """What is known of one column in each of some parts of a table.

    Attributes:
        kind: What the column holds.
        bounds: For each part nothing below the first and nothing above the second; None: unknown.
        nulls: Whether a cell of the part may be null; NaN is null too.
        filled: Whether a cell of the part may be something else.
    """

    kind: Kind
    bounds: Sequence[tuple[Any, Any] | None]
    nulls: Bools
    filled: Bools


class CannotTellError(Exception):
    """The bounds say nothing of this comparison, or it does not fit and the rows must say so."""


def chances(left: ast.expr, op: ast.cmpop, right: ast.expr, spans: Mapping[str, Span]) -> Truth:
    """Say for each part whether a comparison may be true, and may be false, of some row of it.

    Raises:
        CannotTellError: Only the rows can say.
    """
    if not isinstance(left, ast.Name):
        if type(op) not in _FLIPPED and not isinstance(op, ast.Eq | ast.NotEq):
            raise CannotTellError
        left, op, right = right, _FLIPPED.get(type(op), type(op))(), left
    if not isinstance(left, ast.Name) or left.id not in spans:
        raise CannotTellError
    span = spans[left.id]
    if isinstance(op, ast.In | ast.NotIn):
        found = Truth(np.zeros_like(span.filled), span.filled.copy())
        for item in cast("ast.Tuple | ast.List | ast.Set", right).elts:
            found = found | _equals(span, _constant(item))
        return ~found if isinstance(op, ast.NotIn) else found
    value = _constant(right)
    if value is None or isinstance(op, ast.NotEq):
        found = _equals(span, value)
        return ~found if isinstance(op, ast.IsNot | ast.NotEq) else found
    return _compared(span, _CHANCES[type(op)], value)


def _constant(node: ast.expr) -> Constant:
    try:
        return constant(node, lambda _: WhereError("", ""))
    except WhereError as error:
        raise CannotTellError from error


def _equals(span: Span, value: Constant) -> Truth:
    if value is None:
        return Truth(span.nulls.copy(), span.filled.copy())
    return _compared(span, _CHANCES[ast.Eq], value)


def _compared(span: Span, chance: _Chance, value: Constant) -> Truth:
    side = Operand.of_constant(value, 0)
    if side.kind != span.kind:
        raise CannotTellError
    pairs = [
        (True, True) if bounds is None else chance(*_alike(*bounds, side.values))
        for bounds in span.bounds
    ]
    true, false = np.array(pairs, dtype=np.bool_).reshape(-1, 2).T
    return Truth(span.filled & true, span.filled & false)


def _alike(lowest: Any, highest: Any, value: Any) -> tuple[Any, Any, Any]:
    """Round whole numbers as rows do: beside a fraction they are compared as float64."""
    numbers = (lowest, highest, value)
    if any(isinstance(number, float) for number in numbers):
        return float(lowest), float(highest), float(value)
    return numbers


_Chance = Callable[[Any, Any, Any], tuple[bool, bool]]
_CHANCES: dict[type[ast.cmpop], _Chance] = {
    ast.Eq: lambda low, high, value: (low <= value <= high, not low == high == value),
    ast.Lt: lambda low, high, value: (low < value, high >= value),
    ast.LtE: lambda low, high, value: (low <= value, high > value),
    ast.Gt: lambda low, high, value: (high > value, low <= value),
    ast.GtE: lambda low, high, value: (high >= value, low < value),
}
