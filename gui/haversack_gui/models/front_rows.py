"""The rows of an answer as the front page lists and describes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from haversack_gui.models.rows import Column
from haversack_gui.words import number, tr

if TYPE_CHECKING:
    from haversack_gui.calls.front import Drawn

SHOWN = (
    ("dataset", "Data"),
    ("backbone", "Backbone"),
    ("height", "Size, px"),
    ("quantization", "Quantization"),
    ("hardware", "Hardware"),
    ("od_inf_rate_ms", "Time, ms"),
    ("od_size_MB", "Size, MB"),
    ("od_task_metric", "Metric on device"),
)


@dataclass(frozen=True, slots=True)
class FrontRow:
    """One line of the list.

    Attributes:
        rank: Its place in the list, from 1.
        place: Its position among the measured rows.
        id: Its id in the volume.
    """

    rank: int
    place: int
    id: int


FrontColumn = Column[FrontRow]


def columns_for(drawn: Drawn) -> tuple[FrontColumn, ...]:
    """Give the columns that the volume can fill."""
    made: list[FrontColumn] = [
        Column("#", lambda line: str(line.rank), number=True),
        Column(tr("Recipe"), lambda line: str(line.id), number=True),
        Column(tr("Accuracy"), lambda line: number(float(drawn.y[line.place])), number=True),
        Column(drawn.x_name, lambda line: number(float(drawn.x[line.place])), number=True),
    ]
    paretoness = drawn.paretoness
    if paretoness is not None:
        made.append(
            Column(
                tr("Paretoness"), lambda line: number(float(paretoness[line.place])), number=True
            )
        )
    frame = drawn.loaded.frame
    for name, title in SHOWN:
        if name == "dataset" and not _several(drawn, name):
            continue
        if name in frame.columns and bool(frame[name].notna().any()):
            made.append(_column(drawn, name, tr(title)))
    return tuple(made)


def describe(drawn: Drawn, place: int) -> str:
    """Say what a point is, a fact a line."""
    row = drawn.loaded.frame.iloc[int(drawn.rows[place])]
    lines = [
        tr("Recipe {id}").format(id=row["id"]),
        f"{drawn.y_name}: {number(float(drawn.y[place]))}",
        f"{drawn.x_name}: {number(float(drawn.x[place]))}",
    ]
    for name, title in SHOWN:
        if name in row.index and (text := _text(row[name])) != "—":
            lines.append(f"{tr(title)}: {text}")
    return "\n".join(lines)


def headline(drawn: Drawn, place: int) -> str:
    """Say in one line which recipe it is and why one would want it."""
    row = drawn.loaded.frame.iloc[int(drawn.rows[place])]
    facts = [
        _text(row[name]) + (" px" if name == "height" else "")
        for name in ("dataset", "backbone", "height", "quantization", "hardware")
        if name in row.index and (name in ("backbone", "height") or _several(drawn, name))
    ]
    return tr("Recipe {id}: {facts}; accuracy {accuracy}, {x} {x_name}").format(
        id=row["id"],
        facts=", ".join(facts),
        accuracy=number(float(drawn.y[place])),
        x=number(float(drawn.x[place])),
        x_name=drawn.x_name.removeprefix("x "),
    )


def _several(drawn: Drawn, name: str) -> bool:
    """Say whether a volume has more than one value of a column, so that one tells something."""
    return len(drawn.loaded.values.get(name, ())) > 1


def _column(drawn: Drawn, name: str, title: str) -> FrontColumn:
    values = drawn.loaded.frame[name]
    return Column(
        title,
        lambda line: _text(values.iat[int(drawn.rows[line.place])]),
        number=values.dtype.kind in "fiu",
    )


def _text(value: Any) -> str:
    import pandas as pd

    if value is None or pd.isna(value):
        return "—"
    return number(float(value)) if isinstance(value, (int, float)) else str(value)
