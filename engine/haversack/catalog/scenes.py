"""Options of data that are composed when they are asked for, and scenes of photo cut-outs."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from haversack.catalog.tasks import DETECTION, SEGMENTATION
from haversack.recipe.assets import Asset, Origin
from haversack.recipe.schema import Ingredient, Meta


class ComposedScenes(Ingredient):
    """How many scenes are composed from what an asset holds, and how large they are."""

    asset: ClassVar[Asset]
    train_scenes: int = Field(200, ge=1, le=100_000, description="Scenes to train on")
    validation_scenes: int = Field(50, ge=1, le=100_000, description="Scenes to validate on")
    scene_size: int = Field(
        128, ge=64, le=1024, description="Side of a scene", json_schema_extra={"unit": "px"}
    )
    seed: int = Field(0, ge=0, description="Seed of the composition")

    def assets(self) -> tuple[Asset, ...]:
        """Name the file that holds what scenes are composed from."""
        return (self.asset,)


_CUT_OUTS = Asset(
    name="datasets/photo-cut-outs",
    kind="dataset",
    media_type="application/x-tar",
    sha256="d158a87880fd066fadb12e209f7b39fabc602cde3f913a61c8d749f46fa610c3",
    size=13_987_840,
    licence="GPL-2.0-or-later",
    origin=Origin(
        uri="apt:tuxpaint-stamps-default=2022.06.04-1",
        sha256="6db6c1bfc870a47f1499d6203b083522eacb57c5f9c87d468f2e92eb6d9d5f34",
    ),
    convert="cut-outs",
)


class CutOutScenes(ComposedScenes):
    """Scenes composed from photographs of things, with exact boxes."""

    meta = Meta(
        "data/sets/composed/detection/cut-out-scenes",
        1,
        "Cut-out scenes",
        "data_generator",
        "Photo cut-outs (Tux Paint's stamps, GPL) on textured ground; no object is in both splits.",
        "vision.detection.2d",
        DETECTION,
        ("composed",),
    )
    asset = _CUT_OUTS


class MaskedCutOutScenes(ComposedScenes):
    """Scenes composed from photographs of things, with exact masks."""

    meta = Meta(
        "data/sets/composed/segmentation/cut-out-scenes",
        1,
        "Cut-out scenes (segmentation)",
        "data_generator",
        "The cut-out scenes with a label for each pixel: background or one of six kinds.",
        "vision.segmentation.2d",
        SEGMENTATION,
        ("composed",),
    )
    asset = _CUT_OUTS
