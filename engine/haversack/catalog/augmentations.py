"""Augmentations: how training pictures are varied."""

from __future__ import annotations

from pydantic import Field

from haversack.catalog.tasks import CLASSIFICATION, DETECTION, SEGMENTATION
from haversack.recipe.schema import Ingredient, Meta


class NoAugmentation(Ingredient):
    """Pictures as they are."""

    meta = Meta("augmentation/none", 1, "None", "augmentation", "Pictures as they are.")


class ClassificationBasic(Ingredient):
    """Small shifts, turns and changes of light that keep the label."""

    meta = Meta(
        "augmentation/classification/basic",
        1,
        "Basic (classification)",
        "augmentation",
        "Small shifts, turns and changes of light that keep the label.",
        tasks=CLASSIFICATION,
    )
    horizontal_flip: float = Field(0.0, ge=0.0, le=1.0, description="How often to mirror")
    max_shift: float = Field(0.08, ge=0.0, le=0.5, description="Largest shift, of the side")
    max_rotation: float = Field(
        8.0, ge=0.0, le=180.0, description="Largest turn", json_schema_extra={"unit": "°"}
    )
    brightness: float = Field(0.1, ge=0.0, le=1.0, description="Largest change of brightness")


class DetectionBasic(Ingredient):
    """Mirroring and changes of light; boxes follow."""

    meta = Meta(
        "augmentation/detection/basic",
        1,
        "Basic (detection)",
        "augmentation",
        "Mirroring and changes of light; boxes follow the picture.",
        tasks=DETECTION,
    )
    horizontal_flip: float = Field(0.0, ge=0.0, le=1.0, description="How often to mirror")
    brightness: float = Field(0.2, ge=0.0, le=1.0, description="Largest change of brightness")
    contrast: float = Field(0.2, ge=0.0, le=1.0, description="Largest change of contrast")


class SegmentationBasic(Ingredient):
    """Mirroring and changes of light; the mask follows."""

    meta = Meta(
        "augmentation/segmentation/basic",
        1,
        "Basic (segmentation)",
        "augmentation",
        "Mirroring and changes of light; the mask follows the picture.",
        tasks=SEGMENTATION,
    )
    horizontal_flip: float = Field(0.0, ge=0.0, le=1.0, description="How often to mirror")
    brightness: float = Field(0.2, ge=0.0, le=1.0, description="Largest change of brightness")
    contrast: float = Field(0.2, ge=0.0, le=1.0, description="Largest change of contrast")
