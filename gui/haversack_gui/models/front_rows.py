"""The rows of an answer as the front page lists and describes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from haversack_gui.models.rows import Column
from haversack_gui.words import number, tr

if TYPE_CHECKING:
    from haversack_gui.calls.front import Drawn

SHOWN = (
    ("backbone", "Backbone"),
    ("height", "Size, px"),
    ("quantization", "Quantization"),
    ("hardware", "Hardware"),
    ("od_inf_rate_ms", "Time, ms"),
    ("od_size_MB", "Size, MB"),
    ("od_task_metric", "Metric on device"),
    ("dataset", "Data"),
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


def rows_of(drawn: Drawn) -> list[FrontRow]:
    """Give the lines of the list in the order of the answer."""
    ids = drawn.frame["id"].to_numpy()
    return [
        FrontRow(rank, place, int(ids[place])) for rank, place in enumerate(drawn.listed, start=1)
    ]


def columns_for(drawn: Drawn) -> tuple[Column[FrontRow], ...]:
    """Give the columns that the volume can fill."""
    made: list[Column[FrontRow]] = [
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
    for name, title in SHOWN:
        if name in drawn.frame.columns and bool(drawn.frame[name].notna().any()):
            made.append(_column(drawn.frame[name].to_numpy(), tr(title)))
    return tuple(made)


def describe(drawn: Drawn, place: int) -> str:
    """Say what a point is, a fact a line."""
    row = drawn.frame.iloc[place]
    lines = [
        tr("Recipe {id}").format(id=row["id"]),
        f"{drawn.y_name}: {number(float(drawn.y[place]))}",
        f"{drawn.x_name}: {number(float(drawn.x[place]))}",
    ]
    for name, title in SHOWN:
        if name in drawn.frame.columns and row[name] == row[name] and row[name] is not None:
            lines.append(f"{title}: {_text(row[name])}")
    return "\n".join(lines)


def headline(drawn: Drawn, place: int) -> str:
    """Say in one line which recipe it is and why one would want it."""
    row = drawn.frame.iloc[place]
    facts = [
        _text(row[name])
        for name in ("backbone", "height", "quantization", "hardware")
        if name in drawn.frame.columns
    ]
    return tr("Recipe {id}: {facts}; accuracy {accuracy}, {x} {x_name}").format(
        id=row["id"],
        facts=", ".join(facts),
        accuracy=number(float(drawn.y[place])),
        x=number(float(drawn.x[place])),
        x_name=drawn.x_name,
    )


def _column(values: Any, title: str) -> Column[FrontRow]:
    return Column(title, lambda line: _text(values[line.place]), number=values.dtype.kind in "fiu")


def _text(value: Any) -> str:
    if value is None or value != value:
        return "—"
    return number(float(value)) if isinstance(value, (int, float)) else str(value)
