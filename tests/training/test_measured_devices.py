"""Which device a measurement takes, what it tells of it, and which numbers it refuses."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from haversack.data.sample import Sample
from haversack.runs.events import Noted
from haversack.training.errors import TrainingError
from haversack.training.inference.runner import Trained
from haversack.training.jobs.measure import measure
from haversack.training.measuring import measure as measuring
from haversack.training.measuring import subject
from haversack.training.measuring.memory import Memory
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


class _Silent:
    """A GPU whose driver tells neither its heat nor its energy, and that is slow while it works."""

    def __init__(self) -> None:
        self.looks = 0

    def facts(self) -> dict[str, Any]:
        self.looks += 1
        return {"clock_Hz": 1e9, "temperature_C": None, "slowed": self.looks == 1, "driver": "550"}

    def energy_counter(self) -> None:
        return None


class _Answers:
    runtime = "torch"

    def __call__(self, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return (images,)


def test_what_a_gpu_does_not_tell_has_a_reason_and_it_is_asked_while_it_works(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpu, none = _Silent(), (None, "not told")
    task: Any = SimpleNamespace(predict=lambda _: [])
    trained = Trained(_Answers(), task, ("a",), 8)
    memory = Memory(none, none)
    measured = subject.Subject(
        trained, Path("f"), 0, 1, lambda _: lambda: None, lambda: memory, None
    )
    monkeypatch.setattr(measuring, "open_gpu", lambda _: gpu)
    monkeypatch.setattr(measuring, "uuid_of", str)
    monkeypatch.setattr(measuring, "describe_machine", lambda _: {})
    work = desk.work(small_recipe("classification"), "measure", "run")
    picture = Sample(np.zeros((8, 8, 3), np.uint8), 0, "p")
    _, found = measuring.measure_subject(work, lambda: measured, picture, 5, 0.05)
    assert found["gpu"]["slowed"] is True and gpu.looks == 1, "asked while it works, not after"
    why = found["not_measured"]
    assert "driver" in why["gpu.temperature_C"] and "gpu.clock_Hz" not in why
    assert found["nodes"] is None and "does not tell" in why["nodes"]
