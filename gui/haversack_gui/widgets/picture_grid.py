"""A grid of small pictures with their boxes drawn; only those that are seen are ever decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from haversack_gui.look import Look
from haversack_gui.models.pictures import (
    BROKEN,
    SHOWN_ROLE,
    SMALL_ROLE,
    Index,
    PictureModel,
    SmallPicture,
    caption,
)
from haversack_gui.theme import RADIUS, TYPE
from haversack_gui.widgets.cell_grid import CellGrid
from haversack_gui.words import tr

if TYPE_CHECKING:
    from haversack.services.gallery import Shown

CELL = QSize(184, 188)
EDGE = 6
GROUND = "background"  # the class of a mask that is not drawn
NOT_JUDGED = 255
MASK_ALPHA = 130
FRAME = 132  # height of the pictures


class PictureGrid(CellGrid):
    """The pictures of a set; the view asks for those that are seen."""

    def __init__(self, look: Look, model: PictureModel) -> None:
        """Show the pictures of a model."""
        super().__init__(CELL)
        self.painter_of_cells = CellPainter(look, self)
        self.setModel(model)
        self.setItemDelegate(self.painter_of_cells)
        self.setAccessibleName(tr("Pictures"))
        look.changed.connect(self.viewport().update)


class CellPainter(QStyledItemDelegate):
    """Draws one cell: the picture, its boxes in the colours of their classes, two lines of text."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
        """Draw in the colours of a look."""
        super().__init__(parent)
        self._look = look
        self.classes: dict[str, int] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:  # noqa: N802 - Qt's name and arguments
        """Give the one size of all cells."""
        return CELL

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw what is there; a picture that is still being decoded is an empty frame."""
        one: Shown | None = index.data(SHOWN_ROLE)
        if one is None:
            return
        palette = self._look.palette
        cell = QRectF(option.rect).adjusted(2, 2, -2, -2)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(QPen(QColor(palette.accent), 2))
            painter.setBrush(QColor(palette.accent_soft))
            painter.drawRoundedRect(cell, RADIUS, RADIUS)
        width = option.rect.width() - 2 * EDGE
        frame = QRectF(option.rect.left() + EDGE, option.rect.top() + EDGE, width, FRAME)
        small = index.data(SMALL_ROLE)
        if small is None or small is BROKEN:
            painter.fillRect(frame, QColor(palette.sunken))
            if small is BROKEN:
                painter.setPen(QColor(palette.bad))
                painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, tr("cannot be read"))
        else:
            self._draw_picture(painter, frame, one, small)
        self._write(painter, frame, one)
        painter.restore()

    def colour(self, name: str) -> QColor:
        """Give the colour of a class."""
        curves = self._look.palette.curves
        return QColor(curves[self.classes.get(name, 0) % len(curves)])

    def draw_mask(self, painter: QPainter, place: QRectF, mask: QImage) -> None:
        """Lay the areas of a mask over a picture, each in the colour of its class."""
        table = [0] * 256
        for name, number in self.classes.items():
            if name != GROUND and number < NOT_JUDGED:
                colour = self.colour(name)
                colour.setAlpha(MASK_ALPHA)
                table[number] = colour.rgba()
        mask.setColorTable(table)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        painter.drawImage(place, mask)

    def _draw_picture(
        self, painter: QPainter, frame: QRectF, one: Shown, small: SmallPicture
    ) -> None:
        picture = small.picture
        factor = min(frame.width() / picture.width(), frame.height() / picture.height())
        width, height = picture.width() * factor, picture.height() * factor
        place = QRectF(
            frame.center().x() - width / 2, frame.center().y() - height / 2, width, height
        )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(place, picture, QRectF(picture.rect()))
        if small.mask is not None:
            self.draw_mask(painter, place, small.mask)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        zoom = small.scale * factor
        for name, left, top, right, bottom in one.boxes:
            box = QRectF(
                place.left() + left * zoom,
                place.top() + top * zoom,
                max(2.0, (right - left) * zoom),
                max(2.0, (bottom - top) * zoom),
            )
            painter.setPen(QPen(QColor("#ffffff"), 3))
            painter.drawRect(box)
            painter.setPen(QPen(self.colour(name), 1.6))
            painter.drawRect(box)

    def _write(self, painter: QPainter, frame: QRectF, one: Shown) -> None:
        palette = self._look.palette
        font = painter.font()
        font.setPixelSize(TYPE["small"])
        painter.setFont(font)
        metrics = QFontMetrics(font)
        middle, right = Qt.TextElideMode.ElideMiddle, Qt.TextElideMode.ElideRight
        first = metrics.elidedText(one.name.rpartition("/")[2], middle, int(frame.width()))
        second = metrics.elidedText(
            f"{caption(one)} · {tr(SPLITS.get(one.split, one.split))}", right, int(frame.width())
        )
        line = metrics.height() + 2
        below = QRectF(frame.left(), frame.bottom() + 4, frame.width(), line)
        painter.setPen(QColor(palette.text))
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, first)
        painter.setPen(QColor(palette.muted))
        below.translate(0, line)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, second)


SPLITS = {"train": "training", "val": "validation", "unlabeled": "without labels"}
