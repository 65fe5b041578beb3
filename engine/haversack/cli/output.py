"""What goes to stdout: one JSON document, a table for a person, or CSV that no spreadsheet runs."""

from __future__ import annotations

import csv
import dataclasses
import io
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import PurePath

import orjson
from pydantic import BaseModel
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

PIPE_WIDTH = 200
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Raw(str):
    """Text that is written as it is, because a program will read it."""

    __slots__ = ()


def write_out(parts: Iterable[RenderableType]) -> None:
    """Write what a command shows a person: lines without control characters, and tables."""
    console = out()
    for part in parts:
        if isinstance(part, Raw):
            sys.stdout.write(part)
        elif isinstance(part, str):
            sys.stdout.write(printable(part) + "\n")
        else:
            console.print(part)


def printable(text: str) -> str:
    """Give text whose control characters (which could steer a terminal) are spaces."""
    return "".join(c if c.isprintable() else " " for c in text)


def out() -> Console:
    """Give the console of stdout: as wide as the screen, or wide enough for a pipe."""
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    return Console(file=sys.stdout, width=width, highlight=False, soft_wrap=False)


def to_json(value: object) -> str:
    """Give a value as JSON; what is not a number (NaN, infinity) becomes null.

    Dataclasses, pydantic models, paths, sets and numpy values are understood. In a file's name,
    bytes that are no UTF-8 are written as escapes.
    """
    options = (
        orjson.OPT_INDENT_2
        | orjson.OPT_NON_STR_KEYS
        | orjson.OPT_SERIALIZE_NUMPY
        | orjson.OPT_PASSTHROUGH_DATACLASS
    )
    try:
        return orjson.dumps(value, default=_plain, option=options).decode("utf-8")
    except TypeError:  # perhaps a name that is no UTF-8
        return orjson.dumps(_escaped(value), default=_plain, option=options).decode("utf-8")


def _escaped(value: object) -> object:
    """Give a value in which every text can be written as UTF-8."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, Mapping):
        return {_escaped(key): _escaped(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_escaped(inner) for inner in value]
    try:
        return _escaped(_plain(value))
    except TypeError:  # a number, or what is known to orjson alone
        return value


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return {name: getattr(value, name) for name in type(value).model_fields}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        named = getattr(value, "_asdict", None)  # orjson leaves named tuples to us
        return list(value) if named is None else named()
    if isinstance(value, PurePath):
        return str(value)
    if isinstance(value, set | frozenset):
        return sorted(value, key=str)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def table(
    title: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    whole: Collection[str] = (),
) -> Table:
    """Make a table for a person; cells are shown as they are, never as markup.

    Args:
        title: What stands above it; may be empty.
        columns: Their heads.
        rows: The cells.
        whole: Columns that a narrow screen does not break; the others wrap instead.
    """
    made = Table(
        title=Text(printable(title)) if title else None,
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    made.show_header = any(columns)
    for column in columns:
        made.add_column(Text(printable(column)), overflow="fold", no_wrap=column in whole)
    for row in rows:
        made.add_row(*(Text(plain_cell(cell)) for cell in row))
    return made


def plain_cell(value: object) -> str:
    """Give a value as text for a cell: None as a dash, numbers short, no control characters."""
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return printable(f"{value:.4g}" if isinstance(value, float) else str(value))


def human_size(size: int | float | None) -> str:
    """Give bytes in the unit a person would use: ``17.4 MB``."""
    if size is None:
        return "–"
    number = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if abs(number) < 1000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"


def to_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Give rows as CSV in which no cell starts a formula: such text gets a leading ``'``."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")  # its characters are quoted in cells
    writer.writerow([_safe(column) for column in columns])
    for row in rows:
        writer.writerow([_safe(cell) for cell in row])
    return made.getvalue()


def _safe(cell: object) -> object:
    if cell is None or (isinstance(cell, float) and cell != cell):
        return ""
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return f"'{cell}"
    return cell
