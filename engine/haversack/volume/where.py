"""``--where`` expressions: read by a parser that knows comparisons and nothing else.

``hardware == 'Jetson' and (od_inf_rate_ms < 10 or not per_channel) and backbone in ('a', 'b')``.
Plain words and units are read too: ``latency < 10 ms and size < 20 MB``.
Python's own grammar is used to read the text, and nothing is ever evaluated by Python.
"""

from __future__ import annotations

import ast
import copy
import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from haversack.volume.errors import WhereError
from haversack.volume.metrics import missing_column
from haversack.volume.where_spans import CannotTellError, Span, chances
from haversack.volume.where_values import Operand, Truth, compare, constant, is_in, is_null, operand
from haversack.volume.where_words import in_columns, is_quantity, mark_units

if TYPE_CHECKING:
    import pandas as pd

LONGEST = 4_096
MOST_PARTS = 500
_HINT = "Write for example: hardware == 'Jetson' and od_inf_rate_ms < 10."


@dataclass(frozen=True, slots=True)
class Where:
    """An expression that has been read and found harmless.

    Attributes:
        text: As it was written.
        columns: The names of the columns that it looks at.
    """

    text: str
    columns: frozenset[str]
    _body: ast.expr

    def mask(self, df: pd.DataFrame) -> NDArray[np.bool_]:
        """Mark the rows for which the expression is surely true; shape (n,).

        A comparison with a null cell is neither true nor false, and so is its ``not``.

        Raises:
            MissingColumnError: The table lacks one of the columns.
            WhereError: A comparison does not fit a column's type.
        """
        meant = self.for_columns(list(df.columns))
        for name in sorted(meant.columns):
            if name not in df.columns:
                raise missing_column(name, df.columns)
        return _truth(meant._body, partial(_compared, df=df)).true

    def may_hold(self, spans: Mapping[str, Span], parts: int) -> NDArray[np.bool_]:
        """Mark the parts of a table in which it may be true of some row; shape (parts,).

        Args:
            spans: What is known of the columns, by name.
            parts: How many parts the table has; all are marked where the spans do not say enough.
        """
        try:
            return _truth(self._body, partial(chances, spans=spans)).true
        except CannotTellError:
            return np.ones(parts, np.bool_)

    def for_columns(self, columns: Collection[str]) -> Where:
        """Give it with these columns for plain words and in their units.

        Raises:
            WhereError: A quantity does not fit the unit of its column.
        """
        body = in_columns(copy.deepcopy(self._body), columns)
        return Where(self.text, _names_in(body), body)


def parse_where(text: str) -> Where:
    """Read an expression: comparisons, ``in``, ``is None``, ``and``, ``or``, ``not``, parentheses.

    Raises:
        WhereError: It holds anything else, or cannot be read.
    """
    if len(text) > LONGEST:
        raise WhereError(f"the condition is longer than {LONGEST} characters", "Make it shorter.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            body = ast.parse(mark_units(text.strip()), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise WhereError(f"the condition cannot be read: {_reason(error, text)}", _HINT) from error
    parts = list(ast.walk(body))
    if len(parts) > MOST_PARTS:
        raise WhereError(f"the condition has more than {MOST_PARTS} parts", "Make it shorter.")
    _check(body)
    return Where(text, _names_in(body), body)


def _names_in(body: ast.expr) -> frozenset[str]:
    return frozenset(part.id for part in ast.walk(body) if isinstance(part, ast.Name))


def _reason(error: Exception, text: str) -> str:
    if isinstance(error, SyntaxError) and "=" in text and "==" not in text:
        return "one = compares nothing; write =="
    return (error.msg if isinstance(error, SyntaxError) else str(error)) or "too deep"


def _check(node: ast.expr) -> None:
    """Let through what is a condition and refuse everything else."""
    match node:
        case ast.BoolOp(values=values):
            for value in values:
                _check(value)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            _check(inner)
        case ast.Compare(left=left, ops=ops, comparators=others):
            sides = [left, *others]
            for place, op in enumerate(ops):
                _check_comparison(sides[place], op, sides[place + 1])
        case ast.Name() | ast.Constant(value=bool()):
            pass
        case _:
            raise _refused(node)


def _check_comparison(left: ast.expr, op: ast.cmpop, right: ast.expr) -> None:
    _check_value(left)
    if isinstance(op, ast.In | ast.NotIn):
        if not isinstance(right, ast.Tuple | ast.List | ast.Set) or not isinstance(left, ast.Name):
            raise WhereError("'in' wants a column before it and a list after it", _HINT)
        for item in right.elts:
            constant(item, _refused)
    elif isinstance(op, ast.Is | ast.IsNot):
        if not (isinstance(left, ast.Name) and _is_none(right)):
            raise WhereError("'is' is only for: column is None, column is not None", _HINT)
    else:
        _check_value(right)


def _check_value(node: ast.expr) -> None:
    if not isinstance(node, ast.Name) and not is_quantity(node):
        constant(node, _refused)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _refused(node: ast.expr) -> WhereError:
    return WhereError(f"{ast.unparse(node)[:60]!r} has no place in a condition", _HINT)


def _truth(node: ast.expr, compared: Callable[[ast.expr, ast.cmpop, ast.expr], Truth]) -> Truth:
    match node:
        case ast.BoolOp(op=op, values=values):
            found = [_truth(value, compared) for value in values]
            combined = found[0]
            for other in found[1:]:
                combined = combined & other if isinstance(op, ast.And) else combined | other
            return combined
        case ast.UnaryOp(operand=inner):
            return ~_truth(inner, compared)
        case ast.Compare(left=left, ops=ops, comparators=others):
            sides = [left, *others]
            pairs = [compared(sides[k], op, sides[k + 1]) for k, op in enumerate(ops)]
            combined = pairs[0]
            for other in pairs[1:]:
                combined = combined & other
            return combined
        case _:
            return compared(node, ast.Eq(), ast.Constant(value=True))


def _compared(left: ast.expr, op: ast.cmpop, right: ast.expr, df: pd.DataFrame) -> Truth:
    first = _operand(left, df)
    if isinstance(op, ast.In | ast.NotIn):
        items = cast("ast.Tuple | ast.List | ast.Set", right).elts
        found = is_in(first, [constant(item, _refused) for item in items])
        return ~found if isinstance(op, ast.NotIn) else found
    if isinstance(op, ast.Is | ast.IsNot) or _is_none(right):
        found = is_null(first)
        return ~found if isinstance(op, ast.IsNot | ast.NotEq) else found
    return compare(first, op, _operand(right, df))


def _operand(node: ast.expr, df: pd.DataFrame) -> Operand:
    if isinstance(node, ast.Name):
        return operand(df, node.id)
    return Operand.of_constant(constant(node, _refused), len(df))
