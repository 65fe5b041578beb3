"""What a step through the worker costs beyond a bare loop and beside Lightning's defaults.

All loops do the same work, and the bench refuses to report anything else: from the same random
numbers, over the same batches, with the same optimizer and schedule, they come to the same weights
to the last bit. A second bare loop takes part as well: what it adds to the first is what the bench
itself adds, noise and all. Each difference is told with the interval that holds its median in 95 of
100 such benches (the sign test's).

Earlier forms measured something else as well. The loops were threads of one process, so they shared
its lock, its background threads and its allocator. They followed each other in one fixed order, one
step each: every loop had the same neighbour each time, and what it left to its background threads
was paid by its successor. Lightning told by a callback that a step had ended, which cost the worker
six more calls. Now each loop is a process, as the worker is; orders are drawn evenly; a turn of
small steps is many of them; and all loops tell through their loader.
"""

from __future__ import annotations

import math
import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kitchen_bench import loops
from kitchen_bench.networks import weights_digest
from kitchen_bench.recipes import (
    MOST_MS,
    WANTED,
    Size,
    nearest,
    quiet_work,
    recipe_of,
    spec_of,
    step_times,
)
from kitchen_bench.turns import Loop, Pass, Round, Turn, take_turns

DROPPED = 8
"""First steps that are not counted: everything is still being set up."""
SECONDS = 50.0
"""How long the loops of one size run, together."""
TURN_SECONDS = 0.02
MOST_TURNS = 400
PICTURES = 1340
"""Of an epoch's 1347 digits: a round ends before the validation begins."""


@dataclass(frozen=True)
class Added:
    """What one loop's step takes beyond another's: median and the ends of its interval, in ms."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class Overhead:
    """Medians in milliseconds; differences are medians of turn by turn differences.

    Attributes:
        size: Network and input.
        turns: Turns that were counted.
        steps: Steps of a turn.
        bare: The bare loop's step.
        worker: The worker's step.
        lightning: The step of Lightning's defaults.
        over_bare: What the worker adds to the bare loop.
        over_lightning: What the worker adds to Lightning's defaults.
        computed: What the worker's threads compute beyond the bare loop's, together.
        itself: What a second bare loop adds to the first.
    """

    size: Size
    turns: int
    steps: int
    bare: float
    worker: float
    lightning: float
    over_bare: Added
    over_lightning: Added
    computed: Added
    itself: Added


def measure(wanted: Sequence[float] = WANTED, seconds: float = SECONDS) -> list[Overhead]:
    """Measure each wanted step time at the nearest network and input that there is."""
    with tempfile.TemporaryDirectory(prefix="haversack-bench-") as folder:
        times = step_times(Path(folder) / "calibration")
        sizes = [nearest(step / 1e3, times) for step in wanted]
        return [
            _one(size, times[size], Path(folder) / str(number), seconds)
            for number, size in enumerate(sizes)
        ]


def _worker(size: Size, steps: int, folder: Path, begins: Pass) -> None:
    loops.through_the_worker(spec_of(recipe_of(size), folder), size, steps, begins)


def _bare(size: Size, steps: int, folder: Path, begins: Pass) -> None:
    loops.by_hand(quiet_work(recipe_of(size), folder), size, steps, begins)


def _lightning(size: Size, steps: int, folder: Path, begins: Pass) -> None:
    loops.by_lightning(quiet_work(recipe_of(size), folder), size, steps, begins)


PARTIES: Mapping[str, Callable[[Size, int, Path, Pass], None]] = {
    "worker": _worker,
    "bare": _bare,
    "again": _bare,
    "lightning": _lightning,
}


def _one(size: Size, step: float, folder: Path, seconds: float) -> Overhead:
    steps = max(1, round(TURN_SECONDS / step))
    dropped = math.ceil(DROPPED / steps)
    wanted = min(MOST_TURNS, max(20, int(seconds / (len(PARTIES) * steps * step))))
    most = (PICTURES // size.batch - 1) // steps
    counted: list[Round] = []
    while len(counted) < wanted:  # new processes after each epoch: luck is drawn again
        rounds, seed = min(most, wanted - len(counted) + dropped), len(counted)
        parties: dict[str, Loop] = {
            name: partial(loop, size, rounds * steps + 1, folder / f"{seed}-{name}")
            for name, loop in PARTIES.items()
        }
        counted += take_turns(parties, steps, rounds, seed, weights_digest)[dropped:]
    return Overhead(
        size=size,
        turns=len(counted),
        steps=steps,
        bare=_median(counted, "bare"),
        worker=_median(counted, "worker"),
        lightning=_median(counted, "lightning"),
        over_bare=_added(counted, "worker", "bare", _wall),
        over_lightning=_added(counted, "worker", "lightning", _wall),
        itself=_added(counted, "again", "bare", _wall),
        computed=_added(counted, "worker", "bare", _cpu),
    )


def _wall(turn: Turn) -> float:
    return turn.wall


def _cpu(turn: Turn) -> float:
    return turn.cpu


def _median(turns: list[Round], name: str) -> float:
    return 1e3 * statistics.median(turn[name].wall for turn in turns)


def _added(turns: list[Round], one: str, other: str, seconds: Callable[[Turn], float]) -> Added:
    apart = sorted(1e3 * (seconds(turn[one]) - seconds(turn[other])) for turn in turns)
    half, middle = math.ceil(1.96 * math.sqrt(len(apart)) / 2), len(apart) // 2
    low, high = max(0, middle - half), min(len(apart) - 1, middle + half)
    return Added(statistics.median(apart), apart[low], apart[high])


def report(found: list[Overhead]) -> list[str]:
    """Give the table's lines."""
    titles = ("worker - bare", "- Lightning", "bare again - bare", "- bare, CPU")
    lines = [
        f"{'network, edge, batch':28} {'turns':>10} {'bare':>7} {'Lightning':>9} {'worker':>7} "
        + " ".join(f"{title:>22}" for title in titles)
        + " ms"
    ]
    for one in found:
        name = f"{one.size.architecture}, {one.size.edge} px, {one.size.batch}"
        differences = (one.over_bare, one.over_lightning, one.itself, one.computed)
        holds = "" if one.over_bare.median <= MOST_MS else f"  more than {MOST_MS} ms"
        lines.append(
            f"{name:28} {one.turns:5} x {one.steps:2} {one.bare:7.2f} {one.lightning:9.2f} "
            f"{one.worker:7.2f} {' '.join(_told(difference) for difference in differences)}{holds}"
        )
    return lines


def _told(added: Added) -> str:
    return f"{added.median:+6.2f} [{added.low:+6.2f},{added.high:+6.2f}]"
