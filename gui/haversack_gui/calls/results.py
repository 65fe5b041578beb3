"""What was measured on this machine, beside a volume's points and as a volume of its own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from haversack_gui import words
from haversack_gui.calls.pantry import OpenPantry
from haversack_gui.jobs import Changed, Told
from haversack_gui.words import tr

if TYPE_CHECKING:
    from haversack_gui.calls.front import Drawn


@dataclass(frozen=True, slots=True)
class Own:
    """A point that was measured here.

    Attributes:
        x: Converted as the volume's points are.
        y: Accuracy relative to the best of the volume on the same data.
        text: What the point is, a fact a line.
    """

    x: float
    y: float
    text: str


def own_points(pantry: OpenPantry, drawn: Drawn) -> list[Own]:
    """Give what was measured here, where it can be compared with a volume: same task and data."""
    from haversack.services.results import measured_rows

    rows = [row for row in measured_rows(pantry.engine) if row["task"] == drawn.loaded.task]
    found = []
    for row in rows:
        value, best = row.get(drawn.metric), _best_on(row.get("dataset"), drawn)
        metric = row.get("od_task_metric")
        if not value or not best or metric is None:
            continue
        x = drawn.best / value if math.isfinite(drawn.best) else float(value)
        found.append(Own(x, float(metric) / best, _text(row, drawn, x)))
    return found


def keep(pantry: OpenPantry, task: str, told: Told) -> Changed:
    """Put what was measured here for a task on the shelf as a golden volume."""
    from haversack.services.results import keep_results

    told.cancel.raise_if_cancelled()
    card = keep_results(pantry.engine, task)
    rows = words.count(card.rows or 0, "result", "results")
    return Changed(
        frozenset({"volumes"}), card.name, f"{rows} kept in the golden volume {card.name}."
    )


def _best_on(dataset: object, drawn: Drawn) -> float:
    """Give the best task metric of the volume on a data set; 0 where it has none."""
    frame = drawn.loaded.frame
    same = frame[frame["dataset"] == dataset] if "dataset" in frame.columns else frame
    best = 0.0
    for name in ("od_task_metric", "if_task_metric"):
        if name in same.columns and bool(same[name].notna().any()):
            best = max(best, float(same[name].max()))
    return best


def _text(row: dict[str, Any], drawn: Drawn, x: float) -> str:
    lines = [
        tr("Measured on this machine"),
        " ".join(str(row[name]) for name in ("backbone", "height", "quantization") if row[name]),
        f"{drawn.x_name}: {words.number(x)}",
        tr("task metric: {value}").format(value=words.number(row["od_task_metric"])),
    ]
    return "\n".join(line for line in lines if line)
