# pyqtgraph publishes no types. Incomplete: the classes that are subclassed, the rest unchecked.
from typing import Any

from PySide6.QtWidgets import QGraphicsObject

class GraphicsObject(QGraphicsObject):
    def __getattr__(self, name: str) -> Any: ...

def __getattr__(name: str) -> Any: ...
