"""A CSV beside the pictures: one row for each, with its file and its class."""

from __future__ import annotations

import csv
import io
from pathlib import PurePosixPath

from haversack.base.counting import counted
from haversack.data.byod.records import SPLITS, Found, Labelled, Problem, is_picture
from haversack.data.byod.wanted import Wanted
from haversack.data.errors import DataError
from haversack.data.readers.members import Members

FILE_COLUMNS = ("file", "filename", "file_name", "path", "image", "picture")
LABEL_COLUMNS = ("label", "class", "category", "target")
SEPARATORS = (",", ";", "\t")
"""Between fields; spreadsheets write semicolons where a comma is the decimal sign."""
_HINT = f"Name the columns {FILE_COLUMNS[0]!r} and {LABEL_COLUMNS[0]!r}, in UTF-8."


def tables_of(members: Members) -> list[str]:
    """Give the CSV files at the top of a set."""
    return [name for name in members.names() if name.lower().endswith(".csv") and "/" not in name]


def read_csv_labels(members: Members, wanted: Wanted | None = None) -> Found:
    """Read the one CSV at the top; a column ``split`` is taken where there is one.

    Raises:
        DataError: There is not exactly one, it has no columns for file and class, or none of the
            pictures that it names is there.
    """
    tables = tables_of(members)
    if len(tables) != 1:
        raise DataError(f"{members.label} has {len(tables)} CSV files at its top", "Give one.")
    content = members.read(tables[0])
    try:
        text = content.decode("utf-8-sig")
        rows = csv.DictReader(io.StringIO(text), strict=True, delimiter=_separator(text))
        columns = {str(name).strip().lower(): str(name) for name in rows.fieldnames or ()}
        if {"xmin", "xmax"} <= set(columns):
            raise DataError(
                f"{tables[0]} has boxes (columns xmin and xmax), which are not read from a CSV",
                "Write them as COCO, Pascal VOC or YOLO and import that.",
            )
        file = next((columns[name] for name in FILE_COLUMNS if name in columns), None)
        label = next((columns[name] for name in LABEL_COLUMNS if name in columns), None)
        if file is None or label is None:
            there = ", ".join(columns)
            what = f"{tables[0]} has no columns for file and class; its columns are: {there}"
            raise DataError(what, _HINT)
        group = _group_column(wanted, columns, tables[0])
        pictures: list[Labelled] = []
        problems: list[Problem] = []
        for number, row in enumerate(rows, 2):
            name = _path(row[file])
            said = (row[label] or "").strip()
            if None in row:
                problems.append(Problem(f"{tables[0]}, line {number}", "has too many fields"))
                continue
            if not name or not said:
                problems.append(Problem(f"{tables[0]}, line {number}", "has no file or no class"))
                continue
            split = SPLITS.get((row.get(columns.get("split", "")) or "").strip().lower(), "")
            pictures.append(Labelled(name, said, split=split, group=(row.get(group) or "").strip()))
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{tables[0]} is no CSV in UTF-8: {error}", _HINT) from error
    if pictures and not any(one.picture in members for one in pictures):
        raise _none_there(members, tables[0], text, file, pictures)
    return Found("csv", "classification", tuple(pictures), tuple(problems))


def _path(cell: str | None) -> str:
    return (cell or "").strip().replace("\\", "/").removeprefix("./")


def _none_there(
    members: Members, table: str, text: str, column: str, named: list[Labelled]
) -> DataError:
    """Say where the pictures were looked for, and what of the set would help."""
    first = named[0].picture
    what = (
        f"no picture that {table} names is in {members.label} "
        f"({counted(len(named), 'name')}, the first {first})"
    )
    there = [name for name in members.names() if is_picture(name)]
    alike = {PurePosixPath(name).stem: name for name in there}
    stems = (PurePosixPath(one.picture).stem for one in named)
    found = next((alike[stem] for stem in stems if stem in alike), "")
    other = _column_of_pictures(members, text)
    if other:
        called = f"call it alone {FILE_COLUMNS[0]!r}"
        remedy = f"The column {other!r} names pictures that are there: {called}."
    elif found:
        remedy = f"There is {found}: write the names like that."
    elif there:
        remedy = f"Pictures that are there have other names, such as {there[0]}."
    else:
        remedy = f"There is no picture: put {table} at the top of the folder that holds them."
    return DataError(
        what, f"The names of its column {column!r} are looked for from that folder on. {remedy}"
    )


def _column_of_pictures(members: Members, text: str) -> str:
    """Give the first column of a table that names a picture of the set; empty where none does."""
    rows = csv.DictReader(io.StringIO(text), delimiter=_separator(text))
    for row in rows:
        for column, cell in row.items():
            if isinstance(column, str) and isinstance(cell, str):
                name = _path(cell)
                if is_picture(name) and name in members:
                    return column
    return ""


def _separator(text: str) -> str:
    """Give what the first line has most of; a comma where it has none of them."""
    return max(SEPARATORS, key=text.partition("\n")[0].count)


def _group_column(wanted: Wanted | None, columns: dict[str, str], table: str) -> str:
    """Give the column that groups as the table spells it; empty where none is asked for."""
    if wanted is None or not wanted.group_column:
        return ""
    name = wanted.group_column.strip().lower()
    if name not in columns:
        raise DataError(f"{table} has no column {name!r}", f"It has: {', '.join(columns)}.")
    return columns[name]
