"""What a person reads of a run's result: metrics, answers and what is missing, not only files."""

from __future__ import annotations

import io
from typing import Any

from rich.console import Console

from haversack.cli.run_view import MOST_ANSWERS, result_of
from haversack.runs.reducer import RunState


def _read(result: dict[str, Any]) -> str:
    console = Console(file=io.StringIO(), width=100)
    for shown in result_of(RunState(result=result)):
        console.print(shown)
    text: str = console.file.getvalue()  # type: ignore[attr-defined] # it is the StringIO above
    return text


def test_metrics_of_a_file_stand_beside_those_of_the_training() -> None:
    text = _read({"metrics": {"accuracy": 0.25}, "framework_metrics": {"accuracy": 0.75}})
    assert "this file" in text and "0.25" in text
    assert "as trained" in text and "0.75" in text


def test_each_picture_has_its_best_answers() -> None:
    found = {"name": "cat.jpg", "labels": list("abcd"), "scores": [0.9, 0.05, 0.03, 0.02]}
    text = _read({"predictions": [found, {"name": "sky.jpg", "labels": [], "scores": []}]})
    assert "a 90%, b 5%, c 3% and 1 more" in text
    assert "sky.jpg" in text and "nothing" in text


def test_the_classes_of_a_mask_are_told_by_size_and_their_numbers_as_no_share_of_it() -> None:
    found = {"name": "sky.jpg", "mask": "m.png", "labels": ["ground", "roof"], "scores": [0.4, 0.9]}
    text = _read({"predictions": [found]})
    assert "largest first, and how sure its pixels are" in text and "best first" not in text


def test_where_no_box_is_sure_enough_the_score_that_it_takes_is_said() -> None:
    none = {"name": "sky.jpg", "labels": [], "scores": []}
    assert "nothing that scores 30%" in _read({"predictions": [none], "score_threshold": 0.3})


def test_the_option_that_thins_boxes_is_named_with_its_value_for_boxes_alone() -> None:
    found = {"name": "cat.jpg", "labels": ["cat"], "scores": [0.9]}
    told = "left out: model.score_threshold=0.3"
    assert told in _read({"predictions": [found], "score_threshold": 0.3})
    assert "model.score_threshold" not in _read({"predictions": [found], "score_threshold": 0.0})
    assert "model.score_threshold" not in _read({"predictions": [found]})


def test_answers_beyond_a_screenful_are_counted() -> None:
    one = {"name": "cat.jpg", "labels": ["a"], "scores": [1.0]}
    assert "and 2 more" in _read({"predictions": [one] * (MOST_ANSWERS + 2)})


def test_what_was_not_measured_says_why() -> None:
    assert "no temperature sensor" in _read(
        {"not_measured": {"temperature_C": "no temperature sensor"}}
    )
