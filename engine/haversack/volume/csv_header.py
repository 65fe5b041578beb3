"""The header of a CSV: one row of names, or the two rows of an older golden frame.

pandas writes columns with two levels as two rows (``od,od`` over ``inf_rate_ms,size_MB``) and,
where the index has names, a third with those alone.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from haversack.volume.columns import column

LONGEST_LINE = 1 << 22


@dataclass(frozen=True, slots=True)
class Header:
    """The names of a table's columns.

    Attributes:
        names: One name a column; levels are joined with an underscore.
        rows: How many rows of the file it takes.
    """

    names: tuple[str, ...]
    rows: int


def read_header(path: Path) -> Header:
    """Read the header of a CSV in UTF-8; what is no CSV gets a header that fits nothing."""
    first, second, third = _first_rows(path)
    single = Header(tuple(first), 1)
    if len(first) != len(second) or not _may_be_names(second):
        return single
    names = joined_levels(first, second)
    rows = 2
    if len(third) == len(first) and _names_of_the_index(third, names):
        names = [own or name for own, name in zip(third, names, strict=True)]
        rows = 3
    names = [name or f"column_{place}" for place, name in enumerate(names, 1)]
    return Header(tuple(names), rows) if _known(names) > _known(first) else single


def joined_levels(tops: Sequence[str], subs: Sequence[str]) -> list[str]:
    """Join two levels of names; a blank top goes on with the one before where that is a column."""
    names, before = [], ""
    for top, sub in zip(map(_plain, tops), map(_plain, subs), strict=True):
        before = top or before
        under = flat_name((before, sub))
        names.append(under if not top and sub and column(under) else flat_name((top, sub)))
    return names


def flat_name(levels: Sequence[object]) -> str:
    """Join the levels of a name with an underscore, without those that only fill a place."""
    return "_".join(filter(None, map(_plain, levels)))


def _plain(level: object) -> str:
    text = str(level).strip()
    return "" if text.startswith("Unnamed:") else text


def _first_rows(path: Path) -> list[list[str]]:
    with path.open("rb") as file:
        lines = [file.readline(LONGEST_LINE).decode("utf-8-sig", "replace") for _ in range(3)]
    return [_cells(line) for line in lines]


def _cells(line: str) -> list[str]:
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error:  # a cell that goes on in the next line, or a huge one
        return []


def _may_be_names(cells: Sequence[str]) -> bool:
    return not any(cell[:1].isdigit() or cell[:1] in "+-." for cell in cells if cell)


def _names_of_the_index(third: Sequence[str], names: Sequence[str]) -> bool:
    """Say whether a row holds names of columns, all over columns that had none of ours so far."""
    own = next((place for place, cell in enumerate(third) if not cell), len(third))
    return _known(third) > 0 and not any(third[own:]) and _known(names[:own]) == 0


def _known(names: Sequence[str]) -> int:
    return len({name for name in names if column(name)})
