from __future__ import annotations

import os
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from haversack_gui.calls.meters import Meters
from haversack_gui.jobs import Jobs
from haversack_gui.widgets.meters_strip import MetersStrip


def test_the_meters_tell_of_a_process_and_of_the_machine() -> None:
    meters = Meters()
    meters.read(os.getpid())
    sum(range(300_000))
    gauges = {gauge.title: gauge for gauge in meters.read(os.getpid())}
    assert {"Processor", "Memory of the worker", "Memory of the machine"} <= set(gauges)
    assert all(0 <= gauge.share <= 1 for gauge in gauges.values())
    assert 0 < gauges["Memory of the worker"].share < gauges["Memory of the machine"].share < 1


def test_a_worker_that_is_gone_leaves_the_machine_s_meters() -> None:
    assert [gauge.title for gauge in Meters().read(2**22 + 1)][:1] == ["Memory of the machine"]


def test_nothing_is_read_while_no_worker_runs(qtbot: QtBot) -> None:
    jobs = Jobs()
    strip = MetersStrip(jobs)
    qtbot.addWidget(strip)
    assert not strip._timer.isActive()
    strip.watch(os.getpid())
    assert strip._timer.isActive() and strip.isVisible()
    qtbot.waitUntil(lambda: jobs.idle)
    assert strip.bars[0][1].text().startswith("Processor: ")
    strip.watch(0)
    assert not strip._timer.isActive()
    jobs.close()


class _NVMLError(Exception):
    pass


def _nvml(cards: int, broken: str = "") -> Any:
    """A stand-in for pynvml on a machine with some cards, or with a driver that fails."""
    made: Any = ModuleType("pynvml")
    made.NVMLError = _NVMLError
    made.started = 0

    def fail_at(name: str, answer: object) -> Any:
        def call(*_: object) -> object:
            if broken == name:
                raise _NVMLError(name)
            made.started += name == "nvmlInit"
            return answer

        return call

    answers: dict[str, object] = {
        "nvmlInit": None,
        "nvmlDeviceGetCount": cards,
        "nvmlDeviceGetHandleByIndex": object(),
        "nvmlDeviceGetUtilizationRates": SimpleNamespace(gpu=37),
        "nvmlDeviceGetMemoryInfo": SimpleNamespace(used=20e9, total=80e9),
    }
    for name, answer in answers.items():
        setattr(made, name, fail_at(name, answer))
    return made


def test_each_gpu_has_its_meters(monkeypatch: pytest.MonkeyPatch) -> None:
    driver = _nvml(2)
    monkeypatch.setitem(sys.modules, "pynvml", driver)
    meters = Meters()
    for _ in range(3):
        gauges = {gauge.title: gauge for gauge in meters.read(0)}
    assert (gauges["GPU"].share, gauges["GPU"].text) == (0.37, "37 %")
    assert gauges["Memory of GPU 1"].share == 0.25
    assert gauges["Memory of GPU 1"].text == "20.0 of 80 GB"
    assert driver.started == 1, "the driver is woken once"


@pytest.mark.parametrize(
    "driver", [None, _nvml(0), _nvml(1, "nvmlInit"), _nvml(1, "nvmlDeviceGetUtilizationRates")]
)
def test_without_nvml_a_card_or_its_driver_there_are_no_meters_for_gpus(
    monkeypatch: pytest.MonkeyPatch, driver: Any
) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", driver)
    meters = Meters()
    for _ in range(2):
        assert [gauge.title for gauge in meters.read(0)] == ["Memory of the machine"]
