"""Augmentations by torchvision's transforms v2: crops, scale and colour, for photographs."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from haversack.catalog.tasks import CLASSIFICATION, DETECTION, SEGMENTATION
from haversack.recipe.schema import Ingredient, Meta


def _least_area() -> Any:
    return Field(0.5, gt=0.0, le=1.0, description="Least share of the picture that a crop keeps")


def _zoom_out() -> Any:
    return Field(
        0.3, ge=0.0, le=1.0, description="How often to shrink the picture on a grey ground"
    )


def _largest_ground() -> Any:
    return Field(
        2.0, ge=1.0, le=4.0, description="Largest side of that ground, in sides of the picture"
    )


class Torchvision(Ingredient):
    """What the augmentations of all tasks share: mirroring and colour."""

    horizontal_flip: float = Field(0.0, ge=0.0, le=1.0, description="How often to mirror")
    brightness: float = Field(0.2, ge=0.0, le=1.0, description="Largest change of brightness")
    contrast: float = Field(0.2, ge=0.0, le=1.0, description="Largest change of contrast")
    saturation: float = Field(0.2, ge=0.0, le=1.0, description="Largest change of saturation")
    hue: float = Field(
        0.0, ge=0.0, le=0.5, description="Largest turn of the hue, of the whole circle; slow"
    )


class TorchvisionClassification(Torchvision):
    """Random resized crops, colour, and a policy of many kinds of change."""

    meta = Meta(
        "augmentation/classification/torchvision",
        1,
        "Torchvision (classification)",
        "augmentation",
        "Random crops, mirroring, colour, and on request TrivialAugment or RandAugment.",
        tasks=CLASSIFICATION,
        tags=("torchvision",),
    )
    least_area: float = _least_area()
    policy: Literal["none", "trivial-augment-wide", "rand-augment"] = Field(
        "none", description="Changes drawn from a list: turns, shears, shifts, light, fewer colours"
    )


class TorchvisionDetection(Torchvision):
    """Zooming out, crops around objects and colour; boxes follow."""

    meta = Meta(
        "augmentation/detection/torchvision",
        1,
        "Torchvision (detection)",
        "augmentation",
        "Zooming out, crops around objects, mirroring and colour; boxes follow the picture.",
        tasks=DETECTION,
        tags=("torchvision",),
    )
    zoom_out: float = _zoom_out()
    largest_ground: float = _largest_ground()
    crop: float = Field(0.5, ge=0.0, le=1.0, description="How often to crop around some object")
    least_side: float = Field(
        0.5, ge=0.1, le=1.0, description="Least share of each side that a crop keeps"
    )


class TorchvisionSegmentation(Torchvision):
    """Zooming out, random resized crops and colour; the mask follows."""

    meta = Meta(
        "augmentation/segmentation/torchvision",
        1,
        "Torchvision (segmentation)",
        "augmentation",
        "Zooming out, random crops, mirroring and colour; the mask follows the picture.",
        tasks=SEGMENTATION,
        tags=("torchvision",),
    )
    zoom_out: float = _zoom_out()
    largest_ground: float = _largest_ground()
    least_area: float = _least_area()
