"""Energy of the processor by its own counter (RAPL), where a person may read it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

_ROOT = Path("/sys/class/powercap")


def packages(root: Path = _ROOT) -> list[Path]:
    """List the counters of whole processor packages that can be read."""
    found = []
    for folder in sorted(root.glob("intel-rapl:[0-9]*")):
        if folder.name.count(":") != 1:
            continue
        try:
            (folder / "energy_uj").read_text()
        except OSError:
            continue
        found.append(folder)
    return found


def joules_per_run(
    run: Callable[[], object], seconds: float, root: Path = _ROOT
) -> tuple[float | None, str]:
    """Give the energy of one run less what the idle machine takes in that time.

    Args:
        run: One run.
        seconds: How long it is run, and how long the idle machine is watched.
        root: Where the counters lie.

    Returns:
        Joules and an empty reason, or None and the reason.
    """
    counters = packages(root)
    if not counters:
        return None, "no energy counter (RAPL) that this user may read"
    idle_started = time.monotonic()
    before = _read(counters)
    time.sleep(seconds)
    idle_power = _spent(counters, before) / (time.monotonic() - idle_started)
    before, started, runs = _read(counters), time.monotonic(), 0
    while time.monotonic() - started < seconds:
        run()
        runs += 1
    took = time.monotonic() - started
    extra = _spent(counters, before) - idle_power * took
    if extra <= 0:
        return None, "the machine was too busy with other work to tell"
    return extra / runs, ""


def _read(counters: list[Path]) -> list[int]:
    return [int((folder / "energy_uj").read_text()) for folder in counters]


def _spent(counters: list[Path], before: list[int]) -> float:
    total = 0
    for folder, old, new in zip(counters, before, _read(counters), strict=True):
        size = int((folder / "max_energy_range_uj").read_text())
        total += new - old if new >= old else new - old + size
    return total / 1e6
