"""Live curves of a run: one small plot for each kind of value, train and validation together."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from haversack_gui.theme import Palette
from haversack_gui.widgets.basics import label, row
from haversack_gui.words import number, tr

Curve = Sequence[tuple[int, float]]
COLUMNS = 2
LEARNING_RATE = "learning_rate"
"""Has one curve, which needs no name."""
TITLES = {"map": "mAP", "map_50": "mAP50", "map_75": "mAP75", "miou": "Mean IoU", "f1": "F1"}
_RICH = Qt.TextFormat.RichText


class CurvePlot(QWidget):
    """Plots curves by their last word: ``train/loss`` and ``val/loss`` share one plot."""

    def __init__(self, palette: Palette) -> None:
        """Begin without curves."""
        super().__init__()
        self._palette = palette
        self._plots: dict[str, pg.PlotWidget] = {}
        self._lines: dict[str, pg.PlotDataItem] = {}
        self._legends: dict[str, QLabel] = {}
        self._curves: dict[str, Curve] = {}
        self._holders: list[QWidget] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)
        self.setAccessibleName(tr("Curves of the run"))

    def wear(self, palette: Palette) -> None:
        """Take the colours of a palette."""
        self._palette = palette
        curves, self._curves = self._curves, {}
        self.clear()
        self.show_curves(curves)

    def clear(self) -> None:
        """Show nothing."""
        for holder in self._holders:
            self._grid.removeWidget(holder)
            holder.hide()  # it is deleted only after the next picture may have been drawn
            holder.deleteLater()
        self._holders.clear()
        self._plots.clear()
        self._lines.clear()
        self._legends.clear()
        self._curves = {}

    def show_curves(self, curves: Mapping[str, Curve]) -> None:
        """Show the curves as they stand; only those that grew are drawn anew."""
        for name, points in curves.items():
            if self._curves.get(name) is points:
                continue
            if name not in self._lines:
                self._add(name)
            steps = [step for step, _ in points]
            self._lines[name].setData(
                steps, [value for _, value in points], symbol="o" if len(steps) < 40 else None
            )
        self._curves = dict(curves)
        for group in self._plots:
            self._legends[group].setText(self._legend(group))

    def accessible_text(self) -> str:
        """Say the newest values in words."""
        return "; ".join(
            f"{name} {number(points[-1][1])}" for name, points in self._curves.items() if points
        )

    def _add(self, name: str) -> None:
        group = _group(name)
        if group not in self._plots:
            self._add_plot(group)
        colour, dashed = self._ink(name, sum(_group(known) == group for known in self._lines))
        style = Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
        line = pg.PlotDataItem(
            pen=pg.mkPen(colour, width=2, style=style),
            symbolSize=5,
            symbolPen=None,
            symbolBrush=pg.mkBrush(colour),
        )
        line.setDownsampling(auto=True)
        line.setClipToView(True)
        self._plots[group].addItem(line)
        self._lines[name] = line

    def _ink(self, _name: str, place: int) -> tuple[str, bool]:
        """Give a curve's colour, by its place in its plot, and whether it is dashed."""
        return self._palette.curves[place % len(self._palette.curves)], False

    def _add_plot(self, group: str) -> None:
        plot = pg.PlotWidget(background=self._palette.surface)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setMinimumSize(120, 150)
        plot.setMaximumHeight(260)
        plot.showGrid(x=True, y=True, alpha=0.15)
        for side in ("left", "bottom"):
            axis = plot.getAxis(side)
            axis.setPen(pg.mkPen(self._palette.line_strong))
            axis.setTextPen(pg.mkPen(self._palette.text))
            axis.enableAutoSIPrefix(False)
        plot.setLabel("bottom", tr("step"))
        legend = label("", "small")
        legend.setTextFormat(_RICH)
        legend.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        holder = QWidget()
        inside = QVBoxLayout(holder)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(2)
        head = row(label(_title(group), "lead", wrap=False), legend)
        head.setStretch(1, 1)
        inside.addLayout(head)
        inside.addWidget(plot)
        self._holders.append(holder)
        place = len(self._plots)
        self._grid.addWidget(holder, place // COLUMNS, place % COLUMNS)
        self._plots[group] = plot
        self._legends[group] = legend

    def _legend(self, group: str) -> str:
        parts = []
        members = [name for name in self._lines if _group(name) == group]
        for place, name in enumerate(members):
            colour, _ = self._ink(name, place)
            points = self._curves.get(name, ())
            value = number(points[-1][1]) if points else "—"
            source = "" if group == LEARNING_RATE else html.escape(name.rpartition("/")[0] or name)
            parts.append(f"<span style='color:{colour}'>●</span> {source} <b>{value}</b>")
        return " &nbsp;".join(parts)


def _group(name: str) -> str:
    return name.rpartition("/")[2]


def _title(group: str) -> str:
    return tr(TITLES[group]) if group in TITLES else group.replace("_", " ").capitalize()
