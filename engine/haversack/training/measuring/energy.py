"""Energy of one run by the device's own counter, less what it takes when it is idle."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

Counter = Callable[[], float]
"""Gives joules that were spent so far, from any beginning; never less than before, nan if lost."""

_ROOT = Path("/sys/class/powercap")


def processor_counter(root: Path = _ROOT) -> Counter | None:
    """Give the counter of all processor packages (RAPL); None where none may be read."""
    folders = _packages(root)
    if not folders:
        return None
    seen, total = _read(folders), 0

    def spent() -> float:
        nonlocal seen, total
        now = _read(folders)
        for folder, old, new in zip(folders, seen, now, strict=True):
            total += new - old if new >= old else new - old + _range(folder)
        seen = now
        return total / 1e6

    return spent


def joules_per_run(
    run: Callable[[], object],
    seconds: float,
    spent: Counter,
    check: Callable[[], object] = lambda: None,
) -> tuple[float | None, str]:
    """Give the energy of one run less what the idle device takes in that time.

    Args:
        run: One run.
        seconds: How long it is run, and how long the idle device is watched.
        spent: The device's counter.
        check: Called now and then; what it raises ends the measurement.

    Returns:
        Joules and an empty reason, or None and the reason.
    """
    began, before = time.monotonic(), spent()
    while (left := began + seconds - time.monotonic()) > 0:
        check()
        time.sleep(min(left, 0.2))
    idle_power = (spent() - before) / (time.monotonic() - began)
    runs, began, before = 0, time.monotonic(), spent()
    while time.monotonic() - began < seconds:
        check()
        run()
        runs += 1
    extra = spent() - before - idle_power * (time.monotonic() - began)
    if not extra > 0:  # nor where the counter was lost
        return None, "the machine was too busy with other work to tell"
    return extra / runs, ""


def _packages(root: Path) -> list[Path]:
    found = []
    for folder in sorted(root.glob("intel-rapl:[0-9]*")):
        if folder.name.count(":") != 1:
            continue  # a part of a package
        try:
            (folder / "energy_uj").read_text()
        except OSError:
            continue
        found.append(folder)
    return found


def _read(folders: list[Path]) -> list[int]:
    return [int((folder / "energy_uj").read_text()) for folder in folders]


def _range(folder: Path) -> int:
    return int((folder / "max_energy_range_uj").read_text())
