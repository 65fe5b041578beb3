"""What is done with a trained model: evaluation and export."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from haversack.catalog.tasks import CLASSIFICATION, DETECTION, SEGMENTATION
from haversack.recipe.registry import Upgrade
from haversack.recipe.schema import Ingredient, Meta


class ClassificationMetrics(Ingredient):
    """Accuracy, F1, precision and recall by torchmetrics."""

    meta = Meta(
        "evaluate/classification/torchmetrics",
        1,
        "Classification metrics",
        "evaluate",
        "Accuracy, F1, precision and recall on the validation split.",
        tasks=CLASSIFICATION,
    )


class CocoMeanAveragePrecision(Ingredient):
    """COCO mean average precision (torchmetrics over faster-coco-eval)."""

    meta = Meta(
        "evaluate/detection/coco-map",
        1,
        "COCO mAP",
        "evaluate",
        "Mean average precision as COCO defines it.",
        tasks=DETECTION,
    )


class MeanIoU(Ingredient):
    """Mean intersection over union by torchmetrics."""

    meta = Meta(
        "evaluate/segmentation/mean-iou",
        1,
        "Mean IoU",
        "evaluate",
        "Intersection over union, averaged over the classes; accuracy over the pixels.",
        tasks=SEGMENTATION,
    )


class OnnxExport(Ingredient):
    """ONNX, checked against the model it was made from."""

    meta = Meta("export/onnx", 2, "ONNX", "export", "ONNX, checked against ONNX Runtime.")
    precision: Literal["float32", "float16", "int8"] = Field(
        "float32", description="Numbers in the file"
    )
    opset: int = Field(18, ge=17, le=23, description="ONNX operator set")
    calibration_images: int = Field(64, ge=1, le=10_000, description="Pictures that calibrate int8")
    calibration: Literal["minmax", "entropy", "percentile"] = Field(
        "minmax", description="How int8 finds the range of each activation"
    )
    percentile: float = Field(
        99.99, ge=50.0, le=100.0, description="Share of values that `percentile` keeps, in percent"
    )
    per_channel: bool = Field(True, description="Scale each channel of a weight on its own in int8")


UPGRADES = (
    Upgrade(
        "export/onnx", 1, lambda options: options, "float16 and ways of calibrating int8 exist"
    ),
)
"""Steps from the versions of these ingredients that are no longer installed."""
