"""What a network costs on a GPU: in torch, by ONNX Runtime's CUDA, and the bench itself."""

from __future__ import annotations

import importlib
from ctypes.util import find_library
from pathlib import Path
from typing import Any

import onnxruntime
import pytest
import torch

from haversack.runs.spec import Limits
from haversack.training.inference.session import BY_TENSORRT, ON_GPU, runs_on_gpus
from haversack.training.jobs.measure import measure
from haversack.training.jobs.train import train
from haversack.training.measuring import measure as measuring
from haversack.training.measuring.gpu import open_gpu, uuid_of
from training_desk import Desk, small_recipe

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no GPU")
LIMITS = Limits(limit_batches=8, batch_size=16, image_size=64, max_epochs=1)
BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


def _has_tensorrt() -> bool:
    """Say whether ONNX Runtime knows TensorRT, and its library is here."""
    known = BY_TENSORRT in onnxruntime.get_available_providers()
    return known and find_library("nvinfer") is not None


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    desk = Desk(tmp_path_factory.mktemp("measured"))
    recipe = small_recipe("classification")
    train(desk.work(recipe, "train", "run", limits=LIMITS, device="cuda"))
    return desk


def _measured(desk: Desk, runtime: str) -> dict[str, Any]:
    work = desk.work(
        small_recipe("classification"),
        "measure",
        runtime,
        checkpoint=desk.folder / "run/checkpoints/best",
        limits=LIMITS,
        device="cuda",
        options={"runtime": runtime, "seconds": 2.0},
    )
    return measure(work)


def test_the_driver_tells_of_the_gpu_that_torch_uses() -> None:
    gpu = open_gpu(uuid_of(0))
    assert gpu is not None
    facts = gpu.facts()
    assert facts["driver"] and facts["clock_Hz"]
    assert (gpu.memory_bytes() or 0) > 0


@pytest.mark.parametrize(
    "runtime",
    [
        "torch",
        pytest.param(
            "onnxruntime",
            marks=pytest.mark.skipif(not runs_on_gpus(), reason="this ONNX Runtime has no CUDA"),
        ),
        pytest.param(
            "tensorrt",
            marks=pytest.mark.skipif(not _has_tensorrt(), reason="this machine has no TensorRT"),
        ),
    ],
)
def test_a_network_is_measured_on_the_gpu_and_says_so(
    trained: Desk, runtime: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "ENERGY_SECONDS", 3.0)
    found = _measured(trained, runtime)
    assert (found["device"], found["runtime"]) == ("cuda:0", runtime)
    assert found["hardware"].startswith(torch.cuda.get_device_name(0))
    assert 0 < found["p50_ms"] <= found["p99_ms"]
    assert found["versions"]["cuda"] == torch.version.cuda
    assert found["versions"]["cudnn"][0].isdigit()
    for name in ("gpu_memory_bytes", "energy_mJ", "gpu"):
        assert (found[name] is None) == (name in found["not_measured"]), name
        assert found[name] != 0
    assert ("energy_seconds" in found["settings"]) == (found["energy_mJ"] is not None)
    assert (found["gpu_memory_bytes"] is None) == (runtime == "torch")
    if runtime != "torch":
        taken = BY_TENSORRT if runtime == "tensorrt" else ON_GPU
        assert found["nodes"] is None or found["nodes"][taken] > 0
    wanted = found["framework_metrics"]["accuracy"]
    assert found["metrics"]["accuracy"] == pytest.approx(wanted, abs=0.02)


def test_the_bench_gives_every_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    report = importlib.import_module("kitchen_bench.device_report")
    scale = importlib.import_module("bench_kitchen_gpu").SMALL_ONE
    monkeypatch.setattr(report, "ROUNDS", 1)
    monkeypatch.setattr(report, "CANDIDATES", (scale.size, *report.CANDIDATES[:2]))
    lines = list(report.lines(torch.device("cuda", 0), scale, tmp_path, None, 1.0))
    assert sum(line.startswith("==") for line in lines) == 5
