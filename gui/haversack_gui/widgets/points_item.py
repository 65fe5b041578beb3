"""A plot item that draws all its points as one picture for the part that is seen."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from haversack_gui.widgets.raster import Points, count_points, grow, opacity_for, paint


class PointsItem(pg.GraphicsObject):
    """Points without items of their own."""

    def __init__(self) -> None:
        super().__init__()
        self._across: Points = np.empty(0)
        self._up: Points = np.empty(0)
        self._colour = (128, 128, 128)

    def set_points(self, x: Points, y: Points) -> None:
        """Replace the points; ``x`` and ``y`` have shape (n,)."""
        self.prepareGeometryChange()
        self._across, self._up = x, y
        self.informViewBoundsChanged()
        self.update()

    def set_colour(self, colour: str) -> None:
        """Choose the colour of a dot."""
        made = QColor(colour)
        self._colour = (made.red(), made.green(), made.blue())
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
        values = self._up if ax else self._across
        return (float(values.min()), float(values.max())) if len(values) else None

    def viewRangeChanged(self) -> None:  # noqa: N802 - pyqtgraph's name
        """Draw anew for another part."""
        self.prepareGeometryChange()
        self.update()

    def paint(self, painter: QPainter, *_: object) -> None:
        """Draw the points that are seen."""
        box = self.getViewBox()
        many = len(self._across)
        if box is None or not many:
            return
        seen = box.viewRect()
        ratio = painter.device().devicePixelRatio()
        width, height = int(box.width() * ratio), int(box.height() * ratio)
        bounds = (seen.left(), seen.right(), seen.top(), seen.bottom())
        counts = count_points(self._across, self._up, bounds, width, height)
        radius = round((3 if many < 2_000 else 2 if many < 50_000 else 1) * ratio)
        pixels = paint(grow(counts, radius), self._colour, opacity_for(many))
        image = QImage(
            pixels.data,
            pixels.shape[1],
            pixels.shape[0],
            pixels.strides[0],
            QImage.Format.Format_ARGB32_Premultiplied,
        )
        painter.drawImage(seen, image)
