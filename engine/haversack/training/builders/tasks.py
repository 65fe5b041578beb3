"""The task's losses and metrics from the recipe's ingredients."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from haversack.catalog.models import CenterPoint, FeaturePyramid
from haversack.catalog.outcomes import ClassificationMetrics, CocoMeanAveragePrecision, MeanIoU
from haversack.recipe.schema import Ingredient
from haversack.training.builders.table import builder_for
from haversack.training.tasks.task import Task
from haversack.training.work import Work, expect


def build_task(work: Work, classes: int) -> Task:
    """Give what the recipe's task means to the trainer.

    Raises:
        UnbuildableError: The way of judging is not known here, or the model is of another task.
    """
    return builder_for(work.root.evaluate, _TABLE, "evaluate")(work, classes)


def _classification(_: Work, classes: int) -> Task:
    from haversack.training.tasks.classification import ClassificationTask

    return ClassificationTask(classes)


def _detection(work: Work, classes: int) -> Task:
    from haversack.training.tasks.detection import DetectionTask

    model = expect(work.root.model, CenterPoint, "model")
    return DetectionTask(classes, model.score_threshold, model.max_detections)


def _segmentation(work: Work, classes: int) -> Task:
    from haversack.training.tasks.segmentation import SegmentationTask

    model = expect(work.root.model, FeaturePyramid, "model")
    return SegmentationTask(classes, model.dice_weight)


_TABLE: Mapping[type[Ingredient], Callable[[Work, int], Task]] = {
    ClassificationMetrics: _classification,
    CocoMeanAveragePrecision: _detection,
    MeanIoU: _segmentation,
}
