"""What a step through the worker costs beyond a bare loop and beside Lightning's defaults."""

from __future__ import annotations

import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from kitchen_bench import loops
from kitchen_bench.recipes import Size, nearest, quiet_work, recipe_of, spec_of, step_times
from kitchen_bench.turns import Pass, Turns

WANTED = (0.001, 0.010, 0.050, 0.200)
DROPPED = 12
"""First steps that are not counted: everything is still being set up."""
SECONDS = 20.0
"""How long the loops of one size run, together."""
PARTIES = ("worker", "bare", "lightning")
MOST_MS = 1.0


@dataclass(frozen=True)
class Overhead:
    """Medians in milliseconds; differences are medians of step by step differences.

    Attributes:
        size: Network and input.
        steps: Steps that were counted.
        bare: The bare loop's step.
        worker: The worker's step.
        lightning: The step of Lightning's defaults.
        over_bare: What the worker adds to the bare loop.
        over_lightning: What the worker adds to Lightning's defaults.
    """

    size: Size
    steps: int
    bare: float
    worker: float
    lightning: float
    over_bare: float
    over_lightning: float


def measure(wanted: tuple[float, ...] = WANTED, seconds: float = SECONDS) -> list[Overhead]:
    """Measure each wanted step time at the nearest network and input that there is."""
    with tempfile.TemporaryDirectory(prefix="haversack-bench-") as folder:
        times = step_times(Path(folder))
        sizes = [nearest(step, times) for step in wanted]
        return [
            _one(size, times[size], Path(folder) / str(number), seconds)
            for number, size in enumerate(sizes)
        ]


def _one(size: Size, step: float, folder: Path, seconds: float) -> Overhead:
    most = 1300 // size.batch
    steps = min(most, max(DROPPED + 20, int(seconds / (3 * step))))
    recipe, turns = recipe_of(size), Turns(list(PARTIES))

    def worker(ended: Pass) -> None:
        loops.through_the_worker(spec_of(recipe, folder / "worker"), size, steps, ended)

    def bare(ended: Pass) -> None:
        loops.by_hand(quiet_work(recipe, folder / "bare"), size, steps, ended)

    def lightning(ended: Pass) -> None:
        loops.by_lightning(quiet_work(recipe, folder / "lightning"), size, steps, ended)

    turns.run({"worker": worker, "bare": bare, "lightning": lightning})
    counted = {name: [1e3 * t for t in turns.times[name][DROPPED:-1]] for name in PARTIES}
    rows = list(zip(*(counted[name] for name in PARTIES), strict=True))
    return Overhead(
        size,
        len(rows),
        statistics.median(counted["bare"]),
        statistics.median(counted["worker"]),
        statistics.median(counted["lightning"]),
        statistics.median(ours - theirs for ours, theirs, _ in rows),
        statistics.median(ours - theirs for ours, _, theirs in rows),
    )


def report(found: list[Overhead]) -> list[str]:
    """Give the table's lines."""
    lines = [
        f"{'network, edge, batch':40} {'steps':>5} {'bare':>8} {'Lightning':>9} {'worker':>8} "
        f"{'- bare':>8} {'- Lightning':>11}   ms"
    ]
    for one in found:
        name = f"{one.size.architecture}, {one.size.edge} px, {one.size.batch}"
        holds = "" if one.over_bare <= MOST_MS else f"  more than {MOST_MS} ms"
        lines.append(
            f"{name:40} {one.steps:5} {one.bare:8.2f} {one.lightning:9.2f} {one.worker:8.2f} "
            f"{one.over_bare:+8.2f} {one.over_lightning:+11.2f}{holds}"
        )
    return lines
