"""One piece of work in a process of its own: wall time, CPU time, peak memory."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """What a piece of work took.

    Attributes:
        wall: Seconds.
        cpu: Seconds, all threads and children together.
        peak: Bytes of memory at most.
    """

    wall: float
    cpu: float
    peak: int


def program(
    command: Sequence[str], folder: Path | None = None, extra: Mapping[str, str] | None = None
) -> Cost:
    """Run another program to its end; raise if it fails."""
    began = time.perf_counter()
    child = subprocess.Popen(
        list(command),
        cwd=folder,
        env={**os.environ, **(extra or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert child.stderr is not None
    said = child.stderr.read()
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - began
    if child.returncode:
        raise RuntimeError(f"{command[0]}: {said.decode(errors='replace')[-300:]}")
    return Cost(wall, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024)


def python(script: Path, words: Sequence[str]) -> tuple[Cost, dict[str, float]]:
    """Run one of our own steps in a fresh interpreter; what it imports is not counted.

    Returns:
        Its cost, and what else it reports.
    """
    done = subprocess.run(
        [sys.executable, str(script), "--step", *words], check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr[-600:]}")
    found = json.loads(done.stdout)
    return Cost(**found["cost"]), found["also"]


def report(work: Callable[[], Mapping[str, float] | None]) -> None:
    """Do the work within this process and print its cost, for ``python`` above."""
    began, cpu = time.perf_counter(), time.process_time()
    also = work() or {}
    cost = Cost(
        time.perf_counter() - began,
        time.process_time() - cpu,
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    )
    print(json.dumps({"cost": asdict(cost), "also": dict(also)}))
