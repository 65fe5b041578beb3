"""Training by clicks, with the real worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from gui_desk import Desk
from haversack.runs.reducer import RunState
from haversack.services.shelves import Pantry
from haversack_gui.calls.runs import RunLine

OpenDesk = Callable[..., Desk]


def status(desk: Desk) -> str:
    state = desk.window.workspace.queue.states.get(desk.page._shown)
    return state.status if state is not None else ""


def test_an_empty_list_of_runs_says_what_to_do(open_desk: OpenDesk, pantry: Pantry) -> None:
    desk = open_desk(pantry, "train")
    assert desk.page.stack.currentWidget() is desk.page.empty
    assert desk.page.start.isEnabled()


def test_a_recipe_that_cannot_be_trained_is_refused_with_its_reason(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    desk = open_desk(pantry, "train")
    desk.choose(desk.page.recipe, "Unfinished")
    desk.click(desk.page.start)
    desk.settle()
    assert "incomplete" in desk.window.notice.message.text()
    assert desk.page.model.rows == []


def test_the_list_of_runs_says_when_each_began_and_how_long_it_took(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    desk = open_desk(pantry, "train")
    began = datetime(2020, 11, 30, 9, 5).timestamp()
    told = {"status": "finished", "started_at": began, "updated_at": began + 200}
    state = RunState.model_validate(told)
    desk.page._list([RunLine("1-train", "train", "Digits", "", "", state, Path(), False)])
    assert desk.page.model.index(0, 0).data() == "Digits\nTraining, 30 Nov 2020 09:05"
    assert desk.page.model.index(0, 1).data() == "✔ Finished\ntook 3 min 20 s"
    height = 2 * desk.page.table.fontMetrics().height()
    assert desk.page.table.rowHeight(0) > height, "both lines have room"


@pytest.mark.torch
@pytest.mark.slow
def test_a_recipe_is_trained_and_exported_by_clicks(open_desk: OpenDesk, pantry: Pantry) -> None:
    desk = open_desk(pantry, "train")
    page = desk.page
    desk.choose(page.recipe, "Tiny digits")
    desk.click(page.start)
    desk.wait(lambda: status(desk) == "running", 120)
    assert page.view.status.text() == "Running"
    desk.wait(lambda: status(desk) not in ("queued", "running"), 200)
    desk.settle()
    assert page.view.status.text() == "Finished", page.view.error.text()
    train = page._shown
    assert "val/accuracy" in page.view.curves.accessible_text()
    assert page.view.evaluate.isVisible() and page.view.predict.isVisible()
    desk.click(page.view.export)
    desk.wait(lambda: page._shown != train and status(desk) == "finished", 200)
    desk.settle()
    assert [line.kind for line in page.model.rows] == ["export", "train"]
    assert any(path.suffix == ".onnx" for path in page.model.rows[0].folder.rglob("*"))


@pytest.mark.torch
@pytest.mark.slow
def test_a_training_is_stopped_and_goes_on_where_it_stopped(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    recipe = pantry.recipes.load("Tiny digits")
    recipe["train.num_epochs"] = 30
    pantry.recipes.save(recipe, "Long digits")
    desk = open_desk(pantry, "train")
    page = desk.page
    desk.choose(page.recipe, "Long digits")
    desk.click(page.start)
    desk.wait(lambda: ((page.model.rows and page.model.rows[0].state.epoch) or 0) >= 1, 200)
    desk.click(page.view.stop)
    desk.wait(lambda: status(desk) == "stopped", 120)
    desk.settle()
    reached = page.model.rows[0].state.step
    desk.click(page.view.resume)
    desk.wait(lambda: page.model.rows[0].state.step > reached, 200)
    assert len(page.model.rows) == 1
    desk.click(page.view.stop)
    desk.wait(lambda: status(desk) == "stopped", 120)
