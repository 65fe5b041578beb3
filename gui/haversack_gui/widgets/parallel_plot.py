"""Parallel coordinates: each recipe is a line over all its numbers; dragging on an axis brushes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from haversack_gui.theme import TYPE, Palette
from haversack_gui.words import as_written, number, tr

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]
MOST_LINES = 500  # of each kind; translucent lines are what painting costs
TOP, BOTTOM, SIDE = 58, 26, 64
STEP = 0.05


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis: its words, the raw values by place, and whether less is better (then up is less).

    Lower-is-better numbers are shown on a logarithmic scale, as times and sizes spread widely.
    ``shares`` are the values' places on the axis, ``ends`` its lowest and highest value.
    """

    title: str
    values: Values
    lower: bool
    shares: Values
    ends: tuple[float, float]


def make_axis(title: str, values: Values, lower: bool) -> Axis:
    """Work out where each value lies on its axis, from 0 for the worst to 1 for the best."""
    ends = _ends(values, lower)
    return Axis(title, values, lower, _shares(values, lower, ends), ends)


class ParallelPlot(QWidget):
    """Up is better on every axis. ``brushed`` says that the ranges changed."""

    brushed = Signal()

    def __init__(self) -> None:
        """Begin without axes."""
        super().__init__()
        self._axes: tuple[Axis, ...] = ()
        self._shares: list[Values] = []
        self._ranges: dict[int, tuple[float, float]] = {}
        self._front: NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._sample: NDArray[np.int64] = self._front
        self._kept_sample: NDArray[np.int64] = self._front
        self._kept: Mask | None = None
        self._drag: tuple[int, float] | None = None
        self._current = 0
        self._palette: Palette | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(200)
        self.setAccessibleName(tr("Parallel coordinates"))
        self.setToolTip(
            tr("Drag along an axis to keep a range; click it to let go.")
            + "\n"
            + tr("Keys: left and right choose an axis, up and down move its lower end.")
        )

    def wear(self, palette: Palette) -> None:
        """Take the colours of a palette."""
        self._palette = palette
        self.update()

    def show_axes(self, axes: Sequence[Axis], front: NDArray[np.int64]) -> None:
        """Show recipes; the brushes of axes that stay are kept.

        Args:
            axes: Two or more, with values of shape (n,) each; NaN where not measured.
            front: Places of the exact front, always drawn.
        """
        held = {self._axes[at].title: kept for at, kept in self._ranges.items()}
        self._axes, self._front = tuple(axes), front
        self._shares = [axis.shares for axis in axes]
        titles = [axis.title for axis in axes]
        self._ranges = {
            titles.index(title): kept for title, kept in held.items() if title in titles
        }
        many = len(axes[0].values) if axes else 0
        self._sample = _thinned(np.arange(many))
        self.keep(None)

    def within(self) -> Mask | None:
        """Mark the places within every brush, shape (n,); None where nothing is brushed."""
        if not self._ranges:
            return None
        found = np.ones(len(self._shares[0]), dtype=np.bool_)
        for at, (low, high) in self._ranges.items():
            found &= (self._shares[at] >= low) & (self._shares[at] <= high)
        return found

    def keep(self, kept: Mask | None) -> None:
        """Grey all lines but those that are marked, shape (n,) as the axes' values."""
        many = len(self._shares[0]) if self._shares else 0
        if kept is not None and len(kept) != many:
            raise ValueError(f"a mark for each of {many} recipes, not {len(kept)}")
        self._kept = kept
        self._kept_sample = self._sample if kept is None else _thinned(np.flatnonzero(kept))
        self.update()

    def clear_brushes(self) -> None:
        """Let every axis go."""
        if self._ranges:
            self._ranges.clear()
            self._changed()

    def brush(self, at: int, low: float, high: float) -> None:
        """Keep a range of an axis, both ends as shares of its height."""
        low, high = sorted((min(max(low, 0.0), 1.0), min(max(high, 0.0), 1.0)))
        if high - low < STEP / 10 or (low <= 0 and high >= 1):
            self._ranges.pop(at, None)
        else:
            self._ranges[at] = (low, high)
        self._changed()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Begin a brush on the axis that is near."""
        at = self._axis_at(event.position().x())
        if at >= 0:
            self._current = at
            self._drag = (at, self._share_at(event.position().y()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Draw the brush as it grows."""
        if self._drag is not None:
            at, began = self._drag
            self._ranges[at] = tuple(sorted((began, self._share_at(event.position().y()))))  # type: ignore[assignment] # two of them
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        """Take the brush; a click without a drag lets the axis go."""
        if self._drag is not None:
            (at, began), self._drag = self._drag, None
            self.brush(at, began, self._share_at(event.position().y()))

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Brush with the arrow keys."""
        key = Qt.Key(event.key())
        low, high = self._ranges.get(self._current, (0.0, 1.0))
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self._axes:
            step = 1 if key == Qt.Key.Key_Right else -1
            self._current = (self._current + step) % len(self._axes)
            self.update()
        elif key == Qt.Key.Key_Up:
            self.brush(self._current, min(low + STEP, high - STEP), high)
        elif key == Qt.Key.Key_Down:
            self.brush(self._current, low - STEP, high)
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.brush(self._current, 0.0, 1.0)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw grey lines, kept lines, the front, the axes and the brushes."""
        palette = self._palette
        if palette is None or len(self._axes) < 2:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            kept = self._kept
            if kept is not None:
                self._lines(painter, self._sample[~kept[self._sample]], palette.line, 1)
            self._lines(painter, self._kept_sample, palette.plot_bulk, 1)
            front = self._front if kept is None else self._front[kept[self._front]]
            self._lines(painter, _thinned(front), palette.plot_front, 2)
            for at in range(len(self._axes)):
                self._draw_axis(painter, at, palette)

    def event(self, event: QEvent) -> bool:
        """Keep the arrow keys from moving the focus away; name the axis below the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tip_at(event.pos().x()), self)
            return True
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            arrows = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
            if Qt.Key(event.key()) in arrows and not event.modifiers():
                event.accept()
                return True
        return super().event(event)

    def tip_at(self, x: float) -> str:
        """Give the tooltip of a place: its axis with the range, and what can be done there."""
        at = self._axis_at(x)
        if at < 0:
            return self.toolTip()
        ends = f"{self._number(at, 0.0)} – {self._number(at, 1.0)}"
        better = tr("less is better") if self._axes[at].lower else tr("more is better")
        return as_written(f"{self._axes[at].title}\n{ends}, {better}\n\n{self.toolTip()}")

    def _changed(self) -> None:
        said = [
            f"{self._axes[at].title}: {self._number(at, low)} – {self._number(at, high)}"
            for at, (low, high) in self._ranges.items()
        ]
        self.setAccessibleDescription("; ".join(said))
        self.update()
        self.brushed.emit()

    def _lines(self, painter: QPainter, places: NDArray[np.int64], colour: str, width: int) -> None:
        ink = QColor(colour)
        ink.setAlphaF(1.0 if len(places) < 200 else 0.35)
        painter.setPen(QPen(ink, width))
        across = [self._x(at) for at in range(len(self._axes))]
        up = np.stack([self._y(share[places]) for share in self._shares])
        for line in up.T.tolist():
            points = [QPointF(x, y) for x, y in zip(across, line, strict=True) if y == y]
            painter.drawPolyline(QPolygonF(points))

    def _draw_axis(self, painter: QPainter, at: int, palette: Palette) -> None:
        x = self._x(at)
        strong = self.hasFocus() and at == self._current
        painter.setPen(QPen(QColor(palette.accent if strong else palette.line_strong), 2))
        painter.drawLine(QPointF(x, TOP), QPointF(x, self.height() - BOTTOM))
        if at in self._ranges:
            low, high = (float(self._y(np.float64(share))) for share in self._ranges[at])
            painter.fillRect(QRectF(x - 6, high, 12, low - high), QColor(palette.accent))
        font = painter.font()
        font.setPixelSize(TYPE["small"])
        painter.setFont(font)
        painter.setPen(QColor(palette.text))
        wide = (self.width() - 2 * SIDE) / max(1, len(self._axes) - 1) - 8
        centred = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
        room = max(60.0, min(wide, 2 * SIDE))
        for line, title in enumerate(_two_lines(self._axes[at].title, painter.fontMetrics(), room)):
            painter.drawText(QRectF(x - room / 2, 2 + 15 * line, room, 16), centred, title)
        painter.setPen(QColor(palette.muted))
        for share, y in ((1.0, 36.0), (0.0, self.height() - BOTTOM + 4)):
            painter.drawText(QRectF(x - room / 2, y, room, 18), centred, self._number(at, share))

    def _number(self, at: int, share: float) -> str:
        axis = self._axes[at]
        low, high = axis.ends
        if not np.isfinite(low):
            return "—"
        if axis.lower:
            return number(float(high * (low / high) ** share))
        return number(float(low + share * (high - low)))

    def _x(self, at: int) -> float:
        return SIDE + at * (self.width() - 2 * SIDE) / max(1, len(self._axes) - 1)

    def _y(self, share: Values | np.float64) -> Values:
        return np.asarray(self.height() - BOTTOM - share * (self.height() - TOP - BOTTOM))

    def _share_at(self, y: float) -> float:
        return (self.height() - BOTTOM - y) / max(1, self.height() - TOP - BOTTOM)

    def _axis_at(self, x: float) -> int:
        distances = [abs(self._x(at) - x) for at in range(len(self._axes))]
        nearest = int(np.argmin(distances)) if distances else -1
        return nearest if nearest >= 0 and distances[nearest] < SIDE / 2 else -1


def _two_lines(title: str, metrics: QFontMetrics, room: float) -> list[str]:
    """Break a title into at most two lines, the second one with dots where it is too long."""
    words, first = title.split(), ""
    while words and metrics.horizontalAdvance(f"{first} {words[0]}".strip()) <= room:
        first = f"{first} {words.pop(0)}".strip()
    rest = " ".join(words)
    lines = [first, rest] if first else [rest]
    return [metrics.elidedText(line, Qt.TextElideMode.ElideRight, int(room)) for line in lines]


def _thinned(places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give at most ``MOST_LINES`` of the places, evenly."""
    return places[:: max(1, -(-len(places) // MOST_LINES))]


def _shares(values: Values, lower: bool, ends: tuple[float, float]) -> Values:
    low, high = ends
    found = np.where(np.isfinite(values), values, np.nan)
    if not np.isfinite(low) or high <= low:
        return np.where(np.isnan(found), np.nan, 0.5)
    if lower:
        positive = np.where(found > 0, found, np.nan)
        return np.asarray(np.log(high / positive) / np.log(high / low))
    return np.asarray((found - low) / (high - low))


def _ends(values: Values, lower: bool) -> tuple[float, float]:
    good = values[np.isfinite(values) & ((values > 0) | (not lower))]
    return (float(good.min()), float(good.max())) if len(good) else (np.nan, np.nan)
