from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui_desk import Desk
from haversack.services.shelves import Pantry
from haversack.volume.query import query_pareto_optimal_recipes
from haversack_gui.calls import front as calls
from haversack_gui.calls.front import Drawn
from haversack_gui.pages import front
from haversack_gui.widgets.front_view import axes_of
from haversack_gui.widgets.parallel_plot import Axis

OpenDesk = Callable[..., Desk]


def test_the_plot_and_the_list_show_the_engines_answer(open_desk: OpenDesk, pantry: Pantry) -> None:
    desk = open_desk(pantry, "front")
    page = desk.page
    drawn = page.drawn
    ids, info = _ask(page)
    assert [entry.id for entry in page.model.rows] == ids
    np.testing.assert_array_equal(drawn.x, info["metric_custom_all"])
    np.testing.assert_array_equal(drawn.y, info["metric_accuracy_all"])
    front = drawn.values("id")[drawn.front]
    assert sorted(front) == sorted(ids)
    assert "1 row left out" in page.warning.text()
    assert "mixes hardware" in page.warning.text()


def test_up_and_right_is_better(open_desk: OpenDesk, pantry: Pantry) -> None:
    drawn = open_desk(pantry, "front").page.drawn
    milliseconds = drawn.values("od_inf_rate_ms")
    assert drawn.x_name == "x times faster"
    assert np.argmax(drawn.x) == np.argmin(milliseconds)


def test_a_filter_asks_again_about_the_rows_that_are_left(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    desk = open_desk(pantry, "front")
    page = desk.page
    before = len(page.drawn.x)
    desk.choose(page.filters.boxes["hardware"], "Board A")
    page.filters.boxes["hardware"].activated.emit(1)
    desk.settle()
    assert set(page.drawn.values("hardware")) == {"Board A"}
    assert 0 < len(page.drawn.x) < before
    page.filters.floor.setValue(0.8)
    desk.settle()
    assert page.drawn.y.min() >= 0.8


def test_the_fuzzy_ranking_lists_as_many_as_asked_for(open_desk: OpenDesk, pantry: Pantry) -> None:
    desk = open_desk(pantry, "front")
    page = desk.page
    page.filters.method.setCurrentIndex(1)
    page.filters.method.activated.emit(1)
    page.filters.top_n.setValue(9)
    desk.settle()
    ids, _ = _ask(page, method="fuzzy", top_N_fuzzy=9)
    assert [entry.id for entry in page.model.rows] == ids
    page.filters.log.setChecked(True)
    desk.settle()


def test_a_point_that_is_clicked_is_chosen_in_the_list(open_desk: OpenDesk, pantry: Pantry) -> None:
    desk = open_desk(pantry, "front")
    page = desk.page
    wanted = page.model.rows[-1]
    box = page.plot.plot.getViewBox()
    scene = box.mapViewToScene(QPointF(page.drawn.x[wanted.place], page.drawn.y[wanted.place]))
    assert page.plot.index_at(scene) == wanted.place
    spot = page.plot.plot.mapFromScene(scene)
    QTest.mouseClick(page.plot.plot.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    desk.wait(lambda: page._chosen is not None and _selected(page) == [wanted.id])
    assert f"Recipe {wanted.id}:" in page.chosen.text()


def test_a_volume_without_relative_accuracy_says_what_to_do(
    open_desk: OpenDesk, pantry: Pantry, tmp_path: Path
) -> None:
    table = tmp_path / "plain.csv"
    table.write_text("id,infer_time_ms\n1,2.0\n2,3.0\n", encoding="utf-8")
    desk = open_desk(pantry, "front")
    desk.page._wanted = str(table)
    desk.page.refresh()
    desk.settle()
    assert "relative_task_metric" in desk.page.warning.text()
    assert not desk.page.cook.isEnabled()


def test_cooking_a_row_that_is_a_recipe_here_keeps_its_name_and_tells_where_it_came_from(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    desk = open_desk(pantry, "front")
    number = desk.page.model.rows[0].id
    desk.click(desk.page.cook)
    desk.settle()
    assert desk.window.current == "recipes"
    assert desk.page.draft.recipe.name == "Tiny digits"
    assert f"golden volume bench_cls, row {number}" in desk.page.draft.recipe.history


def _ask(page: object, **options: object) -> tuple[list[int], dict[str, np.ndarray]]:
    frame = page.loaded.frame  # type: ignore[attr-defined] # the page under test
    frame.attrs.clear()
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return query_pareto_optimal_recipes(frame, **options)  # type: ignore[arg-type] # as given


def _selected(page: object) -> list[int]:
    from haversack_gui.widgets.table import selected_rows

    return [entry.id for entry in selected_rows(page.table)]  # type: ignore[attr-defined] # as above


def test_a_search_and_a_brush_narrow_the_list_and_grey_the_rest(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    desk = open_desk(pantry, "front")
    page = desk.page
    _every_recipe(desk)
    everything = page.model.rowCount()
    assert everything == len(page.drawn.x)
    desk.type_into(page.view.search, "board int8")
    desk.settle()
    int8 = page.drawn.values("quantization") == "int8"
    assert page.model.rowCount() == np.count_nonzero(int8)
    assert f"of {everything:,} listed" in page.view.listed.text()
    page.view.tabs.setCurrentIndex(1)
    desk.settle()
    page.parallel.brush(0, 0.5, 1.0)
    lowest, highest = page.drawn.y.min(), page.drawn.y.max()
    best = page.drawn.y >= (lowest + highest) / 2
    np.testing.assert_array_equal(np.sort(page.model.places), np.flatnonzero(int8 & best))
    np.testing.assert_array_equal(page.plot.bulk.kept, int8 & best)
    page.view.search.clear()
    desk.settle()
    desk.click(page.view.unbrush)
    assert page.model.rowCount() == everything


def test_a_search_begun_while_another_one_gathers_the_words_finds_as_much(
    open_desk: OpenDesk, pantry: Pantry, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = open_desk(pantry, "front").page.drawn
    found: list[Any] = []
    factorize, calls_made = pd.factorize, itertools.count(1)

    def meanwhile(column: Any) -> Any:
        if next(calls_made) == 2:
            found.append(calls.search(drawn, "board int8"))
        return factorize(column)

    monkeypatch.setattr(pd, "factorize", meanwhile)
    found.append(calls.search(drawn, "board int8"))
    one, other = found
    assert one.any() and np.array_equal(one, other)


def test_the_page_is_there_before_what_shows_a_volume_is_made(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    """Filters and plots take longer than the first look at a page may: they follow in two turns."""
    desk = open_desk(pantry, "pantry")
    desk.window.show_page("front")
    page = desk.page
    assert page.isVisible()
    assert not page.made and not page.plotted
    page._list(["bench_cls"])
    assert page.made and not page.plotted
    desk.settle()
    assert page.plotted and page.view.isVisible() and page.plot.isVisible()


def test_the_page_does_not_say_that_there_is_no_volume_before_it_knows(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    desk = open_desk(pantry, "pantry")
    desk.window.show_page("front")
    assert desk.page.empty is None
    desk.settle()
    assert desk.page.empty is None


def test_a_filter_under_a_search_narrows_the_parallel_lines_once_their_axes_are_there(
    open_desk: OpenDesk, pantry: Pantry, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(pantry, "front")
    page = desk.page
    _every_recipe(desk)
    page.view.tabs.setCurrentIndex(1)
    desk.type_into(page.view.search, "int8")
    desk.settle()
    page.parallel.brush(0, 0.5, 1.0)
    let_go = threading.Event()

    def late(drawn: Drawn) -> list[Axis]:
        assert let_go.wait(60)
        return axes_of(drawn)

    monkeypatch.setattr(front, "axes_of", late)
    box = page.filters.boxes["hardware"]
    desk.choose(box, "Board A")
    box.activated.emit(box.currentIndex())
    desk.wait(lambda: page._found is not None and len(page._found) == len(page.drawn.x) < 100)
    page.parallel.repaint()  # with the lines of the last answer
    let_go.set()
    desk.settle()
    shown = page.model.places
    assert 0 < len(shown) < len(page.drawn.x)
    assert set(page.drawn.values("quantization")[shown]) == {"int8"}
    np.testing.assert_array_equal(np.flatnonzero(page.parallel._kept), np.sort(shown))


def test_an_error_while_a_plot_is_painted_ends_neither_the_app_nor_its_painting(
    open_desk: OpenDesk, pantry: Pantry, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(pantry, "front")
    desk.page.view.tabs.setCurrentIndex(1)
    desk.settle()
    plot = desk.page.parallel
    whole = plot.grab().toImage()

    def broken(*_: object) -> None:
        raise ValueError("a line that cannot be drawn")

    with monkeypatch.context() as patch, qtbot.capture_exceptions() as caught:
        patch.setattr(plot, "_lines", broken)
        plot.update()
        desk.wait(lambda: bool(caught))
    assert all("a line that cannot be drawn" in str(error[1]) for error in caught)
    assert plot.grab().toImage() == whole


def test_the_keyboard_brushes_an_axis(open_desk: OpenDesk, pantry: Pantry) -> None:
    desk = open_desk(pantry, "front")
    page = desk.page
    page.view.tabs.setCurrentIndex(1)
    desk.settle()
    page.parallel.setFocus()
    QTest.keyClick(page.parallel, Qt.Key.Key_Right)
    QTest.keyClick(page.parallel, Qt.Key.Key_Up)
    kept = page.parallel.within()
    assert kept is not None and 0 < np.count_nonzero(kept) < len(kept)
    assert "Time of one inference" in page.parallel.accessibleDescription()
    QTest.keyClick(page.parallel, Qt.Key.Key_Delete)
    assert page.parallel.within() is None


def test_what_is_chosen_goes_out_as_a_table(
    open_desk: OpenDesk, pantry: Pantry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(pantry, "front")
    page = desk.page
    file = tmp_path / "front.csv"
    monkeypatch.setattr(page, "_ask_file", lambda *_: file)  # the system's own dialog
    page.table.selectAll()
    desk.click(page.view.save)
    desk.settle()
    saved = pd.read_csv(file)
    assert saved["id"].tolist() == [entry.id for entry in page.model.rows]
    assert "sppr" not in saved.columns and page.drawn.x_name in saved.columns


def test_every_point_has_a_tooltip_and_one_measured_here_too(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    page = open_desk(pantry, "front").page
    for place in range(len(page.drawn.x)):
        assert str(page.drawn.cell("id", place)) in page._describe(place)
    page.plot.show_own([(2.0, 0.9, "Measured on this machine")])
    at = page.plot.plot.getViewBox().mapViewToScene(QPointF(2.0, 0.9))
    assert page.plot._own_at(at) == 0


def test_a_corrupt_volume_says_so_and_the_app_goes_on(
    open_desk: OpenDesk, pantry: Pantry, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(b"PAR1" + b"\0" * 40 + b"PAR1")
    desk = open_desk(pantry, "front")
    page = desk.page
    page._wanted = str(broken)
    page.refresh()
    desk.settle()
    assert "roken.parquet" in page.warning.text()
    assert page.model.rowCount() == 0 and not page.cook.isEnabled()
    page.take("bench_cls")
    desk.settle()
    assert page.model.rowCount() > 0


def _every_recipe(desk: Desk) -> None:
    desk.page.filters.method.setCurrentIndex(2)
    desk.page.filters.method.activated.emit(2)
    desk.settle()


def test_parallel_coordinates_name_their_own_marks_and_the_axis_below_the_pointer(
    open_desk: OpenDesk, pantry: Pantry
) -> None:
    desk = open_desk(pantry, "front")
    page = desk.page
    desk.choose(page.filters.colour, "Hardware")
    page.filters.colour.activated.emit(page.filters.colour.currentIndex())
    assert "○ chosen" in page.view.legend.text() and page.view.groups.isVisible()
    page.view.tabs.setCurrentIndex(1)
    desk.settle()
    said = page.view.legend.text()
    assert "each line is a recipe, up is better" in said and "on the front" in said
    assert "○" not in said and not page.view.groups.isVisible(), "no such marks are drawn there"
    title = page.parallel._axes[1].title
    told = page.parallel.tip_at(page.parallel._x(1))
    assert title in told and "less is better" in told and "Drag along an axis" in told
    page.view.tabs.setCurrentIndex(0)
    assert "○ chosen" in page.view.legend.text() and page.view.groups.isVisible()
