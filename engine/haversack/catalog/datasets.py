"""Datasets, and the pipeline that brings them to the trainer."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from haversack.catalog.scenes import ComposedScenes
from haversack.catalog.tasks import CLASSIFICATION, DETECTION, SEGMENTATION
from haversack.recipe.assets import Asset, Origin
from haversack.recipe.schema import Ingredient, Meta, slot


class DataPipeline(Ingredient):
    """A dataset, its augmentations, and how they are batched."""

    meta = Meta("data/pipeline", 1, "Pipeline", "data", "A dataset, augmented and batched.")
    data_generator: Ingredient | None = slot(
        "data_generator", resets=("augmentation",), about="The pictures and their labels"
    )
    augmentation: Ingredient | None = slot("augmentation", about="How training pictures vary")
    batch_size: int = Field(32, ge=1, le=4096, description="Pictures in one step of training")
    num_workers: int = Field(
        0, ge=0, le=64, description="Processes that read pictures; 0: as many as suit the machine"
    )


_DIGITS = Asset(
    name="datasets/digits",
    kind="dataset",
    media_type="application/gzip",
    sha256="09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22",
    size=57_523,
    licence="BSD-3-Clause",
    origin=Origin(
        uri="package:scikit-learn/sklearn/datasets/data/digits.csv.gz",
        sha256="09f66e6debdee2cd2b5ae59e0d6abbb73fc2b0e0185d2e1957e9ebb51e23aa22",
    ),
)


class Digits(Ingredient):
    """Handwritten digits of the UCI repository, as scikit-learn ships them."""

    meta = Meta(
        "data/sets/builtin/classification/digits",
        1,
        "Digits",
        "data_generator",
        "1,797 handwritten digits of 8x8 pixels in ten classes.",
        "vision.classification.2d",
        CLASSIFICATION,
        ("small", "real"),
    )
    asset: ClassVar[Asset] = _DIGITS
    validation_fraction: float = Field(
        0.25, gt=0.0, lt=0.9, description="Share of each class that is kept for validation"
    )
    seed: int = Field(0, ge=0, description="Seed of the split")

    def assets(self) -> tuple[Asset, ...]:
        """Name the file of the set."""
        return (self.asset,)


class DigitScenes(ComposedScenes):
    """Scenes composed from real handwritten digits, with exact boxes."""

    meta = Meta(
        "data/sets/composed/detection/digit-scenes",
        1,
        "Digit scenes",
        "data_generator",
        "Handwritten digits placed on textured ground; no digit is in both splits.",
        "vision.detection.2d",
        DETECTION,
        ("small", "composed"),
    )
    asset = _DIGITS


class MaskedDigitScenes(ComposedScenes):
    """Scenes composed from real handwritten digits, with exact masks."""

    meta = Meta(
        "data/sets/composed/segmentation/digit-scenes",
        1,
        "Digit scenes (segmentation)",
        "data_generator",
        "The digit scenes with a label for each pixel: background or one of ten digits.",
        "vision.segmentation.2d",
        SEGMENTATION,
        ("small", "composed"),
    )
    asset = _DIGITS
