"""The preflight of a machine, on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from haversack.services import doctor
from haversack.services.doctor import Finding, examine
from haversack.services.machine import Gpu, this_machine


@pytest.mark.torch
def test_the_worker_tells_what_its_libraries_are(tmp_path: Path) -> None:
    report = examine(tmp_path)
    found = {finding.name: finding for finding in report.findings}
    assert found["worker"].level == "good", found["worker"].text
    assert "torch" in found["worker"].text
    assert found["torchvision"].level in ("good", "note")
    assert {"system", "processor", "memory", "disk", "gpu", "clock", "network"} <= set(found)


def _on_a_gpu(monkeypatch: pytest.MonkeyPatch, folder: Path, **told: Any) -> dict[str, Finding]:
    gpu = Gpu(name="A GPU", driver="470.1")
    machine = this_machine().model_copy(update={"gpus": (gpu,), "cuda": "11.4"})
    report = {"torch": "2.9", "torchvision": "0.24", "torchvision_guard": False, "devices": ["x"]}
    report |= {"cuda": "12.8", "gpus": 1, "gpu_trouble": "", **told}
    monkeypatch.setattr(doctor, "this_machine", lambda: machine)
    monkeypatch.setattr(doctor, "ask_worker", lambda _: report)
    found = {finding.name: finding for finding in examine(folder).findings}
    assert found["worker"].level == "good"
    return found


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"gpus": 0, "gpu_trouble": "The driver is too old"}, "The driver is too old"),
        ({"gpus": 0, "cuda": ""}, "built for the processor alone"),
        ({"gpus": 0}, "sees no GPU"),
    ],
)
def test_a_gpu_that_torch_cannot_use_is_told_with_the_reason(
    told: dict[str, Any], why: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = _on_a_gpu(monkeypatch, tmp_path, **told)["gpu in torch"]
    assert found.level == "note" and why in found.text and "11.4" in found.remedy


def test_of_a_gpu_that_torch_uses_nothing_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "gpu in torch" not in _on_a_gpu(monkeypatch, tmp_path)


@pytest.mark.torch
def test_a_broken_cuda_does_not_break_the_report_of_the_libraries(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import torch

    from haversack.training.library_report import library_report

    def broken(_: int) -> str:
        raise RuntimeError("The NVIDIA driver on your system is too old\n(found version 11040).")

    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.cuda, "get_device_name", broken)
    told = library_report()
    assert told["gpu_trouble"].startswith("The NVIDIA driver on your system is too old (found")
    assert told["gpus"] == 0 and told["devices"][0].startswith("processor")
