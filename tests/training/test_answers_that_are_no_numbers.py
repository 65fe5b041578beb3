"""An exported file whose answers are NaN is never told as equal to torch."""

from __future__ import annotations

import json
import math
from types import SimpleNamespace

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper

from haversack.base.canonical_json import load_strict
from haversack.training.errors import TrainingError
from haversack.training.export import exporting
from haversack.training.export.about import OnnxAbout
from haversack.training.export.float32 import describe
from haversack.training.jobs import export as job
from training_desk import Desk, small_recipe


def _adding(number: float, about: OnnxAbout) -> onnx.ModelProto:
    shape: list[str | int | None] = ["n", 3, 32, 32]
    images, answers = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name in ("images", "answers")
    )
    one = helper.make_tensor("one", TensorProto.FLOAT, [1], [number])
    node = helper.make_node("Add", ["images", "one"], ["answers"])
    graph = helper.make_graph([node], "adding", [images], [answers], [one])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    describe(model, about)
    return model


class _Adding(torch.nn.Module):
    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor]:
        return (images + 1,)


class _Two:
    def __init__(self, *_: object) -> None:
        """Stand for pictures of a dataset."""

    def __len__(self) -> int:
        return 2

    def get(self, place: int) -> np.ndarray:
        return np.full((1, 3, 32, 32), place, np.float32)


@pytest.fixture
def exports(monkeypatch: pytest.MonkeyPatch) -> dict[str, float]:
    """Let an export make a file that adds a number where the network adds one."""
    added = {"number": 1.0}
    loaded = SimpleNamespace(task=SimpleNamespace(name="classification"), classes=("a",))
    loaded.image_size = 32
    monkeypatch.setattr(exporting, "load_network", lambda _: (_Adding(), loaded))
    monkeypatch.setattr(exporting, "to_onnx", lambda _, about, __: _adding(added["number"], about))
    monkeypatch.setattr(exporting, "_Pictures", _Two)
    monkeypatch.setattr(job, "build_datasets", lambda _: {"train": [], "val": []})
    return added


def _export(desk: Desk, precision: str, accuracy: bool = False) -> dict[str, object]:
    recipe, options = small_recipe("classification"), {"precision": precision, "accuracy": accuracy}
    return job.export(desk.work(recipe, "export", precision, options=options))


@pytest.mark.parametrize("precision", ["float32", "float16"])
def test_a_file_that_answers_as_torch_does_is_told_with_its_difference(
    exports: dict[str, float], desk: Desk, precision: str
) -> None:
    assert exports["number"] == 1.0
    result = _export(desk, precision)
    assert result["max_abs_diff"] == 0.0 and "not_measured" not in result


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_a_float32_file_whose_answers_are_no_numbers_is_refused(
    exports: dict[str, float], desk: Desk, number: float
) -> None:
    exports["number"] = number
    with pytest.raises(TrainingError, match="no finite numbers"):
        _export(desk, "float32")
    assert not list((desk.folder / "float32").glob("*.onnx"))


def test_the_difference_of_a_float16_file_whose_answers_are_nan_is_none_with_a_reason(
    exports: dict[str, float], desk: Desk
) -> None:
    exports["number"] = math.nan
    result = _export(desk, "float16")
    assert result["max_abs_diff"] is None
    assert result["not_measured"] == {"max_abs_diff": exporting.NO_NUMBER}
    report = (desk.folder / "float16/report.json").read_text()
    assert "NaN" not in report and json.loads(report)["result"]["max_abs_diff"] is None


@pytest.mark.parametrize("number", [math.nan, -math.inf])
def test_a_report_is_json_where_metrics_are_no_numbers_and_says_which_and_why(
    exports: dict[str, float], desk: Desk, monkeypatch: pytest.MonkeyPatch, number: float
) -> None:
    exports["number"] = math.nan
    judged = ({"accuracy": 0.5, "loss": number}, 2)
    monkeypatch.setattr(job, "open_trained", lambda _: None)
    monkeypatch.setattr(job, "evaluate_over", lambda *_: judged)
    _export(desk, "float16", accuracy=True)
    content = (desk.folder / "float16/report.json").read_bytes()
    result = load_strict(content, "the report", 1 << 20)["result"]
    assert result["metrics"] == {"accuracy": 0.5, "loss": None}
    assert result["not_measured"] == {
        "max_abs_diff": exporting.NO_NUMBER,
        "metrics.loss": f"is no finite number ({number})",
    }
