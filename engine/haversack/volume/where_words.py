"""Plain words and units in a ``--where`` expression: ``latency < 10 ms and size < 20 MB``."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection

from haversack.volume.columns import ACCURACY, column
from haversack.volume.errors import WhereError

WORDS = {
    "accuracy": ACCURACY,
    "latency": "od_inf_rate_ms",
    "energy": "od_inf_energy_mJ",
    "size": "od_size_MB",
    "memory": "od_total_mem_MB",
}
_UNITS = {
    **{"us": ("ms", 1e-3), "ms": ("ms", 1.0), "s": ("ms", 1e3)},
    **{"kB": ("MB", 1e-3), "KB": ("MB", 1e-3), "MB": ("MB", 1.0), "GB": ("MB", 1e3)},
    **{"mJ": ("mJ", 1.0), "J": ("mJ", 1e3)},
    **{"Hz": ("Hz", 1.0), "kHz": ("Hz", 1e3), "MHz": ("Hz", 1e6), "GHz": ("Hz", 1e9)},
    **{"px": ("px", 1.0), "MACs": ("MACs", 1.0), "GMACs": ("MACs", 1e9)},
}
_QUOTED = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\""
_QUANTITY = re.compile(
    rf"{_QUOTED}|(?<![\w.])(?P<number>\d+\.?\d*(?:[eE][+-]?\d+)?) ?(?P<unit>{'|'.join(_UNITS)})\b"
)


def word_for(name: str, columns: Collection[str]) -> str:
    """Give the column that a plain word such as ``latency`` stands for, where there is such a one.

    A column of the table that is called so itself comes first.
    """
    known = WORDS.get(name, name)
    return known if name not in columns and known in columns else name


def mark_units(text: str) -> str:
    """Write ``10 ms`` in a form that Python's grammar reads: an attribute of a number."""
    return _QUANTITY.sub(_marked, text)


def _marked(found: re.Match[str]) -> str:
    if found["unit"] is None:
        return found[0]
    return f"({found['number']}).{found['unit']}"


def is_quantity(node: ast.expr) -> bool:
    """Say whether a node is a number with a unit."""
    return (
        isinstance(node, ast.Attribute)
        and node.attr in _UNITS
        and isinstance(node.value, ast.Constant)
        and type(node.value.value) in (int, float)
    )


def in_columns(body: ast.expr, columns: Collection[str]) -> ast.expr:
    """Put columns for plain words, and numbers in the columns' units for quantities.

    Raises:
        WhereError: A quantity stands beside a column of another unit, or of none.
    """
    made: ast.expr = _Named(columns).visit(body)
    return made


class _Named(ast.NodeTransformer):
    def __init__(self, columns: Collection[str]) -> None:
        self._columns = columns

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Name(word_for(node.id, self._columns), node.ctx)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        sides = [self.visit(side) for side in (node.left, *node.comparators)]
        names = [side.id for side in sides if isinstance(side, ast.Name)]
        plain = [_in_unit_of(names, side) if is_quantity(side) else side for side in sides]
        return ast.Compare(plain[0], node.ops, plain[1:])


def _in_unit_of(names: list[str], quantity: ast.Attribute) -> ast.expr:
    base, factor = _UNITS[quantity.attr]
    written = ast.unparse(quantity.value) + f" {quantity.attr}"
    for name in names:
        known = column(name)
        unit = known.unit if known is not None else name.rpartition("_")[2]
        own, own_factor = _UNITS.get(unit, ("", 1.0))
        if own != base:
            raise WhereError(
                f"{name} is in {unit if own else 'no unit that is known'}, not in {quantity.attr}",
                f"Write the number alone, in the column's unit, instead of {written}.",
            )
        return ast.Constant(float(ast.literal_eval(quantity.value)) * factor / own_factor)
    raise WhereError(f"{written} stands beside no column", "Compare a column with it.")
