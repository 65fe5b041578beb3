"""What runs have found, in words: a field operator knows no names of variables."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from haversack.runs.reducer import RunState
from haversack_gui.calls.runs import RunLine
from haversack_gui.jobs import Jobs
from haversack_gui.look import Look
from haversack_gui.models.run_facts import facts
from haversack_gui.models.run_times import began, took
from haversack_gui.theme import DARK
from haversack_gui.widgets.run_comparison import RunComparison, names
from haversack_gui.widgets.run_view import RunView


def line(run_id: str, **state: object) -> RunLine:
    told = RunState.model_validate({"status": "finished", **state})
    return RunLine(run_id, "train", "smoke detector", "detection", "", told, Path(), False)


def nothing() -> None:
    """Stands for a button of which nobody asks anything."""


def test_every_value_of_a_detector_s_evaluation_has_a_name() -> None:
    state = RunState(metrics={"map_75": 0.25, "mar_1": 0.3, "mar_10": 0.5, "mar_100": 0.5})
    assert [name for name, _ in facts(state)] == [
        "mAP at 75 % overlap",
        "Recall with 1 box at most",
        "Recall with 10 boxes at most",
        "Recall with 100 boxes at most",
    ]


def test_a_run_that_is_over_is_not_said_to_be_at_its_last_step_still(
    qtbot: QtBot, qapp: QApplication
) -> None:
    jobs = Jobs(qapp)
    view = RunView(Look(qapp, "light"), jobs, nothing, nothing, lambda _kind, _of: None, nothing)
    qtbot.addWidget(view)
    told = {"device": "cpu", "phase": "validate"}
    view.show_run(line("20261130-142305-train-e710", **told), fresh=True)
    assert view.line.text() == "CPU"
    view.show_run(line("20261130-142305-train-e710", **{**told, "status": "stopped"}), fresh=True)
    assert "validate" in view.line.text(), "there it says where it stopped"
    jobs.close()


def test_runs_of_one_recipe_are_told_apart_by_the_time_of_day() -> None:
    same = [line("20261130-142305-train-e710"), line("20261130-142609-train-ab12")]
    assert names(same) == ["1: smoke detector, 14:23:05", "2: smoke detector, 14:26:09"]


def test_a_run_is_told_by_when_it_began_and_how_long_it_took() -> None:
    noon = datetime(2026, 11, 30, 12)
    at = datetime(2026, 11, 30, 9, 5).timestamp()
    state = RunState(status="finished", started_at=at, updated_at=at + 200)
    assert took(state) == "took 3 min 20 s"
    assert began(state, noon) == "today 09:05"
    assert began(state, datetime(2026, 12, 2)) == "30 Nov 09:05"
    assert began(state, datetime(2027, 1, 2)) == "30 Nov 2026 09:05"
    assert took(RunState(status="running", started_at=at, updated_at=at + 200)) == ""
    assert began(RunState(), noon) == took(RunState()) == "", "a run that waits has not begun"


def test_compared_runs_are_numbered_alike_in_the_legend_and_where_their_names_have_no_room(
    qtbot: QtBot, qapp: QApplication
) -> None:
    view = compared(qtbot, Look(qapp, "light"), width=480)
    tip = Qt.ItemDataRole.ToolTipRole
    for number, title in enumerate(names(view._lines), 1):
        assert view.model.headerData(number, Qt.Orientation.Horizontal) == str(number)
        assert title in view.model.headerData(number, Qt.Orientation.Horizontal, tip)
        assert f"{number}:&nbsp;smoke" in view.legend.text()
    view.resize(1000, 600)
    for number, title in enumerate(names(view._lines), 1):
        assert view.model.headerData(number, Qt.Orientation.Horizontal) == title
        assert title.replace(" ", "&nbsp;") in view.legend.text()


@pytest.mark.parametrize("width", [478, 860])
def test_nine_compared_runs_keep_the_names_of_the_values_in_sight_and_have_nine_colours(
    qtbot: QtBot, qapp: QApplication, width: int
) -> None:
    look = Look(qapp, "light")
    view = compared(qtbot, look, width=width, count=9, recipe="corrosion, second flight, " * 4)
    cells = [view.model.index(0, at).data(Qt.ItemDataRole.ForegroundRole) for at in range(1, 10)]
    assert len({cell.name() for cell in cells}) == 9
    bar, before = view.table.horizontalScrollBar(), view.table.verticalHeader()
    bar.setValue(bar.maximum())
    assert before.isVisible() and before.width() >= 140
    assert view.model.headerData(0, Qt.Orientation.Vertical) == "mAP at 50 % overlap, validation"
    text = view.table.fontMetrics().horizontalAdvance("0.8303")
    assert all(view.table.columnWidth(at) >= text + 12 for at in range(1, 10))
    assert width < 860 or bar.maximum() == 0, "in a wide window all nine are side by side"
    words = QTextDocument()
    words.setDefaultFont(view.legend.font())
    words.setHtml(view.legend.text())
    words.setTextWidth(view.legend.width())
    assert words.idealWidth() <= view.legend.width(), "no name of the legend is cut"


def test_values_in_training_and_in_validation_have_names_too() -> None:
    state = RunState(metrics={"train/loss_mean": 2.0, "val/map_50": 0.5, "train/learning_rate": 1})
    assert [name for name, _ in facts(state)] == [
        "Mean loss, training",
        "mAP at 50 % overlap, validation",
        "Learning rate",
    ]


def compared(
    qtbot: QtBot, look: Look, *, width: int, count: int = 3, recipe: str = "smoke detector"
) -> RunComparison:
    curves = {"val/map_50": ((1, 0.25), (2, 0.5)), "train/loss": ((1, 2.0), (2, 1.0))}
    metrics = {"train/loss": 1.0, "val/map_50": 0.5}
    view = RunComparison(look)
    qtbot.addWidget(view)
    view.resize(width, 600)
    told = {"curves": curves, "metrics": metrics}
    lines = [line(f"2026113{n}-142305-train-e710", **told) for n in range(count)]
    view.show_runs([replace(one, recipe=recipe) for one in lines])
    view.show()
    qtbot.waitExposed(view)
    return view


def test_compared_runs_have_the_same_colour_in_every_plot_in_the_legend_and_in_the_table(
    qtbot: QtBot, qapp: QApplication
) -> None:
    look = Look(qapp, "light")
    view = compared(qtbot, look, width=480)
    for palette in (look.palette, DARK):
        for at in range(3):
            inks = {
                curve.opts["pen"].color().name()
                for name, curve in view.curves._lines.items()
                if name.startswith(f"{at}/")
            }
            cell = view.model.index(0, at + 1).data(Qt.ItemDataRole.ForegroundRole)
            assert inks == {palette.curves[at]} == {cell.name()}
            assert palette.curves[at] in view.legend.text()
        look.toggle()


def test_nothing_of_compared_runs_is_cut_or_lies_over_something_else(
    qtbot: QtBot, qapp: QApplication
) -> None:
    view = compared(qtbot, Look(qapp, "light"), width=480)
    assert view.legend.heightForWidth(view.legend.width()) <= view.legend.height()
    assert view.table.horizontalHeader().length() <= view.table.viewport().width()
    assert view.model.index(0, 0).data() == "mAP at 50 % overlap, validation"
    tip = Qt.ItemDataRole.ToolTipRole
    assert "smoke detector, 14:23:05" in view.model.headerData(1, Qt.Orientation.Horizontal, tip)
    heads = [one for one in view.curves.findChildren(QLabel) if one.property("look") == "lead"]
    assert {head.text() for head in heads} == {"mAP50", "Loss"}
    view.show_runs([line("20261130-142305-train-e710", curves={"val/f1": ((1, 0.5),)})])
    assert not any(head.isVisible() for head in heads), "plots of before lie over the new ones"


def test_the_report_of_an_evaluation_is_opened_by_a_click(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    jobs = Jobs(qapp)
    view = RunView(Look(qapp, "light"), jobs, nothing, nothing, lambda _kind, _of: None, nothing)
    qtbot.addWidget(view)
    view.show()
    view.show_run(line("20261130-142305-evaluate-e710"), fresh=True)
    assert not view.read.isVisible()
    made = [{"role": "report", "path": "judgement.json"}, {"role": "page", "path": "report.html"}]
    view.show_run(line("20261130-142305-evaluate-e710", products=made), fresh=True)
    assert view.products.text().splitlines() == [
        "Report for programs: judgement.json",
        "Report to read: report.html",
    ]
    QTest.mouseClick(view.read, Qt.MouseButton.LeftButton)
    assert opened == ["report.html"]
    jobs.close()
