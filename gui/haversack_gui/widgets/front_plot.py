"""The scatter of accuracy against a metric: points as a picture, those that matter as items."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtWidgets import QToolTip, QVBoxLayout, QWidget

from haversack_gui import words
from haversack_gui.theme import Palette
from haversack_gui.widgets.points_item import PointsItem
from haversack_gui.widgets.raster import Points, nearest
from haversack_gui.words import tr

REACH = 14.0
SIGNS = (("o", "●"), ("s", "■"), ("t", "▼"), ("star", "★"), ("p", "⬟"))
"""The signs of groups, as the plot and as a text draw them; what was measured here is a ▲."""
Codes = NDArray[np.int64]


class FrontPlot(QWidget):
    """Up and right is better. Emits the index of a point that is clicked; -1 for none."""

    clicked = Signal(int, bool)

    def __init__(self, describe: Callable[[int], str]) -> None:
        """Begin without points; ``describe`` gives a point's tooltip."""
        super().__init__()
        self._describe = describe
        self._x: Points = np.empty(0)
        self._y: Points = np.empty(0)
        self._own: list[tuple[float, float, str]] = []
        self._front: list[int] = []
        self._top: list[int] = []
        self._chosen: list[int] = []
        self.setAccessibleName(tr("Scatter of accuracy against the chosen metric"))
        self.plot = pg.PlotWidget(background=None, enableMenu=False)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.bulk = PointsItem()
        self.line = pg.PlotDataItem()
        self.group_items = pg.ScatterPlotItem()
        self.top_items = pg.ScatterPlotItem()
        self.front_items = pg.ScatterPlotItem()
        self.own_items = pg.ScatterPlotItem()
        self.chosen_items = pg.ScatterPlotItem()
        for depth, item in enumerate(
            (
                self.bulk,
                self.group_items,
                self.line,
                self.top_items,
                self.front_items,
                self.own_items,
                self.chosen_items,
            )
        ):
            item.setZValue(depth)
            self.plot.addItem(item)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.plot)
        self._codes: Codes | None = None
        self._kept: NDArray[np.bool_] | None = None
        self._hovered = -1
        self._logs = (False, False)
        self.plot.scene().sigMouseMoved.connect(self._hover)
        self.plot.scene().sigMouseClicked.connect(self._click)

    def wear(self, palette: Palette) -> None:
        """Take the colours of a palette."""
        self.plot.setBackground(palette.surface)
        for name in ("left", "bottom"):
            axis = self.plot.getAxis(name)
            axis.setPen(pg.mkPen(palette.line_strong))
            axis.setTextPen(pg.mkPen(palette.text))
            axis.setStyle(maxTickLevel=1)  # finer lines of the grid cost more than the points
        self.plot.showGrid(x=True, y=True, alpha=0.15)
        self.bulk.set_colours(palette.plot_bulk, palette.line)
        self._brushes = [pg.mkBrush(colour) for colour in group_colours(palette)]
        self._front_brush = pg.mkBrush(palette.plot_front)
        self._front_pens = (
            pg.mkPen(palette.surface, width=1),
            pg.mkPen(palette.plot_front, width=2),
        )
        self.group_items.setPen(pg.mkPen(palette.surface, width=1))
        self.group_items.setSize(10)
        self.line.setPen(pg.mkPen(palette.plot_front, width=2))
        self.top_items.setPen(pg.mkPen(palette.surface, width=1))
        self.top_items.setBrush(pg.mkBrush(palette.plot_top))
        self.top_items.setSymbol("d")
        self.top_items.setSize(11)
        self.own_items.setPen(pg.mkPen(palette.surface, width=1))
        self.own_items.setBrush(pg.mkBrush(palette.plot_own))
        self.own_items.setSymbol("t1")
        self.own_items.setSize(15)
        self.chosen_items.setPen(pg.mkPen(palette.plot_chosen, width=2))
        self.chosen_items.setBrush(pg.mkBrush(None))
        self.chosen_items.setSize(18)

    def show_points(
        self,
        x: Points,
        y: Points,
        x_name: str,
        y_name: str,
        *,
        log: bool = False,
        log_accuracy: bool = False,
    ) -> None:
        """Show all points.

        Args:
            x: Converted metric, shape (n,); larger is better.
            y: Accuracy, shape (n,).
            x_name: Words under the axis.
            y_name: Words beside the axis.
            log: Whether the metric's axis is logarithmic.
            log_accuracy: Whether that of the accuracy is; what is not above 0 is left out.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            self._x = np.log10(x) if log else x
            self._y = np.log10(y) if log_accuracy else y
        self._front, self._top, self._chosen, self._own = [], [], [], []
        self._codes = self._kept = None
        self._logs = (log, log_accuracy)
        for side, wanted in (("bottom", log), ("left", log_accuracy)):
            axis = self.plot.getAxis(side)
            axis.setLogMode(wanted)
            axis.enableAutoSIPrefix(False)
        self.bulk.set_points(self._x, self._y)
        self.group_items.clear()
        self.plot.setLabel("bottom", f"{html.escape(x_name)}  →")
        self.plot.setLabel("left", f"{html.escape(y_name)}  →")
        self.show_front(())
        self.show_top(())
        self.show_chosen(())
        self.show_own(())
        self.plot.enableAutoRange()

    def show_front(self, indexes: Iterable[int]) -> None:
        """Join and mark the exact front; ``indexes`` count the points."""
        self._front = sorted(indexes, key=lambda place: (self._x[place], -self._y[place]))
        self.line.setData(self._x[self._front], self._y[self._front])
        self._draw_front()

    def show_groups(self, codes: Codes | None) -> None:
        """Tell the points apart by colour and sign.

        Args:
            codes: The group of each point, shape (n,), -1 for none; None where none are shown.
        """
        self._codes = codes
        self._draw_groups()
        self._draw_front()

    def show_top(self, indexes: Iterable[int]) -> None:
        """Mark the best of the fuzzy ranking."""
        self._top = list(indexes)
        self.top_items.setData(self._x[self._top], self._y[self._top])

    def show_chosen(self, indexes: Sequence[int]) -> None:
        """Ring what is chosen in the table."""
        self._chosen = list(indexes)
        self.chosen_items.setData(self._x[self._chosen], self._y[self._chosen])

    def show_own(self, points: Sequence[tuple[float, float, str]]) -> None:
        """Mark what was measured on this machine: abscissa, ordinate and words of each."""
        across, up = self._logs
        with np.errstate(divide="ignore", invalid="ignore"):
            self._own = [
                (np.log10(x) if across else x, np.log10(y) if up else y, text)
                for x, y, text in points
            ]
        self.own_items.setData([x for x, _, _ in self._own], [y for _, y, _ in self._own])

    def keep(self, kept: NDArray[np.bool_] | None) -> None:
        """Grey all points but those that are marked, shape (n,); None greys none."""
        self._kept = kept
        self._draw_groups()

    def show_bulk(self, shown: bool) -> None:
        """Show or hide the points that are neither on the front nor ranked."""
        self.bulk.setVisible(shown)
        self.group_items.setVisible(shown)

    def index_at(self, position: QPointF) -> int:
        """Give the point that lies at a place of the scene; -1 for none."""
        box = self.plot.getViewBox()
        if not box.sceneBoundingRect().contains(position):
            return -1
        at = box.mapSceneToView(position)
        reachable = self._reachable()
        x, y = self._x[reachable], self._y[reachable]
        found = nearest(x, y, (at.x(), at.y()), box.viewPixelSize(), REACH)
        return int(np.arange(len(self._x))[reachable][found]) if found >= 0 else -1

    def _draw_groups(self) -> None:
        codes = self._codes
        if codes is None:
            self.bulk.keep(self._kept)
            self.group_items.clear()
            return
        self.bulk.keep(np.zeros(len(codes), dtype=np.bool_))
        shown = codes >= 0 if self._kept is None else (codes >= 0) & self._kept
        self.group_items.setData(
            self._x[shown],
            self._y[shown],
            symbol=[SIGNS[code][0] for code in codes[shown]],
            brush=[self._brushes[code] for code in codes[shown]],
        )

    def _draw_front(self) -> None:
        """Mark the front: in its own colour, or around the signs of the groups."""
        codes = self._codes
        groups = [-1] * len(self._front) if codes is None else codes[self._front].tolist()
        self.front_items.setData(
            self._x[self._front],
            self._y[self._front],
            size=10 if codes is None else 12,
            pen=self._front_pens[codes is not None],
            symbol=[SIGNS[group][0] if group >= 0 else "o" for group in groups],
            brush=[self._brushes[group] if group >= 0 else self._front_brush for group in groups],
        )

    def _reachable(self) -> slice | list[int]:
        if self.bulk.isVisible():
            return slice(None)
        return sorted({*self._front, *self._top})

    def _hover(self, position: QPointF) -> None:
        own = self._own_at(position)
        found = -2 - own if own >= 0 else self.index_at(position)
        if found == self._hovered:
            return
        self._hovered = found
        if found == -1:
            QToolTip.hideText()
        else:
            spot = self.plot.mapToGlobal(self.plot.mapFromScene(position))
            text = self._own[own][2] if own >= 0 else self._describe(found)
            QToolTip.showText(spot, words.as_written(text), self.plot)

    def _own_at(self, position: QPointF) -> int:
        box = self.plot.getViewBox()
        if not self._own or not box.sceneBoundingRect().contains(position):
            return -1
        at = box.mapSceneToView(position)
        x, y = (np.array([point[axis] for point in self._own]) for axis in (0, 1))
        return nearest(x, y, (at.x(), at.y()), box.viewPixelSize(), REACH)

    def _click(self, event: object) -> None:
        if getattr(event, "button", lambda: None)() == Qt.MouseButton.LeftButton:
            found = self.index_at(event.scenePos())  # type: ignore[attr-defined] # pyqtgraph's event
            more = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)  # type: ignore[attr-defined] # as above
            self.clicked.emit(found, more)


def group_colours(palette: Palette) -> list[str]:
    """Give the colours of groups: those of curves but the front's."""
    return [colour for colour in palette.curves if colour != palette.plot_front]
