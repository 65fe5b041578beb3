"""A list of what is, or would be, in a bundle: kinds, sizes, licences, sources."""

from __future__ import annotations

from heapq import nlargest

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QHeaderView, QTableView

from haversack.services.licences import caution_of, licence_in_words
from haversack_gui import words
from haversack_gui.calls.bundles import Content
from haversack_gui.models.rows import Column, RowsModel
from haversack_gui.models.ticks import TickedRows
from haversack_gui.widgets.elided import MiddleElided
from haversack_gui.widgets.table import table
from haversack_gui.words import tr

KINDS = {
    "recipe": ("Recipe", "Recipe"),
    "weights": ("Weights", "Weights"),
    "dataset": ("Data", "Data"),
    "volume": ("Volume", "Golden volume"),
    "attestation": ("Proof", "Proof of rehearsal"),
    "catalogue": ("Catalogue", "Catalogue"),
    "code": ("Code", "Code"),
}
"""What each kind is called in the list, and in full in its tooltip."""
WHAT, NAME, SIZE, LICENCE, SOURCE = range(5)
TICK = 22
WHAT_WIDTH, SIZE_WIDTH, LICENCE_WIDTH = 74, 72, 94
NAME_AT_LEAST, NAME_AT_MOST = 120, 300
SOURCE_AT_LEAST, SOURCE_AT_EASE = 140, 240
LICENCE_AT_MOST = 150
PADDING = 20
ROWS_READ, NAMES_MEASURED = 5_000, 50
"""How many rows are looked through for the longest names; a bundle may hold 100,000 files."""


def contents_table(spoken: str) -> tuple[RowsModel[Content], QTableView]:
    """Make the list of what somebody would pack here; the model takes the files."""
    model: RowsModel[Content] = RowsModel(_columns(tr("own")))
    return model, _view(model, spoken)


def ticked_contents(spoken: str) -> tuple[TickedRows[Content], QTableView]:
    """Make the list of what somebody else packed, with a tick before each file."""
    columns = _columns(tr("publisher's"))
    model: TickedRows[Content] = TickedRows(columns, lambda file: file.path)
    return model, _view(model, spoken)


def _columns(own: str) -> tuple[Column[Content], ...]:
    def licence(file: Content) -> str:
        return licence_in_words(file, own)

    def about(file: Content) -> str:
        said = caution_of(file)
        return f"{licence(file)}: {said}" if said else licence(file)

    return (
        Column(
            tr("What"),
            lambda file: _kind(file, 0),
            key=lambda file: file.kind,
            tip=lambda file: _kind(file, 1),
        ),
        Column(tr("Name"), lambda file: file.title, tip=_whole),
        Column(tr("Size"), _size, key=lambda file: file.size, number=True),
        Column(tr("Licence"), licence, tip=about),
        Column(tr("From"), lambda file: file.source or "—"),
    )


def _kind(file: Content, room: int) -> str:
    return tr(KINDS[file.kind][room]) if file.kind in KINDS else file.kind


def _whole(file: Content) -> str:
    source = tr("From {source}").format(source=file.source) if file.source else ""
    return f"{file.path}\n{source}".strip()


def _size(file: Content) -> str:
    return tr("left out") if file.left_out else words.size(file.size)


def _view(model: RowsModel[Content], spoken: str) -> QTableView:
    made = table(model, spoken, NAME)
    model.setParent(made)
    made.horizontalHeader().setMinimumSectionSize(60)
    made.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    for place in (NAME, SOURCE):
        made.setItemDelegateForColumn(place, MiddleElided(made))
    _Sharing(made, model)
    return made


def shared(room: int, ticks: bool, name: int) -> tuple[int, int, int, int, int]:
    """Share the room among the columns: names come first, a source of only dots gets none.

    Args:
        room: All there is, in pixels.
        ticks: Whether the first column bears ticks.
        name: What the longest name takes.
    """
    what = WHAT_WIDTH + (TICK if ticks else 0)
    left = room - what - SIZE_WIDTH - LICENCE_WIDTH
    names = min(max(name, NAME_AT_LEAST), NAME_AT_MOST)
    fits = left - names >= SOURCE_AT_LEAST
    spare = left - names - (SOURCE_AT_EASE if fits else 0)
    more = min(max(spare, 0), LICENCE_AT_MOST - LICENCE_WIDTH)
    if not fits:
        return what, max(left - more, NAME_AT_LEAST), SIZE_WIDTH, LICENCE_WIDTH + more, 0
    return what, names, SIZE_WIDTH, LICENCE_WIDTH + more, left - names - more


class _Sharing(QObject):
    """Shares the width of a list anew when it is resized, or holds other files."""

    def __init__(self, view: QTableView, model: RowsModel[Content]) -> None:
        super().__init__(view)
        self._view, self._model = view, model
        self._name = 0
        self._done: tuple[int, ...] = ()
        view.viewport().installEventFilter(self)
        model.modelReset.connect(self._measure)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Look at each resize; let everything pass."""
        if event.type() == QEvent.Type.Resize:
            self._share()
        return super().eventFilter(watched, event)

    def _measure(self) -> None:
        names = {file.title for file in self._model.rows[:ROWS_READ]}
        advance = self._view.fontMetrics().horizontalAdvance
        self._name = max(map(advance, nlargest(NAMES_MEASURED, names, len)), default=0) + PADDING
        self._share()

    def _share(self) -> None:
        view = self._view
        widths = shared(view.viewport().width(), isinstance(self._model, TickedRows), self._name)
        if widths == self._done:
            return
        self._done = widths
        view.setColumnHidden(SOURCE, not widths[SOURCE])
        for place, width in enumerate(widths):
            if width:
                view.setColumnWidth(place, width)
