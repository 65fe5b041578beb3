"""Training: a recipe to checkpoints and metrics."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import torch

from haversack.base.counting import counted
from haversack.catalog.composites import Joined
from haversack.catalog.training import EarlyStop, LightningTrainer
from haversack.data.errors import DataError
from haversack.data.sample import Dataset
from haversack.data.shared_pictures import trained_on
from haversack.runs.events import PhaseBegan
from haversack.training.builders.datasets import build_datasets
from haversack.training.builders.networks import build_network
from haversack.training.builders.tasks import build_task
from haversack.training.checkpoint.folder import read_about
from haversack.training.checkpoint.progress import read_waited
from haversack.training.checkpoint.state import About
from haversack.training.errors import CheckpointError
from haversack.training.loop.fitting import fit
from haversack.training.loop.keeper import BEST, keep_best
from haversack.training.loop.parts import template_of
from haversack.training.memory import memory_told
from haversack.training.settings import settings_of
from haversack.training.trainable_batch import with_trainable_batch
from haversack.training.work import Work, expect

Result = dict[str, Any]


def train(work: Work) -> Result:
    """Train a recipe, or go on with ``resume_from``.

    Returns:
        ``metrics`` of the best epoch, ``epochs`` done, ``checkpoint`` of the best epoch relative
        to the run's folder (None in a fast dry run), ``best_epoch`` counted from 1 as ``epochs``
        is, ``last_metrics``, ``batch_size``, ``seconds``.

    Raises:
        StopRequested: Somebody asked to stop.
        OutOfMemoryError: A step does not fit in memory.
        HaversackError: The recipe, its files or the checkpoint cannot be used.
    """
    started = time.monotonic()
    work.emit(PhaseBegan(phase="load"))
    settings = settings_of(work)
    torch.manual_seed(settings.seed)
    splits = build_datasets(work)
    _check_enough(splits, work.spec.processes * work.spec.nodes)
    _tell_what_is_trained_on(work, splits)
    classes = tuple(splits["train"].classes)
    resume = read_about(work.spec.resume_from) if work.spec.resume_from is not None else None
    network = build_network(work, len(classes), settings.image_size, pretrained=resume is None)
    settings = with_trainable_batch(work, network, settings, len(splits["train"]))
    template = template_of(work, settings, classes)
    if resume is not None:
        _check_resume(resume, template)
        keep_best(work, resume, build_task(work, len(classes), settings.image_size).primary)
        if resume.epoch >= settings.epochs:
            work.note(
                f"every epoch of {settings.epochs} is done already; to go on: haversack runs "
                f"resume {work.spec.run_id} --set trainer.num_epochs={2 * settings.epochs}"
            )
            return _nothing_left(work, resume)
        if _has_stopped_early(work, resume):
            return _nothing_left(work, resume)
    with memory_told(work, settings):
        keeper = fit(work, settings, network, splits, template, resume)
    history = keeper.history
    return {
        "metrics": history.best_metrics,
        "epochs": keeper.epochs_done,
        "checkpoint": None if settings.fast_dev_run else BEST,
        "best_epoch": history.best_epoch + 1,
        "last_metrics": history.last_metrics,
        "batch_size": settings.batch_size,
        "seconds": time.monotonic() - started,
    }


def _check_enough(splits: Mapping[str, Dataset], world: int) -> None:
    for name, dataset in splits.items():
        if len(dataset) < world:
            raise DataError(
                f"{world} processes train together, and the {name} split has "
                f"{counted(len(dataset), 'picture')}",
                "Bring at least one for each process, or use fewer processes.",
            )


def _tell_what_is_trained_on(work: Work, splits: Mapping[str, Dataset]) -> None:
    """Tell of pictures on both sides: an import lets none through, but two sets may share some."""
    if work.rank > 0 or not any(isinstance(node, Joined) for _, node in work.recipe.walk()):
        return
    val = splits["val"]
    found = trained_on(splits["train"], val)
    if found:
        work.note(
            f"{len(found)} of {counted(len(val), 'picture')} to validate on "
            f"{'is' if len(found) == 1 else 'are'} trained on as well, such as "
            f"{val[found[0]].name}: what is told of them is better than it is; import the sets "
            "that are joined from one folder",
            warning=True,
        )


def _check_resume(found: About, wanted: About) -> None:
    hint = "Resume with the recipe that was trained, or start again."
    for name in ("task", "classes", "image_size"):
        if getattr(found, name) != getattr(wanted, name):
            raise CheckpointError(f"the checkpoint has another {name.replace('_', ' ')}", hint)


def _has_stopped_early(work: Work, resume: About) -> bool:
    """Say whether its early stop ended it, and tell how it goes on."""
    early_stop = expect(work.root.trainer, LightningTrainer, "trainer").early_stop
    if early_stop is None or resume.batch > 0 or work.spec.resume_from is None:
        return False
    patience = expect(early_stop, EarlyStop, "early_stop").patience
    waited = read_waited(work.spec.resume_from)
    if waited < patience:
        return False
    work.note(
        f"it has stopped early, after epoch {resume.epoch}: nothing improved for {waited} of "
        f"them; to go on: haversack runs resume {work.spec.run_id} --set "
        f"early_stop.patience={waited + patience}"
    )
    return True


def _nothing_left(work: Work, resume: About) -> Result:
    best = work.run_dir / BEST
    about = read_about(best) if work.rank == 0 and best.is_dir() else resume
    return {
        "metrics": about.metrics,
        "epochs": resume.epoch,
        "checkpoint": BEST if best.is_dir() else None,
        "best_epoch": about.epoch,
        "last_metrics": resume.metrics,
        "batch_size": resume.batch_size,
        "seconds": 0.0,
    }
