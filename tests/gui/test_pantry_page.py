"""The Pantry page and the demo's door, by clicks, with the real engine."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from data.byod.sets import digits_folder
from gui_desk import Desk, select
from haversack.catalog.own import OwnClassification
from haversack.pantry.pantry import Pantry

OpenDesk = Callable[..., Desk]


def _door(desk: Desk, text: str) -> QAbstractButton:
    doors = desk.window.welcome.findChildren(QAbstractButton)
    return next(door for door in doors if door.text() == text)


def _choose(desk: Desk, name: str) -> None:
    page = desk.page
    place = next(i for i, item in enumerate(page.model.rows) if item.name == name)
    index = page.found.mapFromSource(page.model.index(place, 0))
    spot = page.table.visualRect(index).center()
    QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def _states(desk: Desk) -> dict[str, str]:
    return {item.name: item.state for item in desk.page.model.rows}


@pytest.mark.registry
@pytest.mark.torch
@pytest.mark.slow
def test_the_demo_s_door_fills_a_pantry_and_a_click_prepares_its_recipe(
    open_desk: OpenDesk,
) -> None:
    desk = open_desk()
    desk.click(_door(desk, "Try the demo"))
    desk.settle(300)
    assert desk.window.current == "pantry"
    failed = [job.error for job in desk.window.workspace.jobs.jobs if job.state != "done"]
    assert not failed
    assert set(_states(desk)) == {"Find digits in scenes", "Read single digits"}
    _choose(desk, "Read single digits")
    desk.click(desk.page.prepare)
    assert desk.window.workspace.jobs.under_way, "a click starts it"
    desk.settle(300)
    (job,) = [j for j in desk.window.workspace.jobs.jobs if j.title.startswith("Prepare")]
    assert (job.state, job.error) == ("done", "")
    (prepared,) = [item for item in desk.page.model.rows if item.name == "Read single digits"]
    assert prepared.state == "ready" and prepared.proved


def test_an_unfinished_recipe_cannot_be_prepared_and_can_be_opened(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    desk = open_desk(pantry, "pantry")
    _choose(desk, "Unfinished")
    assert not desk.page.prepare.isEnabled()
    desk.click(desk.page.edit)
    desk.settle()
    assert desk.window.current == "recipes"


def test_a_shelf_without_things_says_what_brings_them(
    open_desk: OpenDesk, empty_pantry: Pantry
) -> None:
    desk = open_desk(empty_pantry, "pantry")
    assert desk.page.stack.currentWidget() is desk.page.empty
    assert [b.text() for b in desk.page.empty.buttons if b.isVisible()] == [
        "New detection recipe",
        "Fetch the defaults",
    ]
    desk.click(desk.page.empty.buttons[0])
    desk.settle()
    assert desk.window.current == "recipes"


@pytest.mark.torch
def test_preparing_is_stopped_from_the_job_centre_and_leaves_nothing_half(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    desk = open_desk(pantry, "pantry")
    before = sorted(path.name for path in pantry.runs_folder.glob("*"))
    _choose(desk, "Tiny digits")
    desk.click(desk.page.prepare)
    QTest.keyClick(desk.window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    desk.wait(lambda: any(b.isVisible() for b in _stops(desk)))
    desk.click(next(b for b in _stops(desk) if b.isVisible()))
    desk.settle(120)
    (job,) = [j for j in desk.window.workspace.jobs.jobs if j.title.startswith("Prepare")]
    assert job.state == "stopped"
    assert not next(item for item in desk.page.model.rows if item.name == "Tiny digits").proved
    assert sorted(path.name for path in pantry.runs_folder.glob("*")) == before
    assert not list(pantry.store.downloads.folder.glob("*"))


def _stops(desk: Desk) -> list[QAbstractButton]:
    buttons = desk.window.job_panel.findChildren(QAbstractButton)
    return [button for button in buttons if button.text() == "Stop"]


def test_own_pictures_are_imported_and_chosen_for_a_recipe_by_clicks(
    open_desk: OpenDesk, empty_pantry: Pantry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = digits_folder(tmp_path / "threes & sevens")
    (folder / "digit 3" / "broken.png").write_bytes(b"no picture")
    desk = open_desk(empty_pantry, "pantry")
    desk.page.shelves.setCurrentIndex(1)
    assert [b.text() for b in desk.page.empty.buttons if b.isVisible()] == [
        "Import pictures…",
        "Fetch the defaults",
    ]
    monkeypatch.setattr(desk.page, "_ask_folder", lambda _title: folder)  # the system's own dialog
    desk.click(desk.page.bring)
    desk.settle()
    (job,) = desk.window.workspace.jobs.jobs
    assert (job.state, job.error) == ("done", "")
    assert "16 pictures in 2 classes" in job.said
    assert "1 problem, the first in digit 3/broken.png" in job.said
    assert [item.name for item in desk.page.model.rows] == ["threes-sevens"]
    desk.window.workspace.go_to("recipes", "new:classification")
    desk.settle()
    page = desk.page
    desk.click(page.fill)
    desk.settle()
    select(desk, "data.data_generator")
    desk.click(page.slot_panel.replace)
    desk.settle()
    desk.type_into(page.slot_panel.picker.search, "threes")
    desk.settle()
    QTest.keyClick(page.slot_panel.picker.search, Qt.Key.Key_Return)
    desk.settle()
    chosen = page.draft.recipe["data.data_generator"]
    assert isinstance(chosen, OwnClassification)
    assert chosen.name == "threes-sevens"


def test_the_shelf_of_data_says_what_things_are_and_why_they_cannot_be_looked_at(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    desk = open_desk(pantry, "pantry")
    page = desk.page
    page.shelves.setCurrentIndex(1)
    (row,) = page.model.rows
    about = page.model.index(0, 4).data()
    assert about.startswith("pictures for training, ") and "application/" not in about
    page.table.selectRow(0)
    assert row.own == "" and not page.edit.isEnabled()
    assert page.edit.toolTip() == "Only pictures that were imported"
    page.shelves.setCurrentIndex(0)
    page.table.selectRow(0)
    assert page.edit.isEnabled() and page.edit.toolTip() == ""
