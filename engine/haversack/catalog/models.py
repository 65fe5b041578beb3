"""Models: what every one has in common, and those that are a head on a backbone of timm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from haversack.catalog.tasks import CLASSIFICATION, DETECTION, SEGMENTATION
from haversack.recipe.schema import Ingredient, Meta, slot, slot_added_later

Suggestions = Mapping[str, Mapping[str, object]]


def picture_side(
    default: int, *, least: int, most: int, step: int | None = None, known: int | None = None
) -> Any:
    """Make the option ``image_size``.

    Args:
        default: Its default, in pixels.
        least: The least that is allowed.
        most: The most.
        step: What it is a multiple of.
        known: The side that the published weights were trained at.
    """
    enters = f"; the published weights know {known}" if known else " the network"
    return Field(
        default,
        ge=least,
        le=most,
        multiple_of=step,
        description=f"Side of the square picture that enters{enters}",
        json_schema_extra={"unit": "px"},
    )


def dice_weight() -> Any:
    """Make the option of how much the Dice loss counts."""
    return Field(1.0, ge=0.0, le=10.0, description="Share of the Dice loss beside cross-entropy")


def settled(gradient_clip: float, learning_rate: float) -> Suggestions:
    """Give settings of the trainer and the optimizer that suit a model."""
    return {
        "trainer": {"gradient_clip": gradient_clip},
        "trainer.optimizer": {"learning_rate": learning_rate},
    }


class Model(Ingredient):
    """A network that takes square pictures."""

    image_size: int = picture_side(128, least=32, most=2048)


class Detector(Model):
    """A network that finds boxes."""

    score_threshold: float = Field(0.3, ge=0.0, le=1.0, description="Lowest score drawn")
    max_detections: int = Field(50, ge=1, le=1000, description="Most boxes for a picture")


class Segmenter(Model):
    """A network that labels each pixel."""


class TimmClassifier(Model):
    """A timm backbone with a linear classifier."""

    meta = Meta(
        "vision/classification/timm-classifier",
        1,
        "Timm classifier",
        "model",
        "A backbone of timm with a linear layer on its pooled features.",
        "vision.classification.2d",
        CLASSIFICATION,
        ("light", "mobile"),
    )
    image_size: int = picture_side(64, least=32, most=1024)
    drop_rate: float = Field(0.1, ge=0.0, le=0.9, description="Dropout before the classifier")
    backbone: Ingredient | None = slot("backbone", about="What turns a picture into features")
    loss: Ingredient | None = slot_added_later(
        "loss", about="What training minimises; plain cross-entropy where it is empty"
    )


class CenterPoint(Detector):
    """A centre-point detector (after Zhou et al. 2019, Objects as Points, arXiv:1904.07850)."""

    meta = Meta(
        "vision/detection/center-point",
        1,
        "Centre-point detector",
        "model",
        "Finds objects as peaks of a heat map; no anchors, no suppression of overlaps.",
        "vision.detection.2d",
        DETECTION,
        ("light", "mobile", "anchor-free"),
    )
    image_size: int = picture_side(128, least=64, most=1024, step=32)
    head_channels: int = Field(64, ge=8, le=512, description="Width of the head")
    backbone: Ingredient | None = slot("backbone", about="What turns a picture into features")


class FeaturePyramid(Segmenter):
    """A light feature pyramid (after Kirillov et al. 2019, Panoptic FPN, arXiv:1901.02446)."""

    meta = Meta(
        "vision/segmentation/feature-pyramid",
        1,
        "Feature pyramid",
        "model",
        "Merges the backbone's maps of all sizes into one label for each pixel.",
        "vision.segmentation.2d",
        SEGMENTATION,
        ("light", "mobile"),
    )
    image_size: int = picture_side(128, least=64, most=1024, step=32)
    head_channels: int = Field(64, ge=8, le=512, description="Width of the head")
    dice_weight: float = dice_weight()
    backbone: Ingredient | None = slot("backbone", about="What turns a picture into features")
