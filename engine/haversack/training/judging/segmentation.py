"""Judging a segmentation: which pixels are taken for which class."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from haversack.data.sample import NOT_JUDGED
from haversack.training.judging.classification import confusion
from haversack.training.judging.judgement import (
    Counts,
    Judgement,
    Mistake,
    Worst,
    class_rows,
    share,
)
from haversack.training.judging.precision_recall import curve_from_bins
from haversack.training.loading.batches import Batch
from haversack.training.tasks.segmentation import SegmentationTask
from haversack.training.tasks.task import Outputs

BINS = 128


class SegmentationJudge:
    """Counts pixels; scores are kept in bins, for there are too many to keep.

    Args:
        classes: Names of the classes.
        task: Gives the mask of each picture.
        worst: How many pictures are kept: those with the largest share of wrong pixels.
    """

    def __init__(self, classes: tuple[str, ...], task: SegmentationTask, worst: int) -> None:
        """Judge these classes; keep the ``worst`` pictures."""
        self._classes, self._task = classes, task
        self._worst = Worst(worst)
        count = len(classes)
        self._matrix = np.zeros((count, count), np.int64)
        self._bins = np.zeros((2, count, BINS), np.int64)
        self._seen = 0

    def update(self, outputs: Outputs, batch: Batch) -> None:
        """Take one batch."""
        wanted = batch["masks"].cpu().numpy()
        probable = self._task.scores(outputs).cpu().numpy()
        for said, truth, scores in zip(self._task.predict(outputs), wanted, probable, strict=True):
            judged = truth != NOT_JUDGED
            labels = truth[judged].astype(np.int64)
            own = confusion(labels, said.mask[judged].astype(np.int64), len(self._classes))
            self._matrix += own
            self._count_scores(scores[:, judged], labels)
            wrong = share(int(own.sum() - own.trace()), int(own.sum())) or 0.0
            self._worst.add(
                Mistake(wrong, self._seen, f"{wrong:.1%} of the pixels are wrong", said)
            )
            self._seen += 1

    def judge(self) -> Judgement:
        """Condense everything."""
        inside = self._matrix.diagonal()
        union = self._matrix.sum(0) + self._matrix.sum(1) - inside
        scores = [share(int(part), int(whole)) for part, whole in zip(inside, union, strict=True)]
        curves = tuple(
            curve_from_bins(name, self._bins[1, place], self._bins[0, place])
            for place, name in enumerate(self._classes)
        )
        rows = class_rows(self._classes, self._matrix, scores)
        return Judgement(
            "intersection over union",
            "pixels",
            self._classes,
            self._matrix,
            rows,
            curves,
            self._worst.list(),
        )

    def _count_scores(
        self,
        scores: npt.NDArray[np.float32],
        labels: Counts,
    ) -> None:
        sound = np.nan_to_num(scores)  # a network that has diverged answers with no numbers
        places = np.minimum((sound * BINS).astype(np.int64), BINS - 1)
        for number in range(len(self._classes)):
            right = labels == number
            self._bins[1, number] += np.bincount(places[number, right], minlength=BINS)
            self._bins[0, number] += np.bincount(places[number, ~right], minlength=BINS)
