"""The desktop app of Haversack (PySide6 and pyqtgraph). It never imports torch."""
