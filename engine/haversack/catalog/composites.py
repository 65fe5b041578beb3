"""Data made of other data: a part of a set, two sets together, some classes, mosaics."""

from __future__ import annotations

from pydantic import Field

from haversack.catalog.tasks import DETECTION
from haversack.recipe.schema import UNSET, Ingredient, Meta, slot

_ROLE = "data_generator"


class RandomSubset(Ingredient):
    """A part of a set, the same for the same seed; the validation split may stay whole."""

    meta = Meta(
        "data/sets/composite/random-subset",
        1,
        "Random subset",
        _ROLE,
        "A share of another set's pictures, chosen by a seed.",
        tags=("composite",),
    )
    source: Ingredient | None = slot(_ROLE, about="What it is a part of")
    share: float = Field(0.1, gt=0.0, le=1.0, description="Share of the training pictures")
    validation_share: float = Field(
        1.0, gt=0.0, le=1.0, description="Share of the validation pictures"
    )
    seed: int = Field(0, ge=0, description="Another seed chooses others")


class Joined(Ingredient):
    """Two sets as one; classes of the same name are one class."""

    meta = Meta(
        "data/sets/composite/joined",
        1,
        "Joined",
        _ROLE,
        "Two sets one after the other; classes of the same name are one.",
        tags=("composite",),
    )
    first: Ingredient | None = slot(_ROLE, about="The first set")
    second: Ingredient | None = slot(_ROLE, about="The second set")


class ClassSelector(Ingredient):
    """Some classes of a set.

    Pictures of other classes go, boxes of other classes go, pixels of other classes are not judged.
    """

    meta = Meta(
        "data/sets/composite/class-selector",
        1,
        "Class selector",
        _ROLE,
        "Another set with some of its classes alone.",
        tags=("composite",),
    )
    source: Ingredient | None = slot(_ROLE, about="What is selected from")
    keep: str = Field(
        UNSET, max_length=10_000, description="Names of the classes, separated by commas"
    )


class Mosaic(Ingredient):
    """Training pictures put together by four; which ones depends on the seed alone.

    Source: A. Bochkovskiy, C.-Y. Wang, H.-Y. M. Liao 2020, "YOLOv4", arXiv:2004.10934.
    """

    meta = Meta(
        "data/sets/composite/mosaic",
        1,
        "Mosaic",
        _ROLE,
        "Another set of which some training pictures are four of its pictures in one.",
        "vision.detection.2d",
        DETECTION,
        ("composite",),
    )
    source: Ingredient | None = slot(_ROLE, about="What the pictures are taken from")
    share: float = Field(0.5, ge=0.0, le=1.0, description="Share of pictures that are mosaics")
    edge: int = Field(
        640, ge=64, le=4096, description="Side of a mosaic", json_schema_extra={"unit": "px"}
    )
    seed: int = Field(0, ge=0, description="Seed of the choice")
