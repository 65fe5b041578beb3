"""A grid of small pictures with their boxes drawn; only those that are seen are ever decoded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from haversack_gui.look import Look
from haversack_gui.models.pictures import (
    BROKEN,
    SHOWN_ROLE,
    SMALL_ROLE,
    Index,
    PictureModel,
    caption,
)
from haversack_gui.theme import RADIUS, TYPE
from haversack_gui.words import tr

if TYPE_CHECKING:
    from haversack.services.gallery import Shown

CELL = QSize(184, 188)
EDGE = 6
FRAME = QSize(172, 132)


class PictureGrid(QListView):
    """Rows of cells of one size, so that 100,000 of them are laid out at once."""

    def __init__(self, look: Look, model: PictureModel) -> None:
        super().__init__()
        self.painter_of_cells = CellPainter(look, self)
        self.setModel(model)
        self.setItemDelegate(self.painter_of_cells)
        self.setAccessibleName(tr("Pictures"))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(True)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.verticalScrollBar().setSingleStep(CELL.height() // 3)
        look.changed.connect(self.viewport().update)


class CellPainter(QStyledItemDelegate):
    """Draws one cell: the picture, its boxes in the colours of their classes, two lines of text."""

    def __init__(self, look: Look, parent: QWidget | None = None) -> None:
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
        frame = QRectF(option.rect.left() + EDGE, option.rect.top() + EDGE, *FRAME.toTuple())
        small = index.data(SMALL_ROLE)
        if small is None or small is BROKEN:
            painter.fillRect(frame, QColor(palette.sunken))
            if small is BROKEN:
                painter.setPen(QColor(palette.bad))
                painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, tr("cannot be read"))
        else:
            self._draw_picture(painter, frame, one, *small)
        self._write(painter, frame, one)
        painter.restore()

    def colour(self, name: str) -> QColor:
        """Give the colour of a class."""
        curves = self._look.palette.curves
        return QColor(curves[self.classes.get(name, 0) % len(curves)])

    def _draw_picture(
        self, painter: QPainter, frame: QRectF, one: Shown, picture: QPixmap, scale: float
    ) -> None:
        factor = min(frame.width() / picture.width(), frame.height() / picture.height())
        width, height = picture.width() * factor, picture.height() * factor
        place = QRectF(
            frame.center().x() - width / 2, frame.center().y() - height / 2, width, height
        )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawPixmap(place, picture, QRectF(picture.rect()))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        zoom = scale * factor
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
        first = metrics.elidedText(one.name.rpartition("/")[2], middle, FRAME.width())
        second = metrics.elidedText(
            f"{caption(one)} · {tr(SPLITS.get(one.split, one.split))}", right, FRAME.width()
        )
        line = metrics.height() + 2
        below = QRectF(frame.left(), frame.bottom() + 4, frame.width(), line)
        painter.setPen(QColor(palette.text))
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, first)
        painter.setPen(QColor(palette.muted))
        below.translate(0, line)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, second)


SPLITS = {"train": "training", "val": "validation", "unlabeled": "without labels"}
