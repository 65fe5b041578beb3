"""Judges beside other libraries' numbers and beside hand-made cases."""

from __future__ import annotations

import numpy as np
import pytest
import sklearn.metrics
import torch
from hypothesis import given
from hypothesis import strategies as st

from haversack.training.judging.classification import ClassificationJudge
from haversack.training.judging.detection import DetectionJudge
from haversack.training.judging.judgement import Mistake, Worst
from haversack.training.judging.matching import match, overlaps
from haversack.training.judging.precision_recall import curve_from_bins, curve_from_scores
from haversack.training.judging.segmentation import SegmentationJudge
from haversack.training.loading.batches import Batch
from haversack.training.tasks.pixel_head import PixelHead
from haversack.training.tasks.segmentation import SegmentationTask
from haversack.training.tasks.task import Outputs, Prediction

NAMES = ("cat", "dog", "owl")


def _batch(**given: torch.Tensor) -> Batch:
    empty: Batch = {
        "images": torch.zeros(0),
        "labels": torch.zeros(0, dtype=torch.int64),
        "boxes": torch.zeros(0),
        "masks": torch.zeros(0),
    }
    return {**empty, **given}  # type: ignore[typeddict-item] # names of a batch


def test_a_classifiers_table_and_curves_are_those_of_scikit_learn() -> None:
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 3, 200)
    logits = torch.from_numpy(generator.normal(size=(200, 3)) + 1.5 * np.eye(3)[labels])
    judge = ClassificationJudge(NAMES, worst=4)
    for half in (slice(0, 90), slice(90, 200)):
        judge.update((logits[half],), _batch(labels=torch.from_numpy(labels[half])))
    found = judge.judge()
    said, scores = logits.argmax(1).numpy(), logits.softmax(1).numpy()
    assert (found.confusion == sklearn.metrics.confusion_matrix(labels, said)).all()
    precision, recall, f1, support = sklearn.metrics.precision_recall_fscore_support(labels, said)
    for place, row in enumerate(found.rows):
        assert row.name == NAMES[place]
        wanted = (support[place], precision[place], recall[place], f1[place])
        assert (row.support, row.precision, row.recall, row.score) == pytest.approx(wanted)
        curve = found.curves[place]
        wanted_p, wanted_r, _ = sklearn.metrics.precision_recall_curve(
            labels == place, scores[:, place]
        )
        assert curve.recall == pytest.approx(wanted_r[-2::-1])  # its last point is no answer's
        assert curve.precision == pytest.approx(wanted_p[-2::-1])
    wrong = np.flatnonzero(said != labels)
    surest = wrong[np.argsort(-scores.max(1)[wrong])][:4]
    assert [mistake.index for mistake in found.mistakes] == surest.tolist()
    assert found.mistakes[0].why.startswith(f"is {NAMES[labels[surest[0]]]}, was called")


def test_a_class_that_is_nowhere_has_no_f1_and_one_that_is_missed_has_0() -> None:
    judge = ClassificationJudge(NAMES, worst=1)
    judge.update((torch.eye(3)[[0, 0]],), _batch(labels=torch.tensor([0, 1])))
    assert [row.score for row in judge.judge().rows] == [pytest.approx(2 / 3), 0.0, None]


class _Says:
    """A task whose answers are given."""

    name = "detection"
    primary = "map"

    def __init__(self, *said: Prediction) -> None:
        self._said = list(said)

    def predict(self, outputs: Outputs) -> list[Prediction]:
        return [self._said[int(number)] for number in outputs[0]]

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, torch.Tensor]:
        raise NotImplementedError

    def meter(self) -> object:
        raise NotImplementedError


def _said(*boxes: tuple[int, float, tuple[int, int, int, int]]) -> Prediction:
    labels, scores, xyxy = zip(*boxes, strict=True) if boxes else ((), (), ())
    return Prediction(list(labels), list(scores), np.asarray(xyxy, np.float32).reshape(-1, 4))


def test_a_detectors_boxes_are_found_missed_imagined_or_called_otherwise() -> None:
    first = _said(
        (0, 0.9, (0, 0, 10, 10)),  # right
        (2, 0.8, (20, 20, 30, 30)),  # there, but a dog
        (1, 0.7, (50, 50, 60, 60)),  # nothing there
        (0, 0.1, (70, 70, 80, 80)),  # below the threshold: counts in the curve alone
    )
    judge = DetectionJudge(NAMES, _Says(first, _said()), threshold=0.3, worst=5)  # type: ignore[arg-type] # a judge asks predict alone
    boxes = torch.tensor([[[0, 0, 10, 10], [20, 20, 30, 31], [70, 70, 80, 80]], [[0, 0, 1, 1]] * 3])
    labels = torch.tensor([[0, 1, 0], [-1, -1, -1]])
    judge.update((torch.tensor([0, 1]),), _batch(boxes=boxes.float(), labels=labels))
    found = judge.judge()
    assert found.names == (*NAMES, "nothing")
    assert found.confusion.tolist() == [[1, 0, 0, 1], [0, 0, 1, 0], [0, 0, 0, 0], [0, 1, 0, 0]]
    cat, dog, owl = found.curves
    assert (cat.recall, cat.precision, cat.average_precision) == ((0.5, 1.0), (1.0, 1.0), 1.0)
    assert dog.average_precision == 0.0
    assert owl.average_precision is None
    (mistake,) = found.mistakes
    assert (mistake.index, mistake.weight) == (0, 3)
    assert mistake.why == "1 missed, 1 that are not there, 1 called otherwise"
    assert len(mistake.said.labels) == 3


def test_segmentation_counts_pixels_and_leaves_out_what_is_not_judged() -> None:
    truth = torch.tensor([[[0, 0, 1, 1], [2, 2, 255, 255]]], dtype=torch.uint8)
    said = torch.tensor([[[0, 1, 1, 1], [2, 0, 1, 2]]])
    logits = torch.nn.functional.one_hot(said, 3).permute(0, 3, 1, 2).float() * 5
    judge = SegmentationJudge(NAMES, SegmentationTask(3, PixelHead(3, 1.0)), worst=2)
    judge.update((logits,), _batch(masks=truth))
    found = judge.judge()
    assert found.confusion.tolist() == [[1, 1, 0], [0, 2, 0], [1, 0, 1]]
    assert [row.score for row in found.rows] == pytest.approx([1 / 3, 2 / 3, 1 / 2])
    assert found.mistakes[0].weight == pytest.approx(1 / 3)
    assert [curve.recall[-1] for curve in found.curves] == [1.0, 1.0, 1.0]


@given(st.lists(st.tuples(st.integers(0, 15), st.booleans()), min_size=1, max_size=60))
def test_bins_and_scores_give_the_same_curve(answers: list[tuple[int, bool]]) -> None:
    scores, hits = [score for score, _ in answers], [hit for _, hit in answers]
    right = np.bincount([s for s, hit in answers if hit], minlength=16).astype(np.int64)
    wrong = np.bincount([s for s, hit in answers if not hit], minlength=16).astype(np.int64)
    assert curve_from_bins("a", right, wrong) == curve_from_scores("a", scores, hits, sum(hits))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.data())
def test_the_area_below_a_curve_is_a_share_and_1_only_where_all_right_come_first(
    scores: list[float], data: st.DataObject
) -> None:
    hits = [data.draw(st.booleans()) for _ in scores]
    area = curve_from_scores("a", scores, hits, max(1, sum(hits))).average_precision
    assert area is not None
    assert 0 <= area <= 1 + 1e-12
    worst_right = min((s for s, hit in zip(scores, hits, strict=True) if hit), default=2.0)
    best_wrong = max((s for s, hit in zip(scores, hits, strict=True) if not hit), default=-1.0)
    if any(hits):
        assert (area > 1 - 1e-12) == (worst_right > best_wrong)


def test_each_real_box_is_found_once_and_by_the_surest() -> None:
    real = np.asarray([[0, 0, 10, 10], [20, 0, 30, 10]], np.float32)
    found = np.asarray([[0, 0, 10, 9], [0, 0, 10, 10], [21, 0, 30, 10], [5, 0, 15, 10]], np.float32)
    assert match(found, real).tolist() == [0, -1, 1, -1]
    assert overlaps(found[3:], real)[0] == pytest.approx([1 / 3, 0.0])
    assert match(found[:0], real).tolist() == []


def test_only_the_heaviest_mistakes_are_kept() -> None:
    worst = Worst(2)
    for index, weight in enumerate((0.3, 0.0, 0.9, 0.5)):
        worst.add(Mistake(weight, index, "", Prediction([], [])))
    assert [mistake.index for mistake in worst.list()] == [2, 3]
