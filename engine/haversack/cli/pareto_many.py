"""``haversack pareto`` with several metrics, with every row's rank, or between two rows."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import RenderableType

from haversack.base.counting import counted
from haversack.base.files import write_text
from haversack.cli.command import Answer
from haversack.cli.output import Raw, plain_cell, table, to_csv

if TYPE_CHECKING:
    from haversack.pantry.pantry import Pantry
    from haversack.services.front import ManyResult
    from haversack.volume.objectives import Rows

WHOLE = ("backbone",)
_BESIDE = ("hardware", "dataset", "quantization", "backbone", "height")


def answer(
    volume: str,
    pantry: Pantry | None,
    metrics: Sequence[str],
    where: str | None,
    *,
    compare: tuple[int, int] | None,
    ranks: bool,
    csv: Path | None,
) -> Answer:
    """Answer in one of the three forms."""
    from haversack.services.front import front_of_metrics

    found = front_of_metrics(volume, pantry, metrics=metrics, where=where)
    if compare is not None:
        return _between(found, *compare)
    rows = _ranked(found) if ranks else _front(found)
    if csv is not None:
        text = to_csv(list(rows[0]), [list(row.values()) for row in rows])
        if str(csv) == "-":
            return Answer({"rows": rows}, [Raw(text)])
        write_text(csv, text)
    title = f"{found.volume}: {len(rows)} of {found.total}"
    alike, differing = told_once(rows, _BESIDE)
    columns = [name for name in rows[0] if name not in _BESIDE or name in differing]
    cells = [[row[name] for name in columns] for row in rows]
    shown: list[RenderableType] = [table(title, columns, cells, whole=WHOLE)]
    shown += [f"all of them: {alike}"] if alike else []
    if found.asked.excluded:
        shown.append(left_out(found.asked.excluded))
    if csv is not None:
        shown = [f"{counted(len(rows), 'row')}: {csv}"]
    data = {
        "volume": found.volume,
        "metrics": [column.name for column in found.asked.columns],
        "where": where,
        "ids": found.ids,
        "knee": None if found.knee is None else int(found.asked.ids[found.knee]),
        "excluded": found.asked.excluded,
        "rows": rows,
    }
    return Answer(data, shown)


def told_once(rows: Sequence[dict[str, Any]], names: Sequence[str]) -> tuple[str, list[str]]:
    """Tell apart what is the same in all of several rows from what differs.

    Args:
        rows: The rows of an answer.
        names: Columns that are looked at; those that hold nothing are left out.

    Returns:
        What is the same as words, and the names of the columns that differ.
    """
    held = [name for name in names if any(row.get(name) is not None for row in rows)]
    differing = [n for n in held if len(rows) == 1 or len({row.get(n) for row in rows}) > 1]
    alike = [f"{name} {plain_cell(rows[0].get(name))}" for name in held if name not in differing]
    return "; ".join(alike), differing


def left_out(excluded: Mapping[str, int]) -> str:
    """Say how many rows an answer lacks, by cause."""
    causes = ", ".join(f"{cause}: {count}" for cause, count in excluded.items())
    return f"not measured or not usable: {causes}"


def cook_line(recipe_id: int, volume: str, pantry: Path | None) -> str:
    """Say how a row is cooked."""
    words = ["haversack", "recipe", "cook", str(recipe_id), "--volume", volume]
    words += [] if pantry is None else ["--pantry", str(pantry)]
    return f"cook one: {shlex.join(words)}"


def _front(found: ManyResult) -> list[dict[str, Any]]:
    beside = _beside(found, found.rows)
    return [
        {**_row(found, place, beside), "knee": "knee" if place == found.knee else None}
        for place in found.rows.tolist()
    ]


def _ranked(found: ManyResult) -> list[dict[str, Any]]:
    import numpy as np

    from haversack.volume.ranks import DOMINATED_BY, FRONT, ranks

    gains = found.asked.gains
    numbers, counts = ranks(found.asked)
    beside = _beside(found, np.arange(len(numbers)))
    order = sorted(range(len(numbers)), key=lambda place: (numbers[place], -gains[place, 0]))
    return [
        {
            **_row(found, place, beside),
            FRONT: int(numbers[place]),
            DOMINATED_BY: int(counts[place]),
        }
        for place in order
    ]


def _row(found: ManyResult, place: int, beside: dict[str, dict[int, Any]]) -> dict[str, Any]:
    recipe_id = int(found.asked.ids[place])
    values = found.asked.values[place].tolist()
    named = zip(found.asked.columns, values, strict=True)
    return {
        "id": recipe_id,
        **{column.name: value for column, value in named},
        **{name: cells[recipe_id] for name, cells in beside.items()},
    }


def _beside(found: ManyResult, places: Rows) -> dict[str, dict[int, Any]]:
    frame = found.opened.rows_of(found.asked.ids[places].tolist())
    ids = frame["id"].tolist()
    names = [name for name in _BESIDE if name in frame and frame[name].notna().any()]
    cells = {n: frame[n].astype(object).where(frame[n].notna(), None).tolist() for n in names}
    return {name: dict(zip(ids, values, strict=True)) for name, values in cells.items()}


def _between(found: ManyResult, first: int, second: int) -> Answer:
    from haversack.volume.objectives import compare

    verdict, differences = compare(found.asked, first, second)
    words = {0: "", 1: "worse", 2: "better"}
    rows = [(d.name, d.first, d.second, words[d.better], d.words) for d in differences]
    title = f"from {first} to {second}: {verdict}"
    shown = table(title, ("", str(first), str(second), "", "change"), rows)
    data = {"from": first, "to": second, "verdict": verdict, "differences": differences}
    return Answer(data, [shown])
