"""Which device a measurement takes, what it tells of it, and which numbers it refuses."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import onnxruntime
import pytest
import torch
from pydantic import JsonValue

from haversack.data.sample import Sample
from haversack.runs.events import Noted
from haversack.training.errors import TrainingError
from haversack.training.inference.runner import Trained
from haversack.training.jobs import measure as job
from haversack.training.jobs.measure import measure
from haversack.training.measuring import machine, subject
from haversack.training.measuring import measure as measuring
from haversack.training.measuring.latency import Latency
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


@pytest.mark.parametrize(
    ("options", "runs", "seconds"), [({}, 1000, 10.0), ({"min_runs": 7, "seconds": 0.5}, 7, 0.5)]
)
def test_a_network_is_run_as_often_with_its_processing_as_alone_and_it_is_told_how_often(
    options: dict[str, JsonValue],
    runs: int,
    seconds: float,
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[int, float]] = []

    def latency(_run: object, min_runs: int, most: float, _on_run: object) -> Latency:
        asked.append((min_runs, most))
        return Latency(1.0, 1.0, 1.0, 1.0, min_runs, 0, is_stable=True)

    monkeypatch.setattr(measuring, "measure_latency", latency)
    monkeypatch.setattr(measuring, "processor_counter", lambda: None)
    found = _measured(desk, monkeypatch, options)
    assert asked == [(runs, seconds)] * 2
    assert found["settings"] == {"min_runs": runs, "seconds": seconds}


@pytest.mark.parametrize("joules", [2.0, None])
def test_energy_is_watched_for_30_s_however_short_the_runs_are_and_told_with_what_was_used(
    joules: float | None, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert measuring.ENERGY_SECONDS == 30.0
    asked: list[float] = []

    def energy(_run: object, seconds: float, *_: object) -> tuple[float | None, str]:
        asked.append(seconds)
        return joules, "" if joules else "too busy"

    monkeypatch.setattr(measuring, "joules_per_run", energy)
    monkeypatch.setattr(measuring, "processor_counter", lambda: lambda: 0.0)
    found = _measured(desk, monkeypatch, {"min_runs": 1, "seconds": 0.01})
    assert asked == [30.0]
    assert found["energy_mJ"] == (None if joules is None else 2000.0)
    assert found["settings"].get("energy_seconds") == (None if joules is None else 30.0)


def test_versions_are_told_of_what_is_installed_and_of_cudas_libraries_on_a_gpu_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = {"tensorrt-cu12": "10.9.0", "lightning": "2.6.6", "torchvision": "0.28.0"}

    def version(name: str) -> str:
        if name not in given:
            raise metadata.PackageNotFoundError(name)
        return given[name]

    monkeypatch.setattr(metadata, "version", version)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "a GPU")
    monkeypatch.setattr(torch.backends.cudnn, "version", lambda: 91002)
    monkeypatch.setattr(torch.version, "cuda", "12.8")
    here = {"lightning": "2.6.6", "torchvision": "0.28.0", "onnxruntime": onnxruntime.__version__}
    assert machine.describe_machine()["versions"] == here
    there = {"cuda": "12.8", "cudnn": "9.10.2", "tensorrt": "10.9.0"}
    assert machine.describe_machine(0)["versions"] == here | there
    given.clear()
    monkeypatch.setattr(torch.backends.cudnn, "version", lambda: None)
    told = machine.describe_machine(0)["versions"]
    assert told == {"cuda": "12.8", "onnxruntime": onnxruntime.__version__}


@pytest.mark.parametrize(("number", "told"), [(91002, "9.10.2"), (90100, "9.1.0"), (8902, "8.9.2")])
def test_a_version_of_cudnn_is_told_as_its_makers_write_it(number: int, told: str) -> None:
    assert machine.cudnn_version(number) == {"cudnn": told}


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


PICTURE = Sample(np.zeros((8, 8, 3), np.uint8), 0, "p")


def _subject(file: Path, gpu: int | None) -> subject.Subject:
    """Give a network that answers with nothing and of which nobody knows the memory."""
    none, task = (None, "not told"), cast(Any, SimpleNamespace(predict=lambda _: []))
    trained, memory = Trained(_Answers(), task, ("a",), 8), Memory(none, none)
    return subject.Subject(trained, file, gpu, 1, lambda _: lambda: None, lambda: memory, None)


def _measured(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, options: dict[str, JsonValue]
) -> dict[str, Any]:
    """Measure such a network on the processor, its accuracy left out."""
    file = desk.folder / "model.onnx"
    file.write_bytes(b"a network")
    monkeypatch.setattr(job, "build_datasets", lambda _: {"val": [PICTURE]})
    monkeypatch.setattr(job, "exported_subject", lambda *_: _subject(file, None))
    told = {"model": str(file), "accuracy": False, **options}
    work = desk.work(small_recipe("classification"), "measure", "run", options=told)
    work.run_dir.mkdir()
    return measure(work)


def test_what_a_gpu_does_not_tell_has_a_reason_and_it_is_asked_while_it_works(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpu, measured = _Silent(), _subject(Path("f"), 0)
    monkeypatch.setattr(measuring, "open_gpu", lambda _: gpu)
    monkeypatch.setattr(measuring, "uuid_of", str)
    monkeypatch.setattr(measuring, "describe_machine", lambda _: {})
    work = desk.work(small_recipe("classification"), "measure", "run")
    _, found = measuring.measure_subject(work, lambda: measured, PICTURE, 5, 0.05)
    assert found["gpu"]["slowed"] is True and gpu.looks == 1, "asked while it works, not after"
    why = found["not_measured"]
    assert "driver" in why["gpu.temperature_C"] and "gpu.clock_Hz" not in why
    assert found["nodes"] is None and "does not tell" in why["nodes"]
