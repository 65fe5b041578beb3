from __future__ import annotations

import os

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
