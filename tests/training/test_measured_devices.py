"""Which device a measurement takes, what it tells of it, and which numbers it refuses."""

from __future__ import annotations

import pytest
import torch

from haversack.runs.events import Noted
from haversack.training.errors import TrainingError
from haversack.training.jobs.measure import measure
from haversack.training.measuring import subject
from training_desk import Desk, small_recipe


@pytest.mark.parametrize(
    ("in_torch", "in_onnx", "told"),
    [
        (True, False, "this ONNX Runtime has no CUDA"),
        (False, True, "torch sees no GPU"),
        (False, False, ""),
    ],
)
def test_a_gpu_that_only_torch_or_only_onnx_runtime_sees_is_told(
    in_torch: bool, in_onnx: bool, told: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: in_torch)
    monkeypatch.setattr(subject, "runs_on_gpus", lambda: in_onnx)
    work = desk.work(small_recipe("classification"), "measure", "run", device="auto")
    assert subject.device_of(work, "onnxruntime") == torch.device("cpu")
    notes = [event.text for event in desk.events if isinstance(event, Noted)]
    assert len(notes) == bool(told) and all(told in note for note in notes)


@pytest.mark.parametrize(
    "options",
    [
        {"min_runs": 0},
        {"seconds": 0},
        {"seconds": -1},
        {"seconds": float("nan")},
        {"threads": -1},
        {"seconds": True},
    ],
)
def test_a_measurement_of_no_run_or_no_time_is_refused_before_anything_is_done(
    options: dict[str, float], desk: Desk
) -> None:
    work = desk.work(small_recipe("classification"), "measure", "run", options=options)
    with pytest.raises(TrainingError, match=f"the option {next(iter(options))} is"):
        measure(work)
