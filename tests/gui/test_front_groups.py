"""A volume of several data sets, backbones and sizes: filtered, and told apart in the plot."""

from __future__ import annotations

import io
from collections.abc import Callable
from itertools import product

import numpy as np
import pandas as pd
import pytest

from gui_desk import Desk
from haversack.services.shelves import Pantry
from haversack.services.volumes import load_volume
from haversack_gui.calls import front_groups
from haversack_gui.widgets.front_plot import SIGNS


@pytest.fixture
def wide(empty_pantry: Pantry) -> Pantry:
    columns = ["dataset", "backbone", "height", "quantization"]
    rows = list(
        product(
            ["Digits & co", "Clothes", "Scenes"], ["A", "B"], [64, 96, 128], ["float32", "int8"]
        )
    )
    frame = pd.DataFrame(rows, columns=columns)
    frame.insert(0, "id", np.arange(1, len(rows) + 1))
    frame["hardware"] = "Board"
    frame["od_inf_rate_ms"] = np.random.default_rng(5).uniform(1, 9, len(rows))
    frame["relative_task_metric"] = np.linspace(0.4, 1.0, len(rows))
    content = io.BytesIO()
    frame.to_parquet(content)
    empty_pantry.volumes.put("xval_cls", content.getvalue(), {"name": "xval_cls"})
    return empty_pantry


def _choose(desk: Desk, box: object, text: str) -> None:
    desk.choose(box, text)  # type: ignore[arg-type] # a combo box of the page
    box.activated.emit(box.currentIndex())  # type: ignore[attr-defined] # as above
    desk.settle()


def test_rows_are_filtered_by_data_and_size_and_told_apart_by_a_column(
    open_desk: Callable[..., Desk], wide: Pantry, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = open_desk(wide, "front")
    page = desk.page
    boxes, colour = page.filters.boxes, page.filters.colour
    sizes = [boxes["height"].itemText(at) for at in range(boxes["height"].count())]
    assert sizes == ["All", "64", "96", "128"]
    assert not boxes["hardware"].isVisible()  # one value is no choice
    assert not page.view.groups.isVisible()

    _choose(desk, colour, "Data")
    assert "Digits&nbsp;&amp;&nbsp;co" in page.view.groups.text()
    drawn = page.drawn
    shown = page.plot.group_items.data
    names = np.array(["Clothes", "Digits & co", "Scenes"])
    signs = dict(zip(names, (sign for sign, _ in SIGNS), strict=False))
    assert len(shown) == len(drawn.x) == 36
    assert list(shown["symbol"]) == [signs[name] for name in drawn.values("dataset")]

    _choose(desk, boxes["dataset"], "Scenes")
    _choose(desk, boxes["height"], "96")
    drawn = page.drawn
    where = page.filters.question().where()
    assert set(load_volume("xval_cls", wide).frame(where=where)["id"]) == set(drawn.values("id"))
    assert len(drawn.x) == 4
    assert set(page.plot.group_items.data["symbol"]) == {signs["Scenes"]}

    monkeypatch.setattr(front_groups, "MOST_ROWS", 10)
    page.refresh()
    desk.settle()
    assert not colour.isVisible()
    assert not page.view.groups.isVisible()
