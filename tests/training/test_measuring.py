"""How energy is counted, what NVML is asked, and which device a session runs on."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeGuard

import numpy as np
import onnx
import onnxruntime
import pynvml
import pytest
from onnx import TensorProto, helper

from haversack.training.errors import TrainingError
from haversack.training.inference.session import (
    BY_TENSORRT,
    ON_CPU,
    ON_GPU,
    Gpu,
    bound_run,
    nodes_by_provider,
    open_session,
    require_taken,
    runs_on_gpus,
)
from haversack.training.measuring import gpu
from haversack.training.measuring.energy import joules_per_run, processor_counter
from haversack.training.measuring.memory import added


def _package(root: Path, name: str, microjoules: int, most: int) -> Path:
    folder = root / name
    folder.mkdir()
    (folder / "energy_uj").write_text(f"{microjoules}\n")
    (folder / "max_energy_range_uj").write_text(f"{most}\n")
    return folder / "energy_uj"


def test_packages_are_added_up_and_a_counter_that_began_anew_goes_on(tmp_path: Path) -> None:
    one = _package(tmp_path, "intel-rapl:0", 9_000_000, 10_000_000)
    other = _package(tmp_path, "intel-rapl:1", 0, 10_000_000)
    _package(tmp_path, "intel-rapl:0:0", 5_000_000, 10_000_000)  # within the first: not counted
    spent = processor_counter(tmp_path)
    assert spent is not None and spent() == 0
    one.write_text("1000000\n")
    other.write_text("500000\n")
    assert spent() == pytest.approx(2.5)
    one.write_text("1500000\n")
    assert spent() == pytest.approx(3.0)


def test_a_machine_without_a_counter_has_none(tmp_path: Path) -> None:
    assert processor_counter(tmp_path) is None


class _Meter:
    """Counts the joules of runs."""

    def __init__(self, run: float) -> None:
        self.joules, self.cost, self.runs = 0.0, run, 0

    def spent(self) -> float:
        return self.joules

    def run(self) -> None:
        self.joules += self.cost
        self.runs += 1


def test_the_energy_of_a_run_is_what_the_counter_gained_for_each() -> None:
    meter = _Meter(run=2.0)
    joules, why = joules_per_run(meter.run, 0.02, meter.spent)
    assert meter.runs > 0
    assert joules == pytest.approx(2.0) and not why


@pytest.mark.parametrize("spent", [lambda: 1.0, lambda: float("nan")])
def test_what_cannot_be_told_from_an_idle_device_is_none(spent: Callable[[], float]) -> None:
    joules, why = joules_per_run(lambda: None, 0.02, spent)
    assert joules is None and "too busy" in why


def test_a_measurement_of_energy_ends_when_somebody_asks() -> None:
    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        joules_per_run(lambda: None, 60.0, lambda: 0.0, stop)


def test_nvml_is_asked_by_names_and_arguments_that_its_binding_has() -> None:
    nodes = list(ast.walk(ast.parse(inspect.getsource(gpu))))
    names = {node.attr for node in nodes if _is_nvml(node)}
    assert len(names) >= 12
    assert {name for name in names if not hasattr(pynvml, name)} == set()
    for node in nodes:
        if isinstance(node, ast.Call) and _is_nvml(node.func):
            inspect.signature(getattr(pynvml, node.func.attr)).bind(*node.args)


def _is_nvml(node: ast.AST) -> TypeGuard[ast.Attribute]:
    if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
        return False
    return node.value.id == "pynvml"


def _facts(clock: float, heat: int | None, slowed: bool | None) -> dict[str, Any]:
    return {"clock_Hz": clock, "temperature_C": heat, "slowed": slowed, "driver": "550"}


def test_a_gpu_is_looked_at_while_it_works_and_slowed_once_is_slowed() -> None:
    told = [_facts(1e9, None, False), _facts(3e9, 80, True), _facts(2e9, 70, False)]
    watch = gpu.Watch(iter(told).__next__, between=0.0)
    for _ in range(3):
        watch.look()
    assert watch.facts() == _facts(2e9, 80, True)
    silent = gpu.Watch(lambda: _facts(1e9, None, None))
    silent.look()
    assert silent.facts() == _facts(1e9, None, None)


def test_a_gpu_is_not_asked_more_often_than_now_and_then() -> None:
    asked: list[int] = []

    def facts() -> dict[str, Any]:
        asked.append(1)
        return _facts(1e9, 50, False)

    watch = gpu.Watch(facts, between=60.0)
    for _ in range(100):
        watch.look()
    assert watch.facts()["temperature_C"] == 50 and len(asked) == 1


def test_a_gpu_that_its_driver_does_not_know_is_none() -> None:
    assert gpu.open_gpu("GPU-00000000-0000-0000-0000-000000000000") is None


@pytest.mark.parametrize("after", [100, 90])
def test_memory_that_did_not_grow_is_none_with_a_reason_and_no_zero(after: int) -> None:
    value, why = added(100, after, "not told")
    assert value is None and "no more memory" in why
    assert added(100, 130, "not told") == (30, "")
    assert added(None, 130, "not told") == (None, "not told")


def _doubling() -> bytes:
    shape: list[str | int | None] = ["n", 3, 2, 2]
    graph = helper.make_graph(
        [helper.make_node("Add", ["images", "images"], ["answers"])],
        "doubling",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("answers", TensorProto.FLOAT, shape)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.checker.check_model(model)
    content: bytes = model.SerializeToString()
    return content


def test_a_run_over_a_picture_on_the_device_gives_what_a_plain_run_gives() -> None:
    session = open_session(_doubling(), 1)
    picture = np.random.default_rng(0).random((1, 3, 2, 2), np.float32)
    run = bound_run(session, picture)
    for _ in range(2):
        (answers,) = run().copy_outputs_to_cpu()
        np.testing.assert_array_equal(answers, session.run(None, {"images": picture})[0])


def test_who_took_a_node_is_told_and_a_session_whose_provider_took_none_is_refused() -> None:
    options = onnxruntime.SessionOptions()
    options.add_session_config_entry("session.record_ep_graph_assignment_info", "1")
    session = onnxruntime.InferenceSession(_doubling(), options, providers=["CPUExecutionProvider"])
    nodes = nodes_by_provider(session)
    assert nodes == {"CPUExecutionProvider": 1}
    require_taken(nodes, "CPUExecutionProvider")
    with pytest.raises(TrainingError, match="CUDAExecutionProvider took no node"):
        require_taken(nodes, "CUDAExecutionProvider")
    require_taken(None, "CUDAExecutionProvider")  # an older ONNX Runtime does not tell


@pytest.mark.skipif(runs_on_gpus(), reason="this ONNX Runtime has CUDA")
@pytest.mark.parametrize("tensorrt", [False, True])
def test_a_gpu_that_onnx_runtime_cannot_use_is_an_error_and_no_run_on_the_processor(
    tensorrt: bool,
) -> None:
    with pytest.raises(TrainingError, match=r"no (CUDA|Tensorrt)ExecutionProvider") as caught:
        open_session(_doubling(), 1, Gpu(0, tensorrt))
    assert "onnxruntime-gpu" in caught.value.hint


class _Session:
    """A session of an ONNX Runtime with TensorRT, which runs by what it was asked for first."""

    usable = (BY_TENSORRT, ON_GPU, ON_CPU)

    def __init__(self, _model: bytes, _options: object, providers: list[tuple[str, Any]]) -> None:
        self.asked = providers

    def get_providers(self) -> list[str]:
        return [name for name, _ in self.asked if name in self.usable]

    def get_provider_graph_assignment_info(self) -> list[Any]:
        return [SimpleNamespace(ep_name=self.get_providers()[0], get_nodes=lambda: ["a node"])]


@pytest.fixture
def with_tensorrt(monkeypatch: pytest.MonkeyPatch) -> None:
    known = [BY_TENSORRT, ON_GPU, ON_CPU]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: known)
    monkeypatch.setattr(onnxruntime, "preload_dlls", lambda: None)
    monkeypatch.setattr(onnxruntime, "InferenceSession", _Session)


@pytest.mark.usefixtures("with_tensorrt")
def test_tensorrt_runs_what_it_can_then_cuda_of_the_same_gpu_then_the_processor() -> None:
    session: Any = open_session(b"a network", 1, Gpu(1, tensorrt=True))
    assert session.asked == [
        (BY_TENSORRT, {"device_id": 1}),
        (ON_GPU, {"device_id": 1}),
        (ON_CPU, {}),
    ]
    assert nodes_by_provider(session) == {BY_TENSORRT: 1}


@pytest.mark.usefixtures("with_tensorrt")
def test_tensorrt_whose_library_is_absent_is_an_error_and_no_run_by_cuda(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(_Session, "usable", (ON_GPU, ON_CPU))
    with pytest.raises(TrainingError, match="no TensorrtExecutionProvider that works here"):
        open_session(b"a network", 1, Gpu(0, tensorrt=True))
