"""Several runs side by side: their curves in the same plots, their newest values in one table."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHeaderView, QScrollArea, QTableView

from haversack_gui.calls.runs import RunLine
from haversack_gui.look import Look
from haversack_gui.models.rows import Column, RowsModel
from haversack_gui.models.run_facts import title_of
from haversack_gui.theme import Palette
from haversack_gui.widgets.basics import column, holder, label
from haversack_gui.widgets.curve_plot import CurvePlot
from haversack_gui.widgets.table import ROW_HEIGHT, table
from haversack_gui.words import number, tr

Value = tuple[str, tuple[float | None, ...]]
TRAINING = "train/"
LEAST_COLUMN, LEAST_HEIGHT = 64, 180
GAP = "&nbsp;&nbsp;&nbsp; "


class ComparedCurves(CurvePlot):
    """Curves whose names begin with the place of their run, which has one colour in every plot."""

    def _ink(self, name: str, _place: int) -> tuple[str, bool]:
        run, _, curve = name.partition("/")
        return colour_of(self._palette, int(run)), curve.startswith(TRAINING)

    def _legend(self, _group: str) -> str:
        return ""  # one above all plots says which run has which colour


class RunComparison(QFrame):
    """Shown in place of one run while several are chosen."""

    def __init__(self, look: Look) -> None:
        """Begin without runs."""
        super().__init__()
        self._look = look
        self._lines: Sequence[RunLine] = ()
        self.setProperty("look", "card")
        self.title = label("", "title")
        self.legend = label("", "small")
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.curves = ComparedCurves(look.palette)
        self.model: RowsModel[Value] = RowsModel((), self)
        self.table: QTableView = table(
            self.model, tr("Newest values of the chosen runs"), sorts=False
        )
        self.table.setMinimumHeight(LEAST_HEIGHT)
        header = self.table.horizontalHeader()
        header.setMinimumSectionSize(LEAST_COLUMN)
        header.setTextElideMode(
            Qt.TextElideMode.ElideMiddle
        )  # numbers begin, names differ at their ends
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(holder(column(self.curves, None)))
        self.setLayout(column(self.title, self.legend, area, self.table, margin="l"))
        look.changed.connect(self._wear)

    def show_runs(self, lines: Sequence[RunLine]) -> None:
        """Show runs; curves of the same name share a plot."""
        self._lines = lines
        self.title.setText(tr("{count} runs compared").format(count=len(lines)))
        curves = {
            f"{place}/{name}": curve
            for place, line in enumerate(lines)
            for name, curve in line.state.curves.items()
            if name.startswith("val/") or name == "train/loss"
        }
        self.curves.clear()
        self.curves.show_curves(curves)
        titles = names(lines)
        self.legend.setText(self._key(titles, curves))
        known = dict.fromkeys(name for line in lines for name in line.state.metrics)
        columns: list[Column[Value]] = [Column(tr("Value"), lambda row: title_of(row[0]))]
        columns += [
            _column(title, place, colour_of(self._look.palette, place))
            for place, title in enumerate(titles)
        ]
        self.model.show(
            [(name, tuple(line.state.metrics.get(name) for line in lines)) for name in known],
            columns,
        )
        rows = ROW_HEIGHT * (self.model.rowCount() + 2)  # and the heads, and a bar below
        self.table.setMaximumHeight(max(rows, LEAST_HEIGHT))
        mode = QHeaderView.ResizeMode
        for place in range(len(columns)):
            self.table.horizontalHeader().setSectionResizeMode(
                place, mode.Stretch if place else mode.ResizeToContents
            )

    def _key(self, titles: Sequence[str], curves: Iterable[str]) -> str:
        parts = [
            f"<span style='color:{colour_of(self._look.palette, place)}'>●</span>&nbsp;"
            + html.escape(title).replace(" ", "&nbsp;")
            for place, title in enumerate(titles)
        ]
        if any(name.partition("/")[2].startswith(TRAINING) for name in curves):
            parts.append(tr("dashed: in training, solid: in validation"))
        return GAP.join(parts)

    def _wear(self) -> None:
        self.curves.clear()
        self.curves.wear(self._look.palette)
        self.show_runs(self._lines)


def colour_of(palette: Palette, place: int) -> str:
    """Give the colour of a run by its place among those that are compared."""
    return palette.curves[place % len(palette.curves)]


def names(lines: Sequence[RunLine]) -> list[str]:
    """Name each run by a number and its recipe, and by its time where recipes occur twice."""
    recipes = [line.recipe or line.run_id for line in lines]
    return [
        f"{number}: {recipe}"
        if recipes.count(recipe) == 1
        else f"{number}: {recipe}, {_time(line.run_id)}"
        for number, (recipe, line) in enumerate(zip(recipes, lines, strict=True), 1)
    ]


def _time(run_id: str) -> str:
    """Give the time of day that a run's id begins with, ``20261130-142305-train-e710``."""
    digits = run_id[9:15]
    return f"{digits[:2]}:{digits[2:4]}:{digits[4:]}" if digits.isdecimal() else run_id


def _column(title: str, place: int, colour: str) -> Column[Value]:
    return Column(title, lambda row: number(row[1][place]), number=True, colour=lambda _row: colour)
