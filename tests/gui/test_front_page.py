from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from gui_desk import Desk
from haversack.services.shelves import Pantry
from haversack.volume.query import query_pareto_optimal_recipes

OpenDesk = Callable[..., Desk]


def test_the_plot_and_the_list_show_the_engines_answer(open_desk: OpenDesk, pantry: Pantry) -> None:
    desk = open_desk(pantry, "front")
    page = desk.page
    drawn = page.drawn
    ids, info = _ask(page)
    assert [entry.id for entry in page.model.rows] == ids
    np.testing.assert_array_equal(drawn.x, info["metric_custom_all"])
    np.testing.assert_array_equal(drawn.y, info["metric_accuracy_all"])
    front = drawn.frame["id"].to_numpy()[list(drawn.front)]
    assert sorted(front) == sorted(ids)
    assert "1 row left out" in page.warning.text()
    assert "mixes hardware" in page.warning.text()


def test_up_and_right_is_better(open_desk: OpenDesk, pantry: Pantry) -> None:
    drawn = open_desk(pantry, "front").page.drawn
    milliseconds = drawn.frame["od_inf_rate_ms"].to_numpy()
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
    assert set(page.drawn.frame["hardware"]) == {"Board A"}
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
