"""The dry run of a preparation: one batch of each loop, and which files that took."""

from __future__ import annotations

from typing import Any

from haversack.training.files_opened import FilesOpened
from haversack.training.jobs.train import train
from haversack.training.work import Work


def prepare(work: Work) -> dict[str, Any]:
    """Train and validate on one batch at batch size 1 (or the limits' own) without a checkpoint.

    Returns:
        What training gives, and ``opened``: files that Python opened outside of the run's folder,
        the run's assets and the installation.

    Raises:
        HaversackError: The recipe or its files cannot be used.
    """
    opened = FilesOpened()
    limits = work.spec.limits
    limits = limits.model_copy(update={"fast_dev_run": True, "batch_size": limits.batch_size or 1})
    spec = work.spec.model_copy(update={"limits": limits})
    result = train(Work(spec, work.recipe, work.emit, work.stopped))
    known = [work.run_dir, *(file.path for file in work.spec.assets)]
    return {**result, "opened": opened.outside(known)}
