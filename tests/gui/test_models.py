from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from haversack.recipe.errors import InvalidValue
from haversack.recipe.tree import Recipe
from haversack.runs.reducer import RunState
from haversack.services.shelves import Pantry, ShelfItem, shelf_items
from haversack_gui.models.draft import Draft
from haversack_gui.models.recipe_tree import RecipeTreeModel
from haversack_gui.models.rows import SORT_ROLE, Column, RowsModel, SearchModel
from haversack_gui.models.run_facts import facts, title_of
from haversack_gui.theme import LIGHT
from haversack_gui.widgets.table import table

COLUMNS: tuple[Column[tuple[str, int]], ...] = (
    Column("Name", lambda row: row[0]),
    Column("Size", lambda row: f"{row[1]} MB", key=lambda row: row[1], number=True),
)
ROWS = [("weights", 9), ("digits", 100), ("scenes", 20)]


def test_a_table_keeps_the_contract_of_qt_while_its_rows_change(qtbot: QtBot) -> None:
    model: RowsModel[tuple[str, int]] = RowsModel(COLUMNS)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show(ROWS)
    model.show(ROWS[:1], COLUMNS[:1])
    assert tester.model() is model
    assert (model.rowCount(), model.columnCount()) == (1, 1)


def test_sizes_are_sorted_as_numbers_and_not_as_text(qtbot: QtBot) -> None:
    model: RowsModel[tuple[str, int]] = RowsModel(COLUMNS)
    model.show(ROWS)
    found = SearchModel(model)
    found.sort(1, Qt.SortOrder.AscendingOrder)
    assert [found.index(i, 1).data(SORT_ROLE) for i in range(3)] == [9, 20, 100]


def test_a_search_keeps_the_rows_that_hold_every_word(qtbot: QtBot) -> None:
    model: RowsModel[tuple[str, int]] = RowsModel(COLUMNS)
    model.show(ROWS)
    found = SearchModel(model)
    found.search("S 20")
    assert [found.index(i, 0).data() for i in range(found.rowCount())] == ["scenes"]
    found.search("")
    assert found.rowCount() == 3


def test_rows_of_a_table_that_does_not_sort_stay_as_they_come(qtbot: QtBot) -> None:
    model: RowsModel[tuple[str, int]] = RowsModel(COLUMNS)
    view = table(model, "Runs, newest first", sorts=False)
    qtbot.addWidget(view)
    model.show(ROWS)
    assert model.rows == ROWS


def test_a_part_of_a_loss_is_not_called_as_a_result_of_its_name() -> None:
    assert title_of("train/size") == "Loss of box sizes, training"


def test_what_a_run_found_is_named_in_words_with_units() -> None:
    state = RunState(
        metrics={"val/loss": 0.25},
        result={
            "metrics": {"precision": 0.5},
            "precision": "int8",
            "peak_memory_bytes": 57_000_000,
            "seconds": 61.2,
            "throttled": False,
            "file": "model.onnx",
            "energy_mJ": None,
        },
    )
    assert facts(state) == [
        ("Loss, validation", "0.25"),
        ("Precision", "0.5"),
        ("Number format", "int8"),
        ("Memory at most", "57 MB"),
        ("Time for all of them", "1 min 1 s"),
        ("Throttled", "no"),
    ]


def test_a_volume_on_the_shelf_has_a_size_and_its_rows_and_a_lost_one_is_damaged(
    pantry: Pantry,
) -> None:
    def volume() -> ShelfItem:
        (found,) = (item for item in shelf_items(pantry) if item.shelf == "volumes")
        return found

    assert volume().state == "ready"
    assert volume().size == pantry.volumes.path("bench_cls").stat().st_size
    content = pantry.volumes.path("bench_cls").read_bytes()
    pantry.volumes.put("bench_cls", content, {"task": "classification", "rows": 1200})
    assert volume().detail == "classification, 1,200 rows"
    pantry.volumes.path("bench_cls").unlink()
    assert volume().state == "damaged"


def test_the_tree_names_every_slot_and_marks_the_empty_ones(
    empty_pantry: Pantry, qtbot: QtBot
) -> None:
    recipe = Recipe.empty(empty_pantry.registry, "detection")
    model = RecipeTreeModel()
    model.show(recipe, LIGHT)
    assert "model" in model.paths() and "model.backbone" not in model.paths()
    assert "???" in model.index_of("model").siblingAtColumn(1).data()
    recipe.fill_empty_recursively()
    model.show(recipe, LIGHT)
    assert model.index_of("model.backbone").siblingAtColumn(1).data() == "EfficientNet-Lite0"
    assert not model.index_of("no.such.slot").isValid()


def test_every_change_of_a_draft_can_be_undone_and_made_again(empty_pantry: Pantry) -> None:
    draft = Draft(Recipe.empty(empty_pantry.registry, "classification"))
    ids = [draft.recipe.id]
    draft.fill()
    ids.append(draft.recipe.id)
    draft.set_option("trainer.num_epochs", 9)
    ids.append(draft.recipe.id)
    draft.assign("loggers", "loggers/tensorboard@1")
    ids.append(draft.recipe.id)
    draft.clear("loggers.0")
    while draft.can_undo:
        draft.undo()
        assert draft.recipe.id == ids.pop()
    assert not ids
    while draft.can_redo:
        draft.redo()
    assert [node.meta.title for node in draft.recipe["loggers"]] == ["TensorBoard"]  # type: ignore[attr-defined] # a tuple of ingredients


def test_an_option_out_of_range_leaves_the_draft_as_it_was(empty_pantry: Pantry) -> None:
    draft = Draft(Recipe.empty(empty_pantry.registry, "classification"))
    draft.fill()
    before = draft.recipe.id
    with pytest.raises(InvalidValue):
        draft.set_option("trainer.num_epochs", 0)
    assert draft.recipe.id == before


def test_markup_in_a_name_is_shown_as_it_is_written_and_never_rendered() -> None:
    hostile = "<img src='file:///etc/passwd'><b>name</b>"
    model: RowsModel[str] = RowsModel([Column("Name", lambda row: row)])
    model.show([hostile])
    tip = model.data(model.index(0, 0), Qt.ItemDataRole.ToolTipRole)
    document = QTextDocument()
    document.setHtml(tip)
    assert document.toPlainText() == hostile
    assert "<img" not in tip and "<b>" not in tip
