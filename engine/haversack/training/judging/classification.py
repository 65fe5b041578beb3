"""Judging a classifier: which classes are taken for which, and how surely."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from haversack.training.judging.judgement import (
    Counts,
    Judgement,
    Mistake,
    Worst,
    class_rows,
    share,
)
from haversack.training.judging.precision_recall import curve_from_scores
from haversack.training.loading.batches import Batch
from haversack.training.tasks.task import Outputs, Prediction

SHOWN = 3


class ClassificationJudge:
    """Keeps the probabilities of every picture.

    Args:
        classes: Names of the classes.
        worst: How many mistakes are kept: the surest first.
    """

    def __init__(self, classes: tuple[str, ...], worst: int) -> None:
        """Judge these classes; keep the ``worst`` mistakes."""
        self._classes = classes
        self._worst = Worst(worst)
        self._scores: list[npt.NDArray[np.float32]] = []
        self._labels: list[npt.NDArray[np.int64]] = []
        self._seen = 0

    def update(self, outputs: Outputs, batch: Batch) -> None:
        """Take one batch."""
        scores = outputs[0].float().softmax(1).cpu().numpy()
        labels = batch["labels"].cpu().numpy()
        self._scores.append(scores)
        self._labels.append(labels)
        for row, (own, label) in enumerate(zip(scores, labels, strict=True)):
            said = int(own.argmax())
            if said != label:
                self._worst.add(self._mistake(self._seen + row, own, int(label), said))
        self._seen += len(labels)

    def judge(self) -> Judgement:
        """Condense everything."""
        scores, labels = np.concatenate(self._scores), np.concatenate(self._labels)
        matrix = confusion(labels, scores.argmax(1), len(self._classes))
        right, either = matrix.diagonal(), matrix.sum(0) + matrix.sum(1)
        f1 = [share(2 * int(part), int(whole)) for part, whole in zip(right, either, strict=True)]
        curves = tuple(
            curve_from_scores(name, scores[:, place], labels == place, int((labels == place).sum()))
            for place, name in enumerate(self._classes)
        )
        rows = class_rows(self._classes, matrix, f1)
        return Judgement("F1", "pictures", self._classes, matrix, rows, curves, self._worst.list())

    def _mistake(self, index: int, own: npt.NDArray[np.float32], label: int, said: int) -> Mistake:
        best = np.argsort(-own)[:SHOWN]
        why = f"is {self._classes[label]}, was called {self._classes[said]} ({own[said]:.0%})"
        return Mistake(float(own[said]), index, why, Prediction(best.tolist(), own[best].tolist()))


def confusion(wanted: npt.NDArray[np.int64], given: npt.NDArray[np.int64], classes: int) -> Counts:
    """Count pairs: rows are what is so, columns what was said."""
    flat = np.bincount(wanted * classes + given, minlength=classes * classes)
    return flat.reshape(classes, classes).astype(np.int64)
