"""Line icons from ``resources/icons``, drawn in whatever colour the theme asks for."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from haversack.base.resources import resource

_DRAWN_IN = b"#000000"


@lru_cache(maxsize=128)
def pixmap(name: str, colour: str, size: int = 24, ratio: float = 2.0) -> QPixmap:
    """Draw an icon in one colour; ``size`` is in device-independent pixels."""
    drawing = resource(f"icons/{name}.svg").read_bytes().replace(_DRAWN_IN, colour.encode())
    made = QPixmap(round(size * ratio), round(size * ratio))
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    QSvgRenderer(QByteArray(drawing)).render(painter, QRectF(0, 0, size * ratio, size * ratio))
    painter.end()
    made.setDevicePixelRatio(ratio)
    return made


def icon(name: str, colour: str, active: str | None = None) -> QIcon:
    """Give an icon that takes the colour ``active`` while its button is checked."""
    made = QIcon(pixmap(name, colour))
    if active is not None:
        made.addPixmap(pixmap(name, active), QIcon.Mode.Normal, QIcon.State.On)
    return made
