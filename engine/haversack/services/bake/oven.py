"""Working off a plan on one machine: claim, resume, measure, collect."""

from __future__ import annotations

import threading
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from haversack.base.locking import claimed
from haversack.base.progress import CancelToken, Meter
from haversack.pantry.pantry import Pantry
from haversack.services.bake.failed import (
    Baked,
    failed_file,
    failed_units,
    noting_failure,
    untried_first,
)
from haversack.services.bake.kept_plan import keep_plan
from haversack.services.bake.plan import Plan, Quantization, Unit, units
from haversack.services.bake.side_by_side import share_of_cores, side_by_side
from haversack.services.bake.stages import measure_unit, measured_file, train_unit, trained_file
from haversack.services.capture import capture
from haversack.services.listen import Heard, Listener, ignore


def bake(
    plan: Plan,
    pantry: Pantry,
    folder: Path,
    *,
    jobs: int = 1,
    with_measuring: bool = True,
    on_event: Listener = ignore,
    cancel: CancelToken | None = None,
) -> Baked:
    """Work off a plan; finished units are not done again, interrupted ones go on.

    Every unit is trained and exported first; only then is anything measured, one after the
    other. Several processes may share a folder: each unit is claimed by one of them. None measures
    while another one trains or measures there. A unit that fails holds up no other: it is noted,
    and the next bake tries it again after those that have not been tried.

    Args:
        plan: What is baked.
        pantry: Where the assets are; missing ones are fetched.
        folder: Where each unit keeps its results.
        jobs: Units that train side by side, each in a worker with its share of the cores.
        with_measuring: False leaves measuring to another time, when the machine is quiet.
        on_event: Hears progress.
        cancel: Stops after the step under way.

    Returns:
        Whether it came to its end, and what failed.

    Raises:
        AnotherPlanError: The folder holds the results of another plan.
        Cancelled: Somebody asked to stop; run it again to go on.
        FetchError: An asset could not be fetched.
    """
    folder = folder.absolute()  # workers run elsewhere
    todo = list(units(plan, pantry.registry))
    keep_plan(plan, pantry.registry, folder)
    needed = {a.name: a for unit in todo for a in unit.recipe.assets()}
    capture(tuple(needed.values()), pantry, on_event=on_event, cancel=cancel)
    _train(plan, todo, pantry, folder, jobs, on_event, cancel)
    is_measured = with_measuring and _measure_alone(plan, todo, pantry, folder, on_event, cancel)
    files = (measured_file(folder / unit.key, q) for unit in todo for q in plan.quantizations)
    rows = sum(file.exists() for file in files)
    return Baked(is_measured, rows, tuple(failed_units(todo, plan.quantizations, folder)))


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

    def tell(heard: Heard) -> None:
        with telling:
            on_event(heard)

    def train(unit: Unit, stop: CancelToken | None) -> None:
        place = folder / unit.key
        with claim(place) as mine:
            if mine and not trained_file(place).exists():
                with noting_failure(failed_file(place), stop, tell):
                    train_unit(unit, plan.quantizations, place, pantry, cancel=stop, env=share)
        with telling:
            meter.advance(1)

    in_turn = untried_first(todo, lambda unit: failed_file(folder / unit.key).exists())
    side_by_side(in_turn, train, jobs, cancel)


def _measure_alone(
    plan: Plan,
    todo: list[Unit],
    pantry: Pantry,
    folder: Path,
    on_event: Listener,
    cancel: CancelToken | None,
) -> bool:
    """Measure what is trained; False where another process trains or measures in the folder."""
    with ExitStack() as claims:
        if not claims.enter_context(claim(folder)):
            return False
        for unit in todo:
            place = folder / unit.key
            if trained_file(place).exists():
                continue
            if not claims.enter_context(claim(place)) or not failed_file(place).exists():
                return False
        trained = [unit for unit in todo if trained_file(folder / unit.key).exists()]
        _measure(plan, trained, pantry, folder, on_event, cancel)
    return True


def _measure(
    plan: Plan,
    todo: list[Unit],
    pantry: Pantry,
    folder: Path,
    on_event: Listener,
    cancel: CancelToken | None,
) -> None:
    rows = [(unit, quantization) for unit in todo for quantization in plan.quantizations]
    meter = Meter("measuring", len(rows), on_event, "models", cancel)

    def has_failed(row: tuple[Unit, Quantization]) -> bool:
        return failed_file(folder / row[0].key, row[1]).exists()

    for unit, quantization in untried_first(rows, has_failed):
        place = folder / unit.key
        if not measured_file(place, quantization).exists():
            with noting_failure(failed_file(place, quantization), cancel, on_event):
                measure_unit(unit, quantization, place, pantry, cancel=cancel)
        meter.advance(1)


def claim(place: Path) -> AbstractContextManager[bool]:
    """Claim a unit, or for measuring the whole folder; False where another process has it."""
    return claimed(place / "claim")
