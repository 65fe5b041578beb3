"""The rehearsal in one process: train, stop, resume, evaluate, export, one prediction."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from haversack.runs.events import Event, PhaseBegan
from haversack.runs.spec import Limits
from haversack.training.errors import TrainingError
from haversack.training.jobs.evaluate import evaluate
from haversack.training.jobs.export import export
from haversack.training.jobs.predict import predict
from haversack.training.jobs.train import train
from haversack.training.loop.keeper import BEST, LAST
from haversack.training.stopping import StopRequested
from haversack.training.work import Work

BATCHES = 3


def rehearse(work: Work) -> dict[str, Any]:
    """Do in small what the field will do: two epochs of a few batches with a stop in between.

    The spec's limits win where they are given.

    Returns:
        ``steps``: ``step``, ``seconds`` and ``result`` of each, in order.

    Raises:
        HaversackError: A step failed.
        StopRequested: Somebody asked to stop.
    """
    given = work.spec.limits
    limits = Limits(
        max_epochs=max(2, given.max_epochs or 2),
        limit_batches=given.limit_batches or BATCHES,
        batch_size=given.batch_size,
        image_size=given.image_size,
    )
    recipe = work.recipe.copy()
    recipe["trainer.num_epochs"] = max(2, limits.max_epochs or 2)
    recipe["trainer.fast_dev_run"] = False  # it keeps no checkpoint to go on from
    best, last = work.run_dir / BEST, work.run_dir / LAST
    steps: list[dict[str, Any]] = []

    def step(name: str, job: Callable[[Work], dict[str, Any]], **changes: object) -> None:
        started = time.monotonic()
        spec = work.spec.model_copy(update={"limits": limits, **changes})
        result = job(Work(spec, recipe, work.emit, work.stopped))
        steps.append({"step": name, "seconds": time.monotonic() - started, "result": result})

    step("train", _until_first_checkpoint)
    step("resume", train, resume_from=last)
    step("evaluate", evaluate, checkpoint=best)
    step("export", export, checkpoint=best)
    step("predict", predict, checkpoint=best, options={**work.spec.options, "samples": 1})
    return {"steps": steps}


def _until_first_checkpoint(work: Work) -> dict[str, Any]:
    """Train, and stop as a person would while the first epoch is validated."""
    validated = False

    def emit(event: Event) -> None:
        nonlocal validated
        validated |= isinstance(event, PhaseBegan) and event.phase == "validate"
        work.emit(event)

    reached = Work(work.spec, work.recipe, emit, lambda: work.stopped() or validated)
    try:
        train(reached)
    except StopRequested as stopped:
        if work.stopped():
            raise
        epoch = None if stopped.epoch is None else stopped.epoch + 1  # as people count
        return {"checkpoint": stopped.checkpoint, "epoch": epoch}
    raise TrainingError("the rehearsal did not stop after its first epoch", "Train for 2 epochs.")
