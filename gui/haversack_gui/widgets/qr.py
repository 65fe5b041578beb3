"""A QR code that a telephone can read, so that a fingerprint need not be read out."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from haversack_gui.words import tr

EDGE = 116


class QrCode(QWidget):
    """Draws a text as a QR code, black on white in every theme: readers want that."""

    def __init__(self, spoken: str) -> None:
        """Begin without a text; ``spoken`` is what a screen reader says."""
        super().__init__()
        self.text = ""
        self._image = QImage()
        self.setAccessibleName(spoken)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """Give a size at which each module is a few pixels."""
        return QSize(EDGE, EDGE)

    def show_text(self, text: str) -> None:
        """Show a text; an empty one hides the code."""
        if text != self.text:
            self.text, self._image = text, draw(text) if text else QImage()
            self.setToolTip(tr("The fingerprint {digits}").format(digits=text) if text else "")
            self.update()
        self.setVisible(bool(text))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw whole pixels for each module, so that edges stay sharp."""
        if self._image.isNull():
            return
        with QPainter(self) as painter:
            edge = self._image.width() * max(
                1, min(self.width(), self.height()) // self._image.width()
            )
            painter.drawImage(
                0, 0, self._image.scaled(edge, edge, mode=Qt.TransformationMode.FastTransformation)
            )


def draw(text: str) -> QImage:
    """Give a text as a QR code, a pixel for each module, with the quiet zone around it."""
    import qrcode

    code = qrcode.QRCode(border=2)
    code.add_data(text.upper() if text.isalnum() else text)
    code.make(fit=True)
    rows = code.get_matrix()
    image = QImage(len(rows), len(rows), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    for down, row in enumerate(rows):
        for across, dark in enumerate(row):
            if dark:
                image.setPixel(across, down, 0xFF000000)
    return image
