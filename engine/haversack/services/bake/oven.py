"""Working off a plan on one machine: claim, resume, measure, collect."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager
from pathlib import Path

from haversack.base.locking import claimed
from haversack.base.progress import CancelToken, Meter
from haversack.pantry.pantry import Pantry
from haversack.services.bake.kept_plan import keep_plan
from haversack.services.bake.plan import Plan, Unit, units
from haversack.services.bake.side_by_side import share_of_cores, side_by_side
from haversack.services.bake.stages import measure_unit, measured_file, train_unit, trained_file
from haversack.services.capture import capture
from haversack.services.listen import Listener, ignore


def bake(
    plan: Plan,
    pantry: Pantry,
    folder: Path,
    *,
    jobs: int = 1,
    with_measuring: bool = True,
    on_event: Listener = ignore,
    cancel: CancelToken | None = None,
) -> bool:
    """Work off a plan; finished units are not done again, interrupted ones go on.

    Every unit is trained and exported first; only then is anything measured, one after the
    other. Several processes may share a folder: each unit is claimed by one of them. None measures
    while another one trains or measures there.

    Args:
        plan: What is baked.
        pantry: Where the assets are; missing ones are fetched.
        folder: Where each unit keeps its results.
        jobs: Units that train side by side, each in a worker with its share of the cores.
        with_measuring: False leaves measuring to another time, when the machine is quiet.
        on_event: Hears progress.
        cancel: Stops after the step under way.

    Returns:
        Whether everything is measured. If it is not, though it was wanted, another process is at
        work in the folder; the bake is run again to measure.

    Raises:
        AnotherPlanError: The folder holds the results of another plan.
        RunFailed: A worker failed, those beside it were stopped; run it again to go on.
        FetchError: An asset could not be fetched.
    """
    folder = folder.absolute()  # workers run elsewhere
    todo = list(units(plan, pantry.registry))
    keep_plan(plan, pantry.registry, folder)
    needed = {a.name: a for unit in todo for a in unit.recipe.assets()}
    capture(tuple(needed.values()), pantry, on_event=on_event, cancel=cancel)
    _train(plan, todo, pantry, folder, jobs, on_event, cancel)
    if not with_measuring:
        return False
    with claim(folder) as mine:
        alone = mine and all(trained_file(folder / unit.key).exists() for unit in todo)
        if alone:
            _measure(plan, todo, pantry, folder, on_event, cancel)
    return alone


def _train(
    plan: Plan,
    todo: list[Unit],
    pantry: Pantry,
    folder: Path,
    jobs: int,
    on_event: Listener,
    cancel: CancelToken | None,
) -> None:
    meter, telling = Meter("training", len(todo), on_event, "models", cancel), threading.Lock()
    left = sum(not trained_file(folder / unit.key).exists() for unit in todo)
    jobs = max(1, min(jobs, left))
    share = share_of_cores(jobs)

    def train(unit: Unit, stop: CancelToken | None) -> None:
        place = folder / unit.key
        with claim(place) as mine:
            if mine and not trained_file(place).exists():
                train_unit(unit, plan.quantizations, place, pantry, cancel=stop, env=share)
        with telling:
            meter.advance(1)

    side_by_side(todo, train, jobs, cancel)


def _measure(
    plan: Plan,
    todo: list[Unit],
    pantry: Pantry,
    folder: Path,
    on_event: Listener,
    cancel: CancelToken | None,
) -> None:
    meter = Meter("measuring", len(todo) * len(plan.quantizations), on_event, "models", cancel)
    for unit in todo:
        place = folder / unit.key
        for quantization in plan.quantizations:
            if not measured_file(place, quantization).exists():
                measure_unit(unit, quantization, place, pantry, cancel=cancel)
            meter.advance(1)


def claim(place: Path) -> AbstractContextManager[bool]:
    """Claim a unit, or for measuring the whole folder; False where another process has it."""
    return claimed(place / "claim")
