"""The Data page's grid at 100,000 pictures: how long the GUI thread is held up, in milliseconds.

`QT_QPA_PLATFORM=offscreen python benchmarks/bench_pictures.py`. The limit is the app's: no stall of
the event loop above 100 ms.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PIL import Image

from haversack.services.gallery import Gallery, Shown
from haversack.services.shelves import open_or_build
from haversack_gui.app import Wishes, application, make_window
from haversack_gui.pictures import settle

LIMIT_MS = 100.0
STEPS = 60


def main(arguments: list[str]) -> int:
    """Measure on the real page; give 0 where every figure is under the limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=100_000)
    count = parser.parse_args(arguments).pictures
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        open_or_build(folder / "pantry")
        app = application(["haversack"])
        wishes = Wishes(pantry=folder / "pantry", page="data", theme="light", home=folder / "home")
        window = make_window(app, wishes)
        window.resize(1280, 800)
        window.show()
        settle(window, app.processEvents)
        page = window.pages["data"]
        gallery = make_gallery(count)
        page.stack.setCurrentIndex(1)  # type: ignore[attr-defined] # the data page has it
        for name in ("", *gallery.classes):
            page.class_box.addItem(name, name)  # type: ignore[attr-defined] # the data page has it
        figures = measure(page, gallery, app.processEvents)
        window.close()
    for name, value in figures.items():
        print(f"{name:<44} {value:8.1f} ms   {'ok' if value < LIMIT_MS else 'OVER'}")
    return 0 if max(figures.values()) < LIMIT_MS else 1


def measure(page, gallery: Gallery, turn: Callable[[], None]) -> dict[str, float]:  # type: ignore[no-untyped-def] # a page by its parts
    """Show the pictures, narrow them, and scroll through them from top to bottom."""
    grid, model = page.grid, page.model

    def show() -> None:
        model.show(gallery)
        turn()

    figures = {"show all pictures and lay them out": timed(show)}
    figures["the longest tick while narrowing to a class"] = longest_tick(
        page, lambda: page.class_box.setCurrentIndex(4), turn
    )
    figures["the longest tick while showing all again"] = longest_tick(
        page, lambda: page.class_box.setCurrentIndex(0), turn
    )
    bar, frames = grid.verticalScrollBar(), []
    for step in range(STEPS):
        bar.setValue(bar.maximum() * step // STEPS)
        frames.append(timed(grid.viewport().repaint))
        frames.append(timed(turn))
        time.sleep(0.01)
    figures["a frame while jumping through, the longest"] = max(frames)
    frames = []
    for _ in range(STEPS):
        bar.setValue(bar.value() - 48)
        frames.append(timed(grid.viewport().repaint))
        frames.append(timed(turn))
    figures["a frame while scrolling, the longest"] = max(frames)
    figures["a frame while scrolling, the median"] = float(np.median(frames))
    return figures


def longest_tick(page, work: Callable[[], object], turn: Callable[[], None]) -> float:  # type: ignore[no-untyped-def] # a page by its parts
    """Give the longest that the event loop was held up until what was asked for is there."""
    ticks = [timed(work)]
    while not page.workspace.jobs.idle:
        ticks.append(timed(turn))
    return max(ticks)


def timed(work: Callable[[], object]) -> float:
    """Give the milliseconds that something took."""
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def make_gallery(count: int) -> Gallery:
    """Give pictures of 1600 x 1200 pixels with five boxes each."""
    noise = np.random.default_rng(3).integers(0, 255, (75, 100, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(noise).resize((1600, 1200)).save(out, "JPEG")
    content = out.getvalue()
    boxes = tuple(
        (f"roof {at}", 100.0 + 200 * at, 200.0, 250.0 + 200 * at, 900.0) for at in range(5)
    )
    pictures = tuple(
        Shown(f"{at:06}.jpg", "", ("train", "val")[at % 5 == 0], boxes, frozenset({"roof 3"}))
        for at in range(count)
    )
    return Gallery(
        "many",
        "detection",
        tuple(f"roof {at}" for at in range(5)),
        pictures,
        lambda at: content,
        str,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
