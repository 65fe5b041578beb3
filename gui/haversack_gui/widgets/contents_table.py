"""A list of what is, or would be, in a bundle: kinds, sizes, licences, sources."""

from __future__ import annotations

from PySide6.QtWidgets import QTableView

from haversack_gui import words
from haversack_gui.calls.bundles import Content
from haversack_gui.models.rows import Column, RowsModel, SearchModel
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
NO_LICENCE = {"": "—", "NOASSERTION": "own"}


def contents_table(spoken: str) -> tuple[RowsModel[Content], QTableView]:
    """Make the list; the model takes the files."""
    model: RowsModel[Content] = RowsModel(
        (
            Column(tr("What"), lambda file: tr(KINDS.get(file.kind, file.kind))),
            Column(tr("Name"), lambda file: file.title, tip=lambda file: file.path),
            Column(
                tr("Size"),
                lambda file: words.size(file.size),
                key=lambda file: file.size,
                number=True,
            ),
            Column(tr("Licence"), lambda file: NO_LICENCE.get(file.licence, file.licence)),
            Column(tr("From"), lambda file: file.source or "—"),
        )
    )
    made = table(SearchModel(model, model), spoken, stretch=1)
    model.setParent(made)
    made.setColumnWidth(0, 140)
    made.setColumnWidth(2, 80)
    made.setColumnWidth(3, 112)
    made.setColumnWidth(4, 110)
    return model, made
