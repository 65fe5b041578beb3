"""From a RunSpec to the function that does it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from haversack.catalog.shipped import registry
from haversack.recipe.sppr import from_sppr
from haversack.runs.events import Event, Started
from haversack.runs.spec import RunKind, RunSpec
from haversack.training import lean_imports, torchvision_guard
from haversack.training.errors import TrainingError
from haversack.training.work import Work


def perform(
    spec: RunSpec,
    emit: Callable[[Event], None],
    stopped: Callable[[], bool],
    pid: int,
    rank: int = 0,
) -> dict[str, Any]:
    """Do what a spec asks for and give its result.

    Args:
        spec: What is asked.
        emit: Takes events.
        stopped: Says whether somebody asked to stop.
        pid: This process.
        rank: Which of the processes that train together this is.

    Raises:
        HaversackError: It cannot be done; the message says why.
        StopRequested: Somebody asked to stop.
    """
    torchvision_guard.install()
    lean_imports.install()
    import torch

    from haversack.training.device import choose_device, describe

    recipe = None if spec.kind is RunKind.CONVERT else from_sppr(spec.sppr, registry())
    emit(
        Started(
            kind=spec.kind.value,
            recipe_id=recipe.id if recipe is not None else "",
            device=describe(choose_device(spec.device)),
            pid=pid,
            threads=torch.get_num_threads(),
        )
    )
    if recipe is None:
        from haversack.training.jobs.convert import convert

        return convert(spec)
    recipe.require_complete()
    return _job(spec.kind)(Work(spec, recipe, emit, stopped, rank))


def _job(kind: RunKind) -> Callable[[Work], dict[str, Any]]:
    """Give what does a kind of run; what the others need is not imported."""
    if kind is RunKind.TRAIN:
        from haversack.training.jobs.train import train

        return train
    if kind is RunKind.SUGGEST:
        from haversack.training.jobs.suggest import suggest

        return suggest
    if kind is RunKind.PREPARE:
        from haversack.training.jobs.prepare import prepare

        return prepare
    if kind is RunKind.REHEARSE:
        from haversack.training.jobs.rehearse import rehearse

        return rehearse
    if kind is RunKind.EVALUATE:
        from haversack.training.jobs.evaluate import evaluate

        return evaluate
    if kind is RunKind.EXPORT:
        from haversack.training.jobs.export import export

        return export
    if kind is RunKind.PREDICT:
        from haversack.training.jobs.predict import predict

        return predict
    if kind is RunKind.MEASURE:
        from haversack.training.jobs.measure import measure

        return measure
    raise TrainingError(f"a worker does not know how to {kind.value}", "Upgrade Haversack.")
