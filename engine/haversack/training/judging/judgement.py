"""What a judge finds, as plain values that a report is made from."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from haversack.training.loading.batches import Batch
from haversack.training.tasks.task import Outputs, Prediction

Counts = npt.NDArray[np.int64]
BACKGROUND = "nothing"


@dataclass(frozen=True, slots=True)
class ClassRow:
    """How well one class is found.

    Attributes:
        name: The class.
        support: How often it is there: pictures, objects or pixels.
        precision: Share of what was called so that is so; None where nothing was called so.
        recall: Share of what is so that was called so; None where there is none.
        score: The task's own: F1, average precision at an overlap of 0.5, or intersection over
            union; None where it is not defined.
    """

    name: str
    support: int
    precision: float | None
    recall: float | None
    score: float | None


@dataclass(frozen=True, slots=True)
class Curve:
    """Precision over recall of one class, recall rising.

    Attributes:
        name: The class.
        recall: Recall at falling thresholds.
        precision: Precision at the same thresholds.
        average_precision: The area below; None where the class is not there.
    """

    name: str
    recall: tuple[float, ...]
    precision: tuple[float, ...]
    average_precision: float | None


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """A picture that the network got wrong.

    Attributes:
        weight: How bad it is; larger is worse.
        index: Place of the picture in the dataset.
        why: What is wrong, in words.
        said: What the network said.
    """

    weight: float
    index: int
    why: str = field(compare=False)
    said: Prediction = field(compare=False)


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that a judge found.

    Attributes:
        score_name: What the score of a class is.
        unit: What is counted.
        names: Names of the rows and columns of the confusion matrix.
        confusion: ``(n, n)``: rows are what is so, columns what was said.
        rows: One for each class.
        curves: One for each class.
        mistakes: The worst, worst first.
    """

    score_name: str
    unit: str
    names: tuple[str, ...]
    confusion: Counts
    rows: tuple[ClassRow, ...]
    curves: tuple[Curve, ...]
    mistakes: tuple[Mistake, ...]


class Judge(Protocol):
    """Looks at batches in the order of the dataset and says what is wrong with the answers."""

    def update(self, outputs: Outputs, batch: Batch) -> None:
        """Take one batch of answers."""
        ...

    def judge(self) -> Judgement:
        """Condense everything."""
        ...


class Worst:
    """Keeps the heaviest of many mistakes."""

    def __init__(self, most: int) -> None:
        """Keep ``most`` of them."""
        self._most = most
        self._heap: list[Mistake] = []

    def add(self, mistake: Mistake) -> None:
        """Take one, unless it weighs nothing."""
        if mistake.weight > 0:
            heapq.heappush(self._heap, mistake)
            if len(self._heap) > self._most:
                heapq.heappop(self._heap)

    def list(self) -> tuple[Mistake, ...]:
        """Give them, worst first."""
        return tuple(sorted(self._heap, reverse=True))


def class_rows(
    names: Iterable[str], confusion: Counts, scores: Iterable[float | None]
) -> tuple[ClassRow, ...]:
    """Give the rows of a table from a confusion matrix and each class's score."""
    said, there = confusion.sum(0), confusion.sum(1)
    return tuple(
        ClassRow(
            name,
            int(there[place]),
            share(int(confusion[place, place]), int(said[place])),
            share(int(confusion[place, place]), int(there[place])),
            score,
        )
        for place, (name, score) in enumerate(zip(names, scores, strict=True))
    )


def share(part: float, whole: float) -> float | None:
    """Give part / whole; None where the whole is nothing."""
    return part / whole if whole else None
