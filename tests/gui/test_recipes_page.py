from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QSpinBox

from gui_desk import Desk, select
from haversack.services.shelves import Pantry
from haversack_gui.models.recipe_diff import flat
from haversack_gui.widgets.diff_dialog import DiffDialog
from haversack_gui.widgets.titled_rows import TitledRows

OpenDesk = Callable[..., Desk]


def _filled(open_desk: OpenDesk, pantry: Pantry) -> Desk:
    """Give the page with a new recipe for classification, filled with what is usual."""
    desk = open_desk(pantry, "recipes")
    desk.page.take("new:classification")
    desk.settle()
    desk.click(desk.page.fill)
    desk.settle()
    return desk


def test_a_recipe_is_put_together_by_choosing_and_filling_and_saved(
    open_desk: OpenDesk, empty_pantry: Pantry
) -> None:
    desk = open_desk(empty_pantry, "recipes")
    page = desk.page
    desk.click(page.empty.buttons[1])
    desk.settle()
    assert "model" in page.problem.text()
    desk.type_into(page.slot_panel.picker.search, "timm class")
    QTest.keyClick(page.slot_panel.picker.search, Qt.Key.Key_Return)
    desk.settle()
    assert page.draft.recipe["model"].meta.path == "vision/classification/timm-classifier"
    desk.click(page.fill)
    desk.settle()
    assert page.draft.recipe.missing() == []
    assert page.state.text() == "Needs preparing"
    desk.type_into(page.name_edit, "Field digits")
    desk.click(page.save)
    desk.settle()
    saved = empty_pantry.recipes.load("Field digits")
    assert saved.id == page.draft.recipe.id
    assert not page.save.isEnabled()


def test_a_number_is_changed_in_its_form_and_can_be_undone(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    desk = open_desk(pantry, "recipes")
    page = desk.page
    page.take(pantry.recipes.find("Tiny digits").id)
    desk.settle()
    select(desk, "trainer")
    epochs = page.slot_panel.form.editors["num_epochs"]
    assert isinstance(epochs, QSpinBox) and epochs.suffix() == " epochs"
    epochs.setFocus()
    QTest.keyClick(epochs, Qt.Key.Key_Up)
    assert page.draft.recipe["trainer.num_epochs"] == 3
    desk.click(page.undo)
    assert page.draft.recipe["trainer.num_epochs"] == 2


def test_a_value_out_of_range_is_refused_under_its_field(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    desk = open_desk(pantry, "recipes")
    page = desk.page
    page.take(pantry.recipes.find("Tiny digits").id)
    desk.settle()
    select(desk, "trainer.optimizer")
    rate = page.slot_panel.form.editors["learning_rate"]
    assert isinstance(rate, QLineEdit)
    desk.type_into(rate, "fast")
    problem = page.slot_panel.form.problems["learning_rate"]
    assert problem.isVisible(), "it is said while one types"
    QTest.keyClick(rate, Qt.Key.Key_Return)
    assert problem.isVisible() and "above 0 to 1" in problem.text()
    assert page.draft.recipe["trainer.optimizer.learning_rate"] == 0.001
    desk.type_into(rate, "0.01")
    QTest.keyClick(rate, Qt.Key.Key_Return)
    assert not problem.isVisible()
    assert page.draft.recipe["trainer.optimizer.learning_rate"] == 0.01


def test_the_list_says_which_ingredients_work_without_a_network(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    desk = _filled(open_desk, pantry)
    select(desk, "model.backbone")
    desk.click(desk.page.slot_panel.replace)
    desk.settle()
    entries = desk.page.slot_panel.picker.list
    texts = [entries.item(place).text() for place in range(entries.count())]
    named = {text for text in texts if "backbones/timm/tf_efficientnet_lite" in text}
    assert len(named) == 3
    told = "needs preparing with a network"
    assert {text for text in texts if text.split("\n")[2].startswith(told)} == named, "never cut"
    assert any("backbones/timm/other" in text for text in texts)


@pytest.mark.parametrize(
    ("slot", "titles"),
    [
        ("model.loss", ["Cross-entropy", "Focal loss"]),
        ("data.augmentation", ["Basic", "None", "Torchvision"]),
    ],
)
def test_losses_and_augmentations_of_a_classifier_can_be_chosen(
    open_desk: OpenDesk, empty_pantry: Pantry, slot: str, titles: list[str]
) -> None:
    desk = _filled(open_desk, empty_pantry)
    select(desk, slot)
    if slot == "data.augmentation":
        desk.click(desk.page.slot_panel.replace)
    desk.settle()
    entries = desk.page.slot_panel.picker.list
    texts = [entries.item(place).text() for place in range(entries.count())]
    assert len(texts) == len(titles)
    assert all(text.startswith(title) for text, title in zip(texts, titles, strict=True))


def test_a_slot_that_may_stay_empty_says_what_holds_then(
    open_desk: OpenDesk, empty_pantry: Pantry
) -> None:
    desk = _filled(open_desk, empty_pantry)
    select(desk, "model.loss")
    assert desk.page.slot_panel.help.text() == (
        "What training minimises; plain cross-entropy where it is empty. This slot may stay empty."
    )


def test_options_of_the_ingredient_that_was_shown_before_are_gone_at_once(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    desk = open_desk(pantry, "recipes")
    desk.page.take(pantry.recipes.find("Tiny digits").id)
    desk.settle()
    select(desk, "model")
    before = list(desk.page.slot_panel.form.editors.values())
    assert before and all(editor.isVisible() for editor in before)
    desk.page.slot_panel.show_slot(desk.page.draft, "data")
    assert not any(editor.isVisible() for editor in before)


def test_an_unfinished_recipe_that_is_finished_is_not_kept_twice(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    desk = open_desk(pantry, "recipes")
    desk.page.take(pantry.recipes.find("Unfinished").id)
    desk.settle()
    desk.click(desk.page.fill)
    desk.settle()
    desk.click(desk.page.save)
    desk.settle()
    assert [record.name for record in pantry.recipes.list()] == ["Tiny digits", "Unfinished"]
    assert pantry.recipes.load("Unfinished").missing() == []


def test_a_recipe_that_is_not_ready_cannot_be_trained_and_says_why(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    desk = open_desk(pantry, "recipes")
    desk.page.take("new:detection")
    desk.settle()
    assert not desk.page.train.isEnabled()
    assert "Prepare the recipe first" in desk.page.train.toolTip()
    desk.page.take(pantry.recipes.find("Tiny digits").id)
    desk.settle()
    assert desk.page.state.text() == "Ready offline"
    assert desk.page.train.isEnabled()


def test_two_recipes_are_compared_line_by_line(open_desk: OpenDesk, pantry: Pantry) -> None:
    other = pantry.recipes.load("Tiny digits")
    other["model.image_size"] = 64
    pantry.recipes.save(other, "Larger digits")
    desk = open_desk(pantry, "recipes")
    desk.page.take(pantry.recipes.find("Tiny digits").id)
    desk.settle()
    desk.click(desk.page.compare)
    dialog = desk.page.findChild(DiffDialog)
    assert isinstance(dialog, DiffDialog)
    desk.choose(dialog.other, "Larger digits")
    dialog.other.activated.emit(dialog.other.currentIndex())
    desk.settle()
    assert [(line.path, line.left, line.right) for line in dialog.model.rows] == [
        ("model.image_size", "32", "64")
    ]
    dialog.only.setChecked(False)
    assert len(dialog.model.rows) > 20
    dialog.close()


def test_what_fills_a_slot_is_listed_by_bold_names_with_whole_sentences_below(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    desk = open_desk(pantry, "recipes")
    desk.page.take("new:detection")
    desk.settle()
    listed = desk.page.slot_panel.picker.list
    rows = listed.itemDelegate()
    assert isinstance(rows, TitledRows) and listed.count() > 1
    name, sentence, facts = rows._fonts()
    assert name.weight() > sentence.weight() and facts.pixelSize() < sentence.pixelSize()
    index = listed.model().index(0, 0)
    room = listed.viewport().width()
    heights = [listed.visualRect(index).height()]
    listed.setFixedWidth(room // 3)
    desk.settle()
    heights.append(listed.visualRect(index).height())
    assert heights[0] < heights[1], "a sentence is wrapped where there is little room, never cut"
    assert listed.horizontalScrollBar().maximum() == 0


def test_a_long_name_is_shown_from_its_beginning_and_a_tick_has_a_default_in_words(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    saved = pantry.recipes.save(pantry.recipes.load("Tiny digits"), "many digits of a long name")
    desk = open_desk(pantry, "recipes")
    page = desk.page
    page.take(saved.id)
    desk.settle()
    assert page.name_edit.cursorPosition() == 0
    select(desk, "trainer")
    said = [one.text() for one in page.slot_panel.form.findChildren(QLabel)]
    assert any("Default no." in text for text in said)
    assert not any("Default False" in text for text in said)


def test_two_recipes_side_by_side_say_yes_and_no_as_the_forms_do(pantry: Pantry) -> None:
    recipe = pantry.recipes.load("Tiny digits")
    assert flat(recipe)["model.backbone.use_pretrained"] == "no"
    recipe["model.backbone.use_pretrained"] = True
    assert flat(recipe)["model.backbone.use_pretrained"] == "yes"
