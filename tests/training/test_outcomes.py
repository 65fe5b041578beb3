from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from onnx import TensorProto, helper

from haversack.data.composites import Joined, random_subset
from haversack.data.errors import DataError
from haversack.data.sample import Sample
from haversack.runs.events import Failed, Stopped
from haversack.runs.spec import RunKind, RunSpec
from haversack.training.inference import onnx_runner
from haversack.training.inference.session import open_session
from haversack.training.loading.batches import make_loader, what_waits
from haversack.training.loading.samples import SquaredSamples
from haversack.training.outcome import explain
from haversack.training.stopping import StopRequested


def test_memory_that_runs_out_is_told_with_what_to_make_smaller() -> None:
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 58, dtype=torch.uint8)
    outcome = explain(caught.value)
    assert isinstance(outcome, Failed)
    assert outcome.error == "OutOfMemoryError"
    assert "batch_size" in outcome.hint
    python = explain(MemoryError())
    assert isinstance(python, Failed)
    assert python.error == "OutOfMemoryError"


@pytest.mark.parametrize("kind", ["evaluate", "export", "measure", "predict", "convert"])
def test_memory_that_runs_out_after_a_training_is_told_with_a_remedy_that_can_be_taken(
    kind: str,
) -> None:
    spec = RunSpec(kind=RunKind(kind), run_id="r", run_dir=Path("r"), options={"of_run": "trained"})
    outcome = explain(MemoryError(), spec)
    assert isinstance(outcome, Failed)
    assert outcome.error == "OutOfMemoryError"
    assert outcome.message == f"the device has not enough memory to {kind}"
    assert "more memory" in outcome.hint and "batch_size" not in outcome.hint
    on_gpu = explain(torch.OutOfMemoryError("CUDA out of memory."), spec)
    assert isinstance(on_gpu, Failed)
    has_devices = kind in {"evaluate", "measure", "predict"}
    assert (f"haversack {kind} trained --devices cpu" in on_gpu.hint) == has_devices


def test_memory_that_runs_out_in_onnx_runtime_is_told_as_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = helper.make_tensor_value_info("numbers", TensorProto.FLOAT, ["n"])
    shape = helper.make_tensor_value_info("shape", TensorProto.INT64, [1])
    node = helper.make_node("ConstantOfShape", ["shape"], ["numbers"])
    graph = helper.make_graph([node], "too much", [shape], [numbers])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    session = open_session(model.SerializeToString(), 1)
    with pytest.raises(Exception) as caught:
        session.run(None, {"shape": np.array([1 << 58])})  # really asked for
    outcome = explain(caught.value)
    assert isinstance(outcome, Failed) and outcome.error == "OutOfMemoryError"

    def opened(*_: object) -> None:
        raise caught.value

    (tmp_path / "model.onnx").write_bytes(b"larger than there is memory")
    monkeypatch.setattr(onnx_runner, "open_session", opened)
    with pytest.raises(type(caught.value)):
        onnx_runner.open_onnx(tmp_path / "model.onnx")


def test_an_error_with_a_remedy_keeps_both_lines() -> None:
    outcome = explain(DataError("a.jpg is damaged", "Replace it."))
    assert isinstance(outcome, Failed)
    assert (outcome.error, outcome.message, outcome.hint) == (
        "DataError",
        "a.jpg is damaged",
        "Replace it.",
    )


class _Broken:
    classes = ("a",)

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> Sample:
        raise DataError(f"picture {index} is damaged", "Replace it.")


@pytest.mark.parametrize(("batch", "training", "left"), [(3, True, 1), (2, True, 0), (3, False, 0)])
def test_what_an_epoch_leaves_out_is_what_does_not_fill_a_batch_of_all_processes(
    batch: int, training: bool, left: int
) -> None:
    samples = SquaredSamples(random_subset(Joined(_Broken(), _Broken()), 1.0, 0), 32, None, 0)
    loader = make_loader(samples, batch, 0, 0, training=training)
    assert what_waits(loader) == (left, 4, batch)
    assert what_waits(loader, 2) == (2 * left, 8, 2 * batch)
    steps = sum(1 for _ in loader.batch_sampler or ())
    assert 4 - steps * batch == left if training else steps == 2


@pytest.mark.parametrize("workers", [0, 1])
def test_a_picture_that_fails_in_a_loader_process_is_told_like_any_other(workers: int) -> None:
    samples = SquaredSamples(_Broken(), 32, None, 0)
    loader = make_loader(samples, 2, workers, 0, training=False)
    with pytest.raises(Exception) as caught:
        next(iter(loader))
    outcome = explain(caught.value)
    assert isinstance(outcome, Failed)
    assert (outcome.error, outcome.message, outcome.hint) == (
        "DataError",
        "picture 0 is damaged",
        "Replace it.",
    )


def test_a_full_disk_is_told_as_what_it_is() -> None:
    outcome = explain(OSError(28, "No space left on device", "/run/metrics.csv"))
    assert isinstance(outcome, Failed)
    assert outcome.message == "using /run/metrics.csv: the disk is full"
    assert outcome.hint


def test_an_unforeseen_error_is_one_line() -> None:
    outcome = explain(ZeroDivisionError("first\nsecond"))
    assert isinstance(outcome, Failed)
    assert outcome.message == "first"
    assert "traceback" in outcome.hint
    assert explain(ValueError()).message == "ValueError"  # type: ignore[union-attr] # a Failed


def test_a_stop_that_was_asked_for_is_no_failure() -> None:
    outcome = explain(StopRequested("checkpoints/last", 3))
    assert isinstance(outcome, Stopped)
    assert (outcome.checkpoint, outcome.epoch) == ("checkpoints/last", 3)
