"""The data page's grid at 100,000 pictures: how long the GUI thread is held up."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from PIL import Image
from PySide6.QtWidgets import QApplication

from app_bench.report import Figure
from haversack.services.gallery import Gallery, Shown
from haversack_gui.frame.window import Window
from haversack_gui.pictures import settle

LIMIT_MS = 100
STEPS = 60


def grid(window: Window, app: QApplication, count: int) -> list[Figure]:
    """Show the pictures, narrow them, and scroll through them from top to bottom."""
    window.show_page("data")
    settle(window, app.processEvents)
    page: Any = window.pages["data"]  # its widgets are reached for
    turn = app.processEvents
    gallery = make_gallery(count)
    page.stack.setCurrentIndex(1)
    for name in ("", *gallery.classes):
        page.class_box.addItem(name, name)

    def show() -> None:
        page.model.show(gallery)
        turn()

    shown = timed(show)
    narrowed = longest_tick(page, lambda: page.class_box.setCurrentIndex(4), turn)
    widened = longest_tick(page, lambda: page.class_box.setCurrentIndex(0), turn)
    bar, view = page.grid.verticalScrollBar(), page.grid.viewport()
    jumps, frames = [], []
    for step in range(STEPS):
        bar.setValue(bar.maximum() * step // STEPS)
        jumps += [timed(view.repaint), timed(turn)]
        time.sleep(0.01)
    for _ in range(STEPS):
        bar.setValue(bar.value() - 48)
        frames += [timed(view.repaint), timed(turn)]
    settle(window, turn)
    return [
        Figure(f"grid of {count:,} pictures: shown and laid out", shown, "ms", LIMIT_MS),
        Figure("  narrowed to a class, longest tick", narrowed, "ms", LIMIT_MS),
        Figure("  all shown again, longest tick", widened, "ms", LIMIT_MS),
        Figure("  a frame while jumping through, longest", max(jumps), "ms", LIMIT_MS),
        Figure("  a frame while scrolling, longest", max(frames), "ms", LIMIT_MS),
        Figure("  a frame while scrolling, median", float(np.median(frames)), "ms", None),
    ]


def longest_tick(page: Any, work: Callable[[], object], turn: Callable[[], None]) -> float:
    """Give the longest that the event loop was held up until what was asked for is there, in ms."""
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
