"""Several runs side by side: their curves in the same plots, their newest values in one table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QTableView

from haversack_gui.calls.runs import RunLine
from haversack_gui.look import Look
from haversack_gui.models.rows import Column, RowsModel
from haversack_gui.widgets.basics import column, holder, label
from haversack_gui.widgets.curve_plot import CurvePlot
from haversack_gui.widgets.table import table
from haversack_gui.words import number, tr

Value = tuple[str, tuple[float | None, ...]]


class RunComparison(QFrame):
    """Shown in place of one run while several are chosen."""

    def __init__(self, look: Look) -> None:
        """Begin without runs."""
        super().__init__()
        self.setProperty("look", "card")
        self.title = label("", "title")
        self.curves = CurvePlot(look.palette)
        self.model: RowsModel[Value] = RowsModel((), self)
        self.table: QTableView = table(
            self.model, tr("Newest values of the chosen runs"), sorts=False
        )
        self.table.setMinimumHeight(180)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(holder(column(self.curves, None)))
        self.setLayout(column(self.title, area, self.table, margin="l"))
        look.changed.connect(lambda: self.curves.wear(look.palette))

    def show_runs(self, lines: Sequence[RunLine]) -> None:
        """Show runs; curves of the same name share a plot."""
        self.title.setText(tr("{count} runs compared").format(count=len(lines)))
        titles = names(lines)
        self.curves.clear()
        self.curves.show_curves(
            {
                f"{title} {name}": curve
                for title, line in zip(titles, lines, strict=True)
                for name, curve in line.state.curves.items()
                if name.startswith("val/") or name == "train/loss"
            }
        )
        known = dict.fromkeys(name for line in lines for name in line.state.metrics)
        columns: list[Column[Value]] = [Column(tr("Value"), lambda row: row[0])]
        columns += [_column(title, place) for place, title in enumerate(titles)]
        self.model.show(
            [(name, tuple(line.state.metrics.get(name) for line in lines)) for name in known],
            columns,
        )
        self.table.resizeColumnsToContents()


def names(lines: Sequence[RunLine]) -> list[str]:
    """Name each run by its recipe, and by its time where recipes occur twice."""
    recipes = [line.recipe or line.run_id for line in lines]
    return [
        recipe if recipes.count(recipe) == 1 else f"{recipe}, {_time(line.run_id)}"
        for recipe, line in zip(recipes, lines, strict=True)
    ]


def _time(run_id: str) -> str:
    """Give the time of day that a run's id begins with, ``20261130-142305-train-e710``."""
    digits = run_id[9:15]
    return f"{digits[:2]}:{digits[2:4]}:{digits[4:]}" if digits.isdecimal() else run_id


def _column(title: str, place: int) -> Column[Value]:
    return Column(title, lambda row: number(row[1][place]), number=True)
