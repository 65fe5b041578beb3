"""A burst of 20,000 events from a worker, under the watchdog of the event loop."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from PySide6.QtWidgets import QApplication

from app_bench.report import Figure
from haversack.runs.spec import RunKind, RunSpec
from haversack_gui.app import quiet_collector
from haversack_gui.run_process import RunProcess
from haversack_gui.watchdog import Watchdog

EVENTS = 20_000
PROGRAM = f"""
import sys
from haversack.runs.events import *
from haversack.runs.spec import parse_spec
parse_spec(sys.stdin.buffer.readline())
out = sys.stdout.buffer
out.write(encode_event(Started(kind='train', device='cpu')))
out.write(b''.join(encode_event(Measured(values={{'train/loss': i / 7}}, step=i))
                   for i in range({EVENTS})))
out.write(encode_event(Finished())); out.flush()
"""


def burst(app: QApplication, folder: Path) -> Figure:
    """Give the longest stretch in which the event loop did not turn."""
    run_dir = folder / "burst"
    run_dir.mkdir()
    spec = RunSpec(kind=RunKind.TRAIN, run_id="burst", run_dir=run_dir)
    process = RunProcess(spec, [sys.executable, "-c", PROGRAM])
    quiet_collector()
    watchdog = Watchdog()
    watchdog.start()
    process.start()
    until = time.monotonic() + 60
    while not process.over and time.monotonic() < until:
        app.processEvents()
        time.sleep(0.001)
    stretch = watchdog.stop()
    assert len(process.state.curves["train/loss"]) == EVENTS
    return Figure(f"{EVENTS:,} events in a burst, longest stretch", 1000 * stretch, "ms", 100)
