"""Proof from outside that a window was painted, on a machine without a screen.

Qt's platform "minimal" writes what a window paints to PNG files when it is asked to.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image

WAIT_SECONDS = 60.0
FEWEST_COLOURS = 50


def prove_window(command: Sequence[str], environment: Mapping[str, str]) -> tuple[int, int]:
    """Start a Qt program, wait until its window was painted, end it; give the window's size.

    Raises:
        RuntimeError: It ended by itself, or painted nothing but a few colours in time.
    """
    screenless = {"QT_QPA_PLATFORM": "minimal:fontconfig", "QT_DEBUG_BACKINGSTORE": "1"}
    with tempfile.TemporaryDirectory(prefix="haversack-window-") as temporary:
        folder = Path(temporary)
        with (folder / "said").open("wb") as said:
            child = subprocess.Popen(  # noqa: S603 - fixed words of this script
                command, cwd=folder, env={**environment, **screenless}, stdout=said, stderr=said
            )
        try:
            return _wait_for_picture(folder, child)
        finally:
            child.terminate()
            child.wait(30)


def _wait_for_picture(folder: Path, child: subprocess.Popen[bytes]) -> tuple[int, int]:
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        for picture in sorted(folder.glob("output*.png"), reverse=True):
            size = _painted(picture)
            if size is not None:
                return size
        if child.poll() is not None:
            told = (folder / "said").read_text("utf-8", errors="replace")[-2000:]
            raise RuntimeError(f"the window's program ended with {child.returncode}: {told}")
        time.sleep(0.2)
    raise RuntimeError(f"no window was painted within {WAIT_SECONDS:.0f} s")


def _painted(picture: Path) -> tuple[int, int] | None:
    try:
        with Image.open(picture) as image:
            colours = image.convert("RGB").getcolors(maxcolors=1 << 24) or []
            return image.size if len(colours) >= FEWEST_COLOURS else None
    except OSError:
        return None  # still being written
