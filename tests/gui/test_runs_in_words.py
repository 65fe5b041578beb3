"""What runs have found, in words: a field operator knows no names of variables."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from haversack.runs.reducer import RunState
from haversack_gui.calls.runs import RunLine
from haversack_gui.jobs import Jobs
from haversack_gui.look import Look
from haversack_gui.models.run_facts import facts
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
    assert names(same) == ["smoke detector, 14:23:05", "smoke detector, 14:26:09"]


def test_no_value_of_compared_runs_is_cut_beside_its_curve(
    qtbot: QtBot, qapp: QApplication
) -> None:
    curves = {"val/map_50": ((1, 0.25), (2, 0.5)), "train/loss": ((1, 2.0), (2, 1.0))}
    view = RunComparison(Look(qapp, "light"))
    qtbot.addWidget(view)
    view.resize(480, 600)
    view.show_runs([line(f"20261130-14230{n}-train-e710", curves=curves) for n in range(3)])
    view.show()
    qtbot.waitExposed(view)
    for legend in view.curves._legends.values():
        assert legend.heightForWidth(legend.width()) <= legend.height()
    heads = [one for one in view.curves.findChildren(QLabel) if one.property("look") == "lead"]
    assert {head.text() for head in heads} == {"mAP50", "Loss"}
