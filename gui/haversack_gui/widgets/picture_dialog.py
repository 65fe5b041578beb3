"""One picture as large as the window allows, with its boxes and the names of their classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QDialog, QWidget

from haversack_gui.calls import data as calls
from haversack_gui.jobs import Jobs
from haversack_gui.models.pictures import caption
from haversack_gui.widgets.basics import button, column, label, row
from haversack_gui.widgets.picture_grid import CellPainter
from haversack_gui.words import tr

if TYPE_CHECKING:
    from haversack.services.gallery import Gallery

EDGE = 1400


class PictureDialog(QDialog):
    """Shows one picture; the arrow keys go on to the next."""

    def __init__(
        self, jobs: Jobs, cells: CellPainter, gallery: Gallery, places: Sequence[int], row_: int,
        parent: QWidget,
    ) -> None:  # fmt: skip
        """Show the picture of a row."""
        super().__init__(parent)
        self._jobs, self._gallery, self._places, self._row = jobs, gallery, places, row_
        self.picture = _Picture(cells)
        self.name = label("", "lead", select=True)
        self.about = label("", "muted", select=True)
        self.before = button("Previous", lambda: self._go(-1), name="picture_before")
        self.after = button("Next", lambda: self._go(1), name="picture_after")
        close = button("Close", self.accept, "primary", name="picture_close")
        foot = row(self.before, self.after, None, close)
        layout = column(self.name, self.about, self.picture, foot, margin="l")
        layout.setStretch(2, 1)
        self.setLayout(layout)
        self.resize(960, 720)
        self._go(0)

    def _go(self, step: int) -> None:
        self._row = min(max(self._row + step, 0), len(self._places) - 1)
        at, gallery = self._places[self._row], self._gallery
        one = gallery.pictures[at]
        self.setWindowTitle(one.name)
        self.name.setText(one.name)
        self.about.setText(
            tr("{caption}, picture {at} of {count}").format(
                caption=caption(one), at=self._row + 1, count=len(self._places)
            )
        )
        self.before.setEnabled(self._row > 0)
        self.after.setEnabled(self._row < len(self._places) - 1)
        self._jobs.query(
            lambda: calls.thumb(gallery, at, EDGE),
            lambda thumb: self.picture.show_picture(thumb, one.boxes),
            key="picture",
        )


class _Picture(QWidget):
    def __init__(self, cells: CellPainter) -> None:
        super().__init__()
        self._cells = cells
        self._thumb: calls.Thumb | None = None
        self._boxes: tuple[tuple[str, float, float, float, float], ...] = ()
        self.setMinimumSize(320, 240)
        self.setAccessibleName(tr("Picture"))

    def show_picture(
        self,
        thumb: calls.Thumb | None,
        boxes: tuple[tuple[str, float, float, float, float], ...],
    ) -> None:
        self._thumb, self._boxes = thumb, boxes
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        with QPainter(self) as painter:
            if self._thumb is None:
                painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, tr("cannot be read"))
                return
            image = self._thumb.image
            factor = min(self.width() / image.width(), self.height() / image.height())
            width, height = image.width() * factor, image.height() * factor
            place = QRectF((self.width() - width) / 2, (self.height() - height) / 2, width, height)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(place, image)
            if self._thumb.mask is not None:
                self._cells.draw_mask(painter, place, self._thumb.mask)
            zoom = self._thumb.scale * factor
            for name, left, top, right, bottom in self._boxes:
                box = QRectF(left, top, right - left, bottom - top)
                self._mark(painter, place, zoom, name, box)

    def _mark(self, painter: QPainter, place: QRectF, zoom: float, name: str, box: QRectF) -> None:
        colour = self._cells.colour(name)
        shown = QRectF(
            place.left() + box.left() * zoom,
            place.top() + box.top() * zoom,
            box.width() * zoom,
            box.height() * zoom,
        )
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for pen in (QPen(QColor("#ffffff"), 4), QPen(colour, 2)):
            painter.setPen(pen)
            painter.drawRect(shown)
        flag = painter.fontMetrics().boundingRect(name).adjusted(-4, -2, 4, 2)
        top = max(place.top(), shown.top() - flag.height())
        behind = QRectF(shown.left(), top, flag.width(), flag.height())
        painter.fillRect(behind, QColor("#ffffff"))
        painter.setPen(QColor("#22271f"))
        painter.drawText(behind, Qt.AlignmentFlag.AlignCenter, name)
