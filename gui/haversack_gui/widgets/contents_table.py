"""A list of what is, or would be, in a bundle: kinds, sizes, licences, sources."""

from __future__ import annotations

from PySide6.QtWidgets import QHeaderView, QTableView

from haversack.services.licences import caution_of, licence_in_words
from haversack_gui import words
from haversack_gui.calls.bundles import Content
from haversack_gui.models.rows import Column, RowsModel
from haversack_gui.models.ticks import TickedRows
from haversack_gui.widgets.table import table
from haversack_gui.words import tr

KINDS = {
    "recipe": "Recipe",
    "weights": "Weights",
    "dataset": "Data",
    "volume": "Golden volume",
    "attestation": "Proof of rehearsal",
    "catalogue": "Catalogue",
    "code": "Code",
}
WIDTHS = (120, 0, 72, 92, 0)
"""The width of each column; those of 0 share what is left."""


def contents_table(spoken: str) -> tuple[RowsModel[Content], QTableView]:
    """Make the list of what somebody would pack here; the model takes the files."""
    model: RowsModel[Content] = RowsModel(_columns(tr("own")))
    return model, _view(model, spoken)


def ticked_contents(spoken: str) -> tuple[TickedRows[Content], QTableView]:
    """Make the list of what somebody else packed, with a tick before each file."""
    columns = _columns(tr("publisher's own"))
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
            tr("What"), lambda file: tr(KINDS.get(file.kind, file.kind)), key=lambda file: file.kind
        ),
        Column(tr("Name"), lambda file: file.title, tip=lambda file: file.path),
        Column(tr("Size"), _size, key=lambda file: file.size, number=True),
        Column(tr("Licence"), licence, tip=about),
        Column(tr("From"), lambda file: file.source or "—"),
    )


def _size(file: Content) -> str:
    return tr("left out") if file.left_out else words.size(file.size)


def _view(model: RowsModel[Content], spoken: str) -> QTableView:
    made = table(model, spoken)
    model.setParent(made)
    header = made.horizontalHeader()
    header.setMinimumSectionSize(60)
    for place, width in enumerate(WIDTHS):
        how = QHeaderView.ResizeMode.Interactive if width else QHeaderView.ResizeMode.Stretch
        header.setSectionResizeMode(place, how)
        if width:
            made.setColumnWidth(place, width)
    return made
