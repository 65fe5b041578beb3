"""The task's losses and metrics from the recipe's ingredients: the model chooses its head."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from haversack.catalog.detectors import SetDetector, SSDLite320
from haversack.catalog.models import CenterPoint, Detector, FeaturePyramid, Segmenter
from haversack.catalog.outcomes import ClassificationMetrics, CocoMeanAveragePrecision, MeanIoU
from haversack.catalog.segmenters import LRASPP, Eomt
from haversack.recipe.schema import Ingredient
from haversack.training.builders.table import builder_for
from haversack.training.tasks.detection import DetectionHead
from haversack.training.tasks.segmentation import SegmentationHead
from haversack.training.tasks.task import Task
from haversack.training.work import Work, expect


def build_task(work: Work, classes: int, image_size: int) -> Task:
    """Give what the recipe's task means to the trainer.

    Args:
        work: The work with its recipe.
        classes: Number of classes of the dataset.
        image_size: Edge of the network's square in pixels.

    Raises:
        UnbuildableError: The way of judging is not known here, or the model is of another task.
    """
    return builder_for(work.root.evaluate, _TABLE, "evaluate")(work, classes, image_size)


def _classification(_: Work, classes: int, image_size: int) -> Task:
    from haversack.training.tasks.classification import ClassificationTask

    return ClassificationTask(classes)


def _detection(work: Work, classes: int, image_size: int) -> Task:
    from haversack.training.tasks.detection import DetectionTask

    model = expect(work.root.model, Detector, "model")
    head = builder_for(model, _DETECTION_HEADS, "model")(model, classes, image_size)
    return DetectionTask(head, model.score_threshold)


def _segmentation(work: Work, classes: int, image_size: int) -> Task:
    from haversack.training.tasks.segmentation import SegmentationTask

    model = expect(work.root.model, Segmenter, "model")
    head = builder_for(model, _SEGMENTATION_HEADS, "model")(model, classes)
    return SegmentationTask(classes, head)


def _center(model: CenterPoint, classes: int, image_size: int) -> DetectionHead:
    from haversack.training.tasks.center_head import CenterHead

    return CenterHead(classes, model.max_detections)


def _ssd(model: SSDLite320, classes: int, image_size: int) -> DetectionHead:
    from haversack.training.tasks.ssd_head import SsdHead

    return SsdHead(image_size, model.max_detections, model.overlap)


def _set(model: SetDetector, classes: int, image_size: int) -> DetectionHead:
    from haversack.training.tasks.set_head import SetHead

    return SetHead(classes, image_size, model.max_detections)


def _pixels(model: FeaturePyramid | LRASPP, classes: int) -> SegmentationHead:
    from haversack.training.tasks.pixel_head import PixelHead

    return PixelHead(classes, model.dice_weight)


def _masks(model: Eomt, classes: int) -> SegmentationHead:
    from haversack.training.tasks.mask_head import MaskHead

    return MaskHead()


_TABLE: Mapping[type[Ingredient], Callable[[Work, int, int], Task]] = {
    ClassificationMetrics: _classification,
    CocoMeanAveragePrecision: _detection,
    MeanIoU: _segmentation,
}
_DETECTION_HEADS: Mapping[type[Ingredient], Callable[..., DetectionHead]] = {
    CenterPoint: _center,
    SSDLite320: _ssd,
    SetDetector: _set,
}
_SEGMENTATION_HEADS: Mapping[type[Ingredient], Callable[..., SegmentationHead]] = {
    FeaturePyramid: _pixels,
    LRASPP: _pixels,
    Eomt: _masks,
}
