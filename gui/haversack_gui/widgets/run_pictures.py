"""The pictures of a run: what the network found, from the first epoch to the newest."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QSlider, QWidget

from haversack_gui.jobs import Jobs
from haversack_gui.widgets.basics import column, label, row
from haversack_gui.words import tr

HEIGHT = 200


class RunPictures(QWidget):
    """Shows one picture at a time; the slider goes back to earlier ones."""

    def __init__(self, jobs: Jobs) -> None:
        """Begin without pictures."""
        super().__init__()
        self._jobs = jobs
        self.files: tuple[Path, ...] = ()
        self._image = QImage()
        self.picture = QLabel()
        self.picture.setMinimumSize(QSize(1, 1))
        self.picture.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.title = label("", "small", wrap=False)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(tr("Earlier and later pictures"))
        self.slider.setMaximumWidth(220)
        self.slider.valueChanged.connect(lambda _place: self._load())
        self.setLayout(
            column(
                row(label("What it finds", "lead", wrap=False), self.slider, self.title, None),
                self.picture,
            )
        )
        self.hide()

    def show_files(self, files: Sequence[Path]) -> None:
        """Show the newest picture, unless a person looks at an earlier one."""
        if tuple(files) == self.files:
            return
        newest = self.slider.value() >= len(self.files) - 1
        fresh = tuple(files)[: len(self.files)] != self.files
        self.files = tuple(files)
        self.setVisible(bool(files))
        self.slider.setVisible(len(files) > 1)
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(0, len(files) - 1))
        if newest or fresh:
            self.slider.setValue(len(files) - 1)
        self.slider.blockSignals(False)
        self._load()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Fit the picture into the new width."""
        super().resizeEvent(event)
        self._fit()

    def _load(self) -> None:
        if not self.files:
            return
        file = self.files[min(self.slider.value(), len(self.files) - 1)]
        self._jobs.query(
            lambda: QImage(str(file)), lambda image: self._seen(file, image), key="run picture"
        )

    def _seen(self, file: Path, image: QImage) -> None:
        self._image = image
        words = re.sub(r"\b0+(?=\d)", "", file.stem.replace("-", " ")).capitalize()
        self.title.setText(words)
        self.picture.setAccessibleName(words)
        self._fit()

    def _fit(self) -> None:
        if self._image.isNull() or self.width() < 40:
            return
        ratio = self.devicePixelRatioF()
        size = QSize(int(self.width() * ratio), int(HEIGHT * ratio))
        small = self._image.scaled(
            size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        made = QPixmap.fromImage(small)
        made.setDevicePixelRatio(ratio)
        self.picture.setPixmap(made)
        self.picture.setFixedHeight(int(made.height() / ratio))
