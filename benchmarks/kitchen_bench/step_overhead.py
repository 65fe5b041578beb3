"""What a step through the worker costs beyond a bare loop and beside Lightning's defaults.

All loops do the same work, and the bench refuses to report anything else: from the same random
numbers, over the same batches, with the same optimizer and schedule, they come to the same weights
to the last bit. A second bare loop takes part as well: what it adds to the first is what the bench
itself adds, noise and all. The worker is compared with the mean of both. Where a process's memory
comes to lie makes its steps a few percent quicker or slower for as long as it lives, so the loops
get new processes many times over. A difference is the median over these draws of the draw's own
median, told with the interval that holds it in 95 of 100 such benches (the sign test's).

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

DROPPED = 5
"""First steps of a process that are not counted: everything is still being set up."""
DRAWS = 24
"""How often the loops get new processes."""
LEAST_TURNS = 6
"""Turns of a draw, at least."""
SECONDS = 50.0
"""How long the loops of one size run, together."""
TURN_SECONDS = 0.02
MOST_TURNS = 400


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
        turns: Turns that were counted, of all draws together.
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
    wanted = min(MOST_TURNS, int(seconds / (len(PARTIES) * steps * step)))
    turns = max(LEAST_TURNS, math.ceil(wanted / DRAWS))
    draws: list[list[Round]] = []
    for seed in range(DRAWS):
        rounds = turns + dropped
        parties: dict[str, Loop] = {
            name: partial(loop, size, rounds * steps + 1, folder / f"{seed}-{name}")
            for name, loop in PARTIES.items()
        }
        draws.append(take_turns(parties, steps, rounds, seed, weights_digest)[dropped:])
    return Overhead(
        size=size,
        turns=DRAWS * turns,
        steps=steps,
        bare=_median(draws, "bare"),
        worker=_median(draws, "worker"),
        lightning=_median(draws, "lightning"),
        over_bare=_added(draws, "worker", ("bare", "again"), _wall),
        over_lightning=_added(draws, "worker", ("lightning",), _wall),
        itself=_added(draws, "again", ("bare",), _wall),
        computed=_added(draws, "worker", ("bare", "again"), _cpu),
    )


def _wall(turn: Turn) -> float:
    return turn.wall


def _cpu(turn: Turn) -> float:
    return turn.cpu


def _median(draws: list[list[Round]], name: str) -> float:
    return 1e3 * statistics.median(turn[name].wall for turns in draws for turn in turns)


def _added(
    draws: list[list[Round]], one: str, others: Sequence[str], seconds: Callable[[Turn], float]
) -> Added:
    def beyond(turn: Round) -> float:
        return seconds(turn[one]) - statistics.fmean(seconds(turn[other]) for other in others)

    apart = sorted(1e3 * statistics.median(map(beyond, turns)) for turns in draws)
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
        holds += ", by noise perhaps" if holds and one.over_bare.low <= MOST_MS else ""
        lines.append(
            f"{name:28} {one.turns:5} x {one.steps:2} {one.bare:7.2f} {one.lightning:9.2f} "
            f"{one.worker:7.2f} {' '.join(_told(difference) for difference in differences)}{holds}"
        )
    return lines


def _told(added: Added) -> str:
    return f"{added.median:+6.2f} [{added.low:+6.2f},{added.high:+6.2f}]"
