from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

import pynvml
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


class _Driver:
    """NVIDIA's library as the real pynvml calls it: C functions that fill what they are given.

    Args:
        cards: How many there are.
        refuses: The error code that a function answers with, by the function's name.
    """

    def __init__(self, cards: int, refuses: dict[str, int] | None = None) -> None:
        self.cards, self.refuses, self.started = cards, refuses or {}, 0

    def __getattr__(self, name: str) -> Callable[..., int]:
        if not name.startswith("nvml"):
            raise AttributeError(name)
        return lambda *given: self.refuses.get(name, 0) or self._answer(name, *given)

    def _answer(self, name: str, *given: Any) -> int:
        if name == "nvmlInitWithFlags":
            self.started += 1
        elif name == "nvmlDeviceGetCount_v2":
            given[0]._obj.value = self.cards
        elif name == "nvmlDeviceGetHandleByIndex_v2":
            assert given[0].value < self.cards
        elif name == "nvmlDeviceGetUtilizationRates":
            given[1]._obj.gpu = 37
        elif name == "nvmlDeviceGetMemoryInfo":
            given[1]._obj.used, given[1]._obj.total = 20 * 10**9, 80 * 10**9
        else:
            return int(pynvml.NVML_ERROR_FUNCTION_NOT_FOUND)
        return 0


@pytest.fixture
def plug_in(monkeypatch: pytest.MonkeyPatch) -> Callable[[_Driver], _Driver]:
    def plugged(driver: _Driver) -> _Driver:
        monkeypatch.setattr(pynvml, "nvmlLib", driver)
        monkeypatch.setattr(pynvml, "_nvmlGetFunctionPointer_cache", {})
        return driver

    return plugged


def test_each_gpu_has_its_meters(plug_in: Callable[[_Driver], _Driver]) -> None:
    driver = plug_in(_Driver(2))
    meters = Meters()
    for _ in range(3):
        gauges = {gauge.title: gauge for gauge in meters.read(0)}
    assert (gauges["GPU 0"].share, gauges["GPU 0"].text) == (0.37, "37 %")
    assert gauges["Memory of GPU 1"].share == 0.25
    assert gauges["Memory of GPU 1"].text == "20.0 of 80 GB"
    assert driver.started == 1, "the driver is woken once"


@pytest.mark.parametrize(
    ("name", "left"),
    [
        ("nvmlDeviceGetUtilizationRates", ["Memory of GPU"]),
        ("nvmlDeviceGetMemoryInfo", ["GPU"]),
        ("nvmlDeviceGetHandleByIndex_v2", []),
    ],
)
def test_what_a_card_does_not_tell_is_left_out_alone(
    plug_in: Callable[[_Driver], _Driver], name: str, left: list[str]
) -> None:
    plug_in(_Driver(1, {name: pynvml.NVML_ERROR_NOT_SUPPORTED}))
    assert [gauge.title for gauge in Meters().read(0)][1:] == left


@pytest.mark.parametrize(
    "driver",
    [
        _Driver(0),
        _Driver(1, {"nvmlInitWithFlags": pynvml.NVML_ERROR_DRIVER_NOT_LOADED}),
        _Driver(1, {"nvmlDeviceGetCount_v2": pynvml.NVML_ERROR_GPU_IS_LOST}),
    ],
)
def test_without_a_card_or_its_driver_there_are_no_meters_for_gpus(
    plug_in: Callable[[_Driver], _Driver], driver: _Driver
) -> None:
    plug_in(driver)
    meters = Meters()
    for _ in range(2):
        assert [gauge.title for gauge in meters.read(0)] == ["Memory of the machine"]


def test_without_pynvml_or_nvidias_library_there_are_no_meters_for_gpus(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def not_there(name: str) -> None:
        raise OSError(f"{name}: cannot open shared object file")

    monkeypatch.setattr(pynvml, "nvmlLib", None)
    monkeypatch.setattr(pynvml, "CDLL", not_there)
    assert [gauge.title for gauge in Meters().read(0)] == ["Memory of the machine"]
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert [gauge.title for gauge in Meters().read(0)] == ["Memory of the machine"]
