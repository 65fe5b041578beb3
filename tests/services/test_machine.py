from __future__ import annotations

import os
import platform
from pathlib import Path

import pytest

from haversack.services.machine import Machine, gpus_in, this_machine

LISTING = """NVIDIA H100 80GB HBM3, 550.54.15, 81559 MiB, 9.0
NVIDIA GeForce GT 710, 470.1, [N/A], [N/A]
"""
OVERVIEW = "| NVIDIA-SMI 550.54.15   Driver Version: 550.54.15   CUDA Version: 12.4  |"
OVERVIEW_610 = "| NVIDIA-SMI 610.43.02   KMD Version: 610.43.02   CUDA UMD Version: 13.3  |"


def test_this_machine_is_told_in_the_terms_of_packages() -> None:
    machine = this_machine()
    assert machine.python == ".".join(platform.python_version_tuple()[:2])
    assert machine.architecture == platform.machine()
    assert Machine.model_validate_json(machine.model_dump_json()) == machine


def test_what_the_driver_does_not_say_is_none_and_not_zero() -> None:
    first, second = gpus_in(LISTING)
    assert (first.name, first.memory_mib, first.compute) == ("NVIDIA H100 80GB HBM3", 81559, "9.0")
    assert (second.memory_mib, second.compute) == (None, "")
    assert gpus_in("no devices were found") == ()


def _driver(folder: Path, body: str) -> None:
    program = folder / "nvidia-smi"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)


@pytest.mark.parametrize(("overview", "cuda"), [(OVERVIEW, "12.4"), (OVERVIEW_610, "13.3")])
def test_the_newest_cuda_that_the_driver_serves_is_read(
    overview: str, cuda: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _driver(tmp_path, f"if [ $# = 0 ]; then echo '{overview}'; else printf '%s' '{LISTING}'; fi")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    machine = this_machine()
    assert machine.cuda == cuda and len(machine.gpus) == 2 and machine.driver_trouble == ""


def test_a_driver_that_does_not_answer_is_trouble_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _driver(tmp_path, "exit 9")
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    machine = this_machine()
    assert machine.gpus == () and "9" in machine.driver_trouble
