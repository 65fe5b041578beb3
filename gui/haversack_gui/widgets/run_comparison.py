"""Several runs side by side: their curves in the same plots, their newest values in one table."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHeaderView, QScrollArea, QTableView

from haversack_gui.calls.runs import RunLine
from haversack_gui.look import Look
from haversack_gui.models.rows import Column, RowsModel
from haversack_gui.models.run_facts import title_of
from haversack_gui.theme import SPACE, Palette
from haversack_gui.widgets.basics import column, holder, label
from haversack_gui.widgets.curve_plot import CurvePlot
from haversack_gui.widgets.table import ROW_HEIGHT, table
from haversack_gui.words import as_written, number, tr

Value = tuple[str, tuple[float | None, ...]]
TRAINING = "train/"
LEAST_COLUMN, LEAST_HEIGHT = 64, 180
NAMED_COLUMN = 108
"""From which width on a run's column bears its name, not its number alone."""
LEAST_NAME, PADDING = 150, 24
BAR = 14
GAP = "&nbsp;&nbsp;&nbsp; "


class ComparedCurves(CurvePlot):
    """Curves whose names begin with the place of their run, which has one colour in every plot."""

    def _ink(self, name: str, _place: int) -> tuple[str, bool]:
        run, _, curve = name.partition("/")
        return colour_of(self._palette, int(run)), curve.startswith(TRAINING)

    def _legend(self, _group: str) -> str:
        return ""  # one above all plots says which run has which colour


class ValueRows(RowsModel[Value]):
    """Values of runs, whose names stand before the rows and stay in sight."""

    numbered = False

    def headerData(  # noqa: N802 - Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Give the title of a column, its number where it is narrow, or the name of a value."""
        if orientation == Qt.Orientation.Vertical and section < len(self.rows):
            name = self.columns[0].text(self.rows[section])
            tip = role == Qt.ItemDataRole.ToolTipRole
            return (
                as_written(name) if tip else name if role == Qt.ItemDataRole.DisplayRole else None
            )
        if self.numbered and section and role == Qt.ItemDataRole.DisplayRole:
            return str(section)
        return super().headerData(section, orientation, role)


class RunComparison(QFrame):
    """Shown in place of one run while several are chosen."""

    def __init__(self, look: Look) -> None:
        """Begin without runs."""
        super().__init__()
        self._look = look
        self._lines: Sequence[RunLine] = ()
        self._dashed = False
        self.setProperty("look", "card")
        self.title = label("", "title")
        self.legend = label("", "small")
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.curves = ComparedCurves(look.palette)
        self.model = ValueRows((), self)
        self.table: QTableView = table(
            self.model, tr("Newest values of the chosen runs"), sorts=False
        )
        self.table.setMinimumHeight(LEAST_HEIGHT)
        self._names = self.table.verticalHeader()
        self._names.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._names.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.table.setCornerButtonEnabled(False)
        self._names.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self._names.show()
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
        self._dashed = any(name.partition("/")[2].startswith(TRAINING) for name in curves)
        known = dict.fromkeys(name for line in lines for name in line.state.metrics)
        columns: list[Column[Value]] = [Column(tr("Value"), lambda row: title_of(row[0]))]
        columns += [
            _column(title, place, colour_of(self._look.palette, place))
            for place, title in enumerate(titles)
        ]
        self.model.show(
            [
                (name, tuple(line.state.metrics.get(name) for line in lines))
                for name in sorted(known, key=lambda name: name.startswith(TRAINING))
            ],
            columns,
        )
        rows = ROW_HEIGHT * (self.model.rowCount() + 2)  # and the heads, and a bar below
        self.table.setMaximumHeight(max(rows, LEAST_HEIGHT))
        self.table.setColumnHidden(0, True)  # it is that of the names, which stand before the rows
        for place in range(1, len(columns)):
            self.table.horizontalHeader().setSectionResizeMode(
                place, QHeaderView.ResizeMode.Stretch
            )
        self._share()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Share the new width between the names and the runs."""
        super().resizeEvent(event)
        self._share()

    def _share(self) -> None:
        """Let the names have what the numbers leave, and the legend's as much as its lines."""
        runs = len(self._lines)
        if not runs:
            return
        room = self.contentsRect().width() - 2 * SPACE["l"]
        text = self._names.fontMetrics().horizontalAdvance
        whole = max((text(title_of(name)) for name, _ in self.model.rows), default=0) + PADDING
        left = room - BAR
        self.model.numbered = (left - LEAST_NAME) // runs < NAMED_COLUMN
        least = LEAST_COLUMN if self.model.numbered else NAMED_COLUMN
        self._names.setFixedWidth(min(whole, max(left - runs * least, LEAST_NAME)))
        self.model.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, runs)
        self.legend.setText(self._key(max(LEAST_NAME, room // runs - 2 * PADDING)))

    def _key(self, room: int) -> str:
        metrics, dots = self.legend.fontMetrics(), Qt.TextElideMode.ElideMiddle
        parts = [
            f"<span style='color:{colour_of(self._look.palette, place)}'>●</span>&nbsp;"
            + _in_one_line(metrics.elidedText(title, dots, room))
            for place, title in enumerate(names(self._lines))
        ]
        if self._dashed:
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


def _in_one_line(text: str) -> str:
    """Let neither a space nor dots end a line."""
    return html.escape(text).replace(" ", "&nbsp;").replace("…", "&#8288;…&#8288;")


def _column(title: str, place: int, colour: str) -> Column[Value]:
    return Column(title, lambda row: number(row[1][place]), number=True, colour=lambda _row: colour)
