"""The pictures of a set as a list model: small pictures are asked for when they are first seen."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
)
from PySide6.QtGui import QPixmap

from haversack_gui import words
from haversack_gui.calls import data as calls
from haversack_gui.jobs import Jobs

if TYPE_CHECKING:
    from haversack.services.gallery import Gallery, Shown

Index = QModelIndex | QPersistentModelIndex
SHOWN_ROLE = Qt.ItemDataRole.UserRole
SMALL_ROLE = Qt.ItemDataRole.UserRole + 1
MOST_KEPT = 500
MOST_WANTED = 120
AT_ONCE = 8
ASKERS = 2
BROKEN = QObject()  # stands for a picture that cannot be read any more
SmallPicture = tuple[QPixmap, float]
Decoded = tuple["Gallery", dict[int, calls.Thumb | None]]


class PictureModel(QAbstractListModel):
    """Holds no picture but the few that were seen last; the newest wish is met first."""

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.gallery: Gallery | None = None
        self.places: list[int] = []
        self._rows: dict[int, int] = {}
        self._small: OrderedDict[int, SmallPicture | QObject] = OrderedDict()
        self._wanted: OrderedDict[int, None] = OrderedDict()
        self._asked: set[int] = set()
        self._asking = 0
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._ask)

    def show(self, gallery: Gallery | None) -> None:
        """Show all pictures of a set."""
        self.beginResetModel()
        self.gallery = gallery
        self._small.clear()
        self._wanted.clear()
        self._asked = set()
        self._keep_places(list(range(len(gallery.pictures))) if gallery is not None else [])
        self.endResetModel()

    def narrow(self, text: str = "", label: str = "", split: str = "") -> None:
        """Keep the pictures whose path holds a text, that show a class, that are in a split."""
        if self.gallery is None:
            return
        text = text.lower()
        self.beginResetModel()
        self._keep_places(
            [
                at
                for at, one in enumerate(self.gallery.pictures)
                if (not split or one.split == split)
                and (not label or label in one.classes)
                and (not text or text in one.name.lower())
            ]
        )
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008 - Qt's name and default
        """Give the number of pictures."""
        return 0 if parent.isValid() else len(self.places)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Give a picture's name, its labels, or the small picture where it is there already."""
        if self.gallery is None or not index.isValid() or index.row() >= len(self.places):
            return None
        at = self.places[index.row()]
        one = self.gallery.pictures[at]
        if role == Qt.ItemDataRole.DisplayRole:
            return one.name
        if role == SHOWN_ROLE:
            return one
        if role == SMALL_ROLE:
            return self._small_or_wish(at)
        if role == Qt.ItemDataRole.ToolTipRole:
            return words.as_written(f"{one.name}\n{caption(one)}")
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{one.name}, {caption(one)}"
        return None

    def _keep_places(self, places: list[int]) -> None:
        self.places = places
        self._rows = {at: row for row, at in enumerate(places)}

    def _small_or_wish(self, at: int) -> SmallPicture | QObject | None:
        found = self._small.get(at)
        if found is not None:
            self._small.move_to_end(at)
            return found
        if at in self._asked:
            return None
        self._wanted[at] = None
        self._wanted.move_to_end(at)
        while len(self._wanted) > MOST_WANTED:
            self._wanted.popitem(last=False)
        if not self._soon.isActive():
            self._soon.start()
        return None

    def _ask(self) -> None:
        gallery = self.gallery
        while gallery is not None and self._wanted and self._asking < ASKERS:
            batch = [self._wanted.popitem()[0] for _ in range(min(AT_ONCE, len(self._wanted)))]
            self._asked.update(batch)
            self._asking += 1
            self._jobs.query(_decoder(gallery, batch), self._arrived)

    def _arrived(self, made: Decoded) -> None:
        gallery, thumbs = made
        self._asking -= 1
        if gallery is self.gallery:
            self._asked.difference_update(thumbs)
            for at, thumb in thumbs.items():
                self._small[at] = (
                    BROKEN if thumb is None else (QPixmap.fromImage(thumb.image), thumb.scale)
                )
                row = self._rows.get(at)
                if row is not None:
                    index = self.index(row)
                    self.dataChanged.emit(index, index, [SMALL_ROLE])
            while len(self._small) > MOST_KEPT:
                self._small.popitem(last=False)
        self._ask()


def caption(one: Shown) -> str:
    """Say what a picture shows in a few words."""
    if one.boxes:
        return words.count(len(one.boxes), "object", "objects")
    return one.label or ", ".join(sorted(one.classes)) or words.tr("nothing labelled")


def _decoder(gallery: Gallery, batch: list[int]) -> Callable[[], Decoded]:
    return lambda: (gallery, {at: calls.thumb(gallery, at) for at in batch})
