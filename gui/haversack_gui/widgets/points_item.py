"""A plot item that draws all its points as one picture for the part that is seen."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from haversack_gui.widgets.raster import (
    Counts,
    Mask,
    Points,
    count_marked,
    count_points,
    grow,
    opacity_for,
    paint,
)

Colour = tuple[int, int, int]


class PointsItem(pg.GraphicsObject):
    """Points without items of their own; those that are not kept lie below, in a faint ink."""

    def __init__(self) -> None:
        """Begin without points."""
        super().__init__()
        self._across: Points = np.empty(0)
        self._up: Points = np.empty(0)
        self.kept: Mask | None = None
        self._ranges: tuple[tuple[float, float] | None, ...] = (None, None)
        self._ink: Colour = (128, 128, 128)
        self._faint: Colour = (200, 200, 200)

    def set_points(self, x: Points, y: Points) -> None:
        """Replace the points, shape (n,) both; those that are not finite are not drawn."""
        self.prepareGeometryChange()
        self._across, self._up, self.kept = x, y, None
        self._ranges = (_range(x), _range(y))
        self.informViewBoundsChanged()
        self.update()

    def keep(self, kept: Mask | None) -> None:
        """Draw all points but those that are marked faintly, shape (n,); None keeps all."""
        self.kept = kept
        self.update()

    def set_colours(self, ink: str, faint: str) -> None:
        """Choose the colour of a dot, and that of one that is not kept."""
        self._ink, self._faint = _channels(ink), _channels(faint)
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        """Give what is seen: the picture always covers the view."""
        box = self.getViewBox()
        return QRectF(box.viewRect()) if box is not None else QRectF()

    def dataBounds(  # noqa: N802 - pyqtgraph's name
        self,
        ax: int,
        frac: float = 1.0,
        orthoRange: object = None,  # noqa: N803 - pyqtgraph's name
    ) -> tuple[float, float] | None:
        """Give the range of the points along an axis, for the first view."""
        return self._ranges[ax]

    def viewRangeChanged(self) -> None:  # noqa: N802 - pyqtgraph's name
        """Draw anew for another part."""
        self.prepareGeometryChange()
        self.update()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Draw the points that are seen."""
        box = self.getViewBox()
        if box is None or not len(self._across):
            return
        seen = box.viewRect()
        ratio = painter.device().devicePixelRatio()
        width, height = int(box.width() * ratio), int(box.height() * ratio)
        bounds = (seen.left(), seen.right(), seen.top(), seen.bottom())
        if self.kept is None:
            counts = count_points(self._across, self._up, bounds, width, height)
        else:
            rest, counts = count_marked(self._across, self._up, self.kept, bounds, width, height)
            self._draw(painter, seen, rest, self._faint, ratio)
        self._draw(painter, seen, counts, self._ink, ratio)

    def _draw(
        self, painter: QPainter, seen: QRectF, counts: Counts, colour: Colour, ratio: float
    ) -> None:
        many = len(self._across)
        radius = round((3 if many < 2_000 else 2 if many < 50_000 else 1) * ratio)
        pixels = paint(grow(counts, radius), colour, opacity_for(many))
        image = QImage(
            pixels.data,
            pixels.shape[1],
            pixels.shape[0],
            pixels.strides[0],
            QImage.Format.Format_ARGB32_Premultiplied,
        )
        painter.drawImage(seen, image)


def _channels(colour: str) -> Colour:
    made = QColor(colour)
    return made.red(), made.green(), made.blue()


def _range(values: Points) -> tuple[float, float] | None:
    if not len(values):
        return None
    low, high = float(values.min()), float(values.max())
    if not np.isfinite(high - low):
        finite = values[np.isfinite(values)]
        return (float(finite.min()), float(finite.max())) if len(finite) else None
    return low, high
