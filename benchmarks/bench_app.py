"""The app's figures beside their limits: start, pages, a million rows, 100,000 pictures, rest.

``make bench-app`` (offscreen; nothing is asked of a network). ``--rows`` and ``--pictures`` make
the front and the grid smaller.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, QPointF, QTimer
from PySide6.QtWidgets import QApplication

from app_bench.burst import burst
from app_bench.grid import grid
from app_bench.report import Figure, show
from app_bench.samples import million_rows, small_pantry
from haversack_gui.app import PAGES, Wishes, application, make_window, warm
from haversack_gui.frame.window import Window
from haversack_gui.pictures import settle
from haversack_gui.watchdog import Watchdog

START = """
import sys, time
from haversack_gui import app as start
from haversack_gui.frame.window import Window
painted, waiting = Window.paintEvent, [True]
def tell():
    print(time.monotonic() - float(sys.argv[1]),
        open('/proc/self/status').read().split('VmHWM:')[1].split()[0], 'torch' in sys.modules)
def told(self, event):
    painted(self, event)
    if waiting and waiting.pop():
        start.QTimer.singleShot(0, tell)
Window.paintEvent = told
app = start.application(['haversack'])
window = start.make_window(app, start.Wishes(page='pantry'))
window.show()
start.QTimer.singleShot(300, window.close)
app.exec()
"""
STARTS = 7
FRAMES = 20
REST_S = 14.0


def main() -> int:
    """Measure everything; gives 1 where a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pictures", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="haversack-bench-") as scratch:
        folder = Path(scratch)
        os.environ["HAVERSACK_HOME"] = str(folder / "home")
        figures = first_window(folder)
        pantry = small_pantry(folder / "pantry")
        app = application(["haversack"])
        window = make_window(app, Wishes(pantry=pantry, page="pantry", home=folder / "home"))
        window.resize(1280, 800)
        window.show()
        warm(window)
        settle(window, app.processEvents)
        figures += page_switches(window, app)
        figures += front(window, app, million_rows(folder / "many.parquet", given.rows))
        figures += grid(window, app, given.pictures)
        figures += rest(window, app)
        window.close()
        figures.append(burst(app, folder))
    return show(figures)


def first_window(folder: Path) -> list[Figure]:
    """Start the app as a program, some times over; the first start warms the disk."""
    times, memory = [], []
    for _ in range(STARTS):
        done = subprocess.run(
            [sys.executable, "-c", START, str(time.monotonic())],
            env={**os.environ, "HAVERSACK_HOME": str(folder / "first")},
            capture_output=True,
            text=True,
            check=True,
        )
        seconds, peak, torch = done.stdout.split()
        assert torch == "False", "torch was imported"
        times.append(float(seconds))
        memory.append(1024 * float(peak))
    warm = sorted(times[1:])
    return [
        Figure("first window, warm, median", 1000 * statistics.median(warm), "ms", 600),
        Figure("first window, warm, worst", 1000 * warm[-1], "ms", None),
        Figure("memory when it is shown", max(memory) / 1e6, "MB", 200),
    ]


def page_switches(window: Window, app: QApplication) -> list[Figure]:
    """Show every page once, then go through them again: the GUI thread's time for a switch.

    As in the running app, the pages were imported in a thread before.
    """
    made: list[float] = []
    again: list[float] = []
    for times in (made, again, again):
        for name in PAGES:
            times.append(_timed(partial(window.show_page, name), app.processEvents))
            settle(window, app.processEvents)
    return [
        Figure("page switch, worst", 1000 * max(again), "ms", 100),
        Figure("page made and shown first, worst", 1000 * max(made), "ms", 100),
    ]


def front(window: Window, app: QApplication, volume: Path) -> list[Figure]:
    """Draw, pan, hover, change the metric, search and list on a volume of many rows."""
    watchdog = Watchdog()
    watchdog.start()
    window.show_page("front", str(volume))
    settle(window, app.processEvents)
    opened = watchdog.stop()
    page: Any = window.pages["front"]  # its widgets are reached for
    settle(window, app.processEvents)
    view, box = page.plot.plot, page.plot.plot.getViewBox()
    drawn = page.drawn
    rows = len(drawn.x)

    def pan() -> None:
        wide = box.viewRect().width()
        box.translateBy(x=wide / 200)
        view.viewport().repaint()

    frames = [_timed(pan, app.processEvents) for _ in range(FRAMES)]
    at = box.mapViewToScene(QPointF(float(drawn.x[rows // 2]), float(drawn.y[rows // 2])))
    hovers = [_timed(lambda: page.plot.index_at(at)) for _ in range(FRAMES)]
    switched = []
    for place in (1, 0, 1):
        page.filters.metric_box.setCurrentIndex(place)
        watchdog, began = Watchdog(), time.perf_counter()
        watchdog.start()
        page.filters.metric_box.activated.emit(place)
        settle(window, app.processEvents)
        switched.append((watchdog.stop(), time.perf_counter() - began - 0.2))
    page.view.search.setText("board int8")
    settle(window, app.processEvents)
    watchdog = Watchdog()
    watchdog.start()
    page.view.search.setText("board float")
    settle(window, app.processEvents)
    narrowed = watchdog.stop()
    page.view.tabs.setCurrentIndex(1)
    settle(window, app.processEvents)
    brushed = _timed(lambda: page.parallel.brush(0, 0.4, 1.0), app.processEvents)
    page.parallel.clear_brushes()
    page.view.tabs.setCurrentIndex(0)
    page.view.search.clear()
    page.filters.method.setCurrentIndex(2)
    watchdog.start()
    page.filters.method.activated.emit(2)
    settle(window, app.processEvents)
    listed = watchdog.stop()
    jumps = [
        _timed(partial(page.table.scrollTo, page.model.index(row, 0)), app.processEvents)
        for row in range(0, page.model.rowCount(), max(1, page.model.rowCount() // 10))
    ]
    middle = statistics.median
    return [
        Figure(
            f"front of {rows:,} rows: opened, GUI thread at a stretch", 1000 * opened, "ms", 100
        ),
        Figure("  a frame while panning", 1000 * middle(frames), "ms", 50),
        Figure(
            "  metric change, GUI thread at a stretch",
            1000 * min(s for s, _ in switched),
            "ms",
            100,
        ),
        Figure(
            "  metric change, until it is drawn", 1000 * min(t for _, t in switched), "ms", None
        ),
        Figure("  hover", 1000 * middle(hovers), "ms", 16),
        Figure("  search, GUI thread at a stretch", 1000 * narrowed, "ms", 100),
        Figure("  brush of an axis", 1000 * brushed, "ms", 100),
        Figure("  every row listed, GUI thread at a stretch", 1000 * listed, "ms", 100),
        Figure("  a jump in that list", 1000 * middle(jumps), "ms", 100),
    ]


def rest(window: Window, app: QApplication) -> list[Figure]:
    """Leave the window alone on every page; say how busy the process was."""
    busy = 0.0
    for name in PAGES:
        window.show_page(name)
        settle(window, app.processEvents)
        asleep, began = QEventLoop(), time.process_time()
        QTimer.singleShot(int(1000 * REST_S / len(PAGES)), asleep.quit)
        asleep.exec()
        busy += time.process_time() - began
    return [Figure("idle, share of one core", 100 * busy / REST_S, "%", 0.5)]


def _timed(work: Callable[[], object], after: Callable[[], object] = lambda: None) -> float:
    began = time.perf_counter()
    work()
    after()
    return time.perf_counter() - began


if __name__ == "__main__":
    raise SystemExit(main())
