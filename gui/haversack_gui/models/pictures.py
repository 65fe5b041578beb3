"""The pictures of a set as a list model: small pictures are asked for when they are first seen."""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
)
from PySide6.QtGui import QImage, QPixmap

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
Decoded = tuple["Gallery", dict[int, calls.Thumb | None]]


@dataclass(frozen=True, slots=True)
class SmallPicture:
    """A picture that can be drawn at once.

    Attributes:
        picture: It.
        scale: Its pixels for one pixel of the picture itself.
        mask: The numbers of the classes at its pixels; None where there is no mask.
    """

    picture: QPixmap
    scale: float
    mask: QImage | None


class PictureModel(QAbstractListModel):
    """Holds no picture but the few that were seen last; the newest wish is met first."""

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        """Begin without pictures."""
        super().__init__(parent)
        self._jobs = jobs
        self.gallery: Gallery | None = None
        self.places: Sequence[int] = ()
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
        self.places = range(len(gallery.pictures)) if gallery is not None else range(0)
        self.endResetModel()

    def keep(self, places: Sequence[int]) -> None:
        """Show some of the set's pictures: their places in it, ascending."""
        self.beginResetModel()
        self.places = places
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
                    BROKEN
                    if thumb is None
                    else SmallPicture(QPixmap.fromImage(thumb.image), thumb.scale, thumb.mask)
                )
                row = bisect_left(self.places, at)
                if row < len(self.places) and self.places[row] == at:
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
