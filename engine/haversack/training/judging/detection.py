"""Judging a detector: boxes found, missed, imagined and called by another name."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from haversack.training.judging.judgement import (
    BACKGROUND,
    Judgement,
    Mistake,
    Worst,
    class_rows,
)
from haversack.training.judging.matching import match
from haversack.training.judging.precision_recall import curve_from_scores
from haversack.training.loading.batches import Batch
from haversack.training.tasks.task import Outputs, Prediction, Task


class DetectionJudge:
    """Matches boxes at an overlap of 0.5.

    Args:
        classes: Names of the classes.
        task: Gives every box, however low its score.
        threshold: Score from which a box counts in the matrix and among the mistakes.
        worst: How many pictures are kept.
    """

    def __init__(self, classes: tuple[str, ...], task: Task, threshold: float, worst: int) -> None:
        """Judge these classes from a score on; keep the ``worst`` mistakes."""
        self._classes, self._task, self._threshold = classes, task, threshold
        self._worst = Worst(worst)
        count = len(classes)
        self._matrix = np.zeros((count + 1, count + 1), np.int64)
        self._real = np.zeros(count, np.int64)
        self._scores: list[list[float]] = [[] for _ in classes]
        self._hits: list[list[bool]] = [[] for _ in classes]
        self._seen = 0

    def update(self, outputs: Outputs, batch: Batch) -> None:
        """Take one batch."""
        boxes, labels = batch["boxes"].cpu().numpy(), batch["labels"].cpu().numpy()
        for said, real, names in zip(self._task.predict(outputs), boxes, labels, strict=True):
            self._one(said, real[names >= 0], names[names >= 0])
            self._seen += 1

    def judge(self) -> Judgement:
        """Condense everything."""
        curves = tuple(
            curve_from_scores(name, self._scores[place], self._hits[place], int(self._real[place]))
            for place, name in enumerate(self._classes)
        )
        names = (*self._classes, BACKGROUND)
        scores = [curve.average_precision for curve in curves]
        rows = class_rows(self._classes, self._matrix, scores)
        return Judgement(
            "average precision (0.5)",
            "objects",
            names,
            self._matrix,
            rows,
            curves,
            self._worst.list(),
        )

    def _one(
        self, said: Prediction, real: npt.NDArray[np.float32], names: npt.NDArray[np.int64]
    ) -> None:
        found, scores = np.asarray(said.labels, np.int64), np.asarray(said.scores)
        self._real += np.bincount(names, minlength=len(self._classes))
        for place in np.unique(found):
            own = found == place
            given = match(said.xyxy[own], real[names == place])
            self._scores[place] += scores[own].tolist()
            self._hits[place] += (given >= 0).tolist()
        sure = scores >= self._threshold
        given, nothing = match(said.xyxy[sure], real), len(self._classes)
        called = np.where(given >= 0, names[given] if len(names) else nothing, nothing)
        np.add.at(self._matrix, (called, found[sure]), 1)
        missed = np.setdiff1d(np.arange(len(names)), given)
        np.add.at(self._matrix, (names[missed], np.full(len(missed), nothing)), 1)
        imagined = int((given < 0).sum())
        other = int(((called != found[sure]) & (given >= 0)).sum())
        why = f"{len(missed)} missed, {imagined} that are not there, {other} called otherwise"
        kept = int(sure.sum())
        shown = Prediction(said.labels[:kept], said.scores[:kept], said.xyxy[:kept])
        self._worst.add(Mistake(len(missed) + imagined + other, self._seen, why, shown))
