"""Data that somebody brought: sets that were imported into the pantry, by name and digest."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from haversack.catalog.tasks import CLASSIFICATION, DETECTION, SEGMENTATION
from haversack.recipe.assets import Asset, Origin
from haversack.recipe.schema import UNSET, Ingredient, Meta

PREFIX = "datasets/own/"
_TYPES = {
    "classification": "application/vnd.haversack.classification+tar",
    "detection": "application/vnd.haversack.detection+tar",
    "segmentation": "application/vnd.haversack.segmentation+tar",
    "unlabeled": "application/vnd.haversack.unlabeled+tar",
}


class OwnPictures(Ingredient):
    """A set that was imported; until one is chosen its name and digest are unset."""

    name: str = Field(UNSET, description="The set's name in the pantry")
    sha256: str = Field(
        UNSET, pattern=r"^(\?\?\?|[0-9a-f]{64})$", description="The digest of the imported set"
    )
    size: int = Field(0, ge=0, description="Its bytes", json_schema_extra={"unit": "bytes"})
    licence: str = Field("NOASSERTION", max_length=200, description="Its licence (SPDX)")
    task_of_set: ClassVar[Literal["classification", "detection", "segmentation"]]

    def assets(self) -> tuple[Asset, ...]:
        """Name the file of the set; nothing while none is chosen."""
        if UNSET in (self.name, self.sha256):
            return ()
        return (own_asset(self.name, self.task_of_set, self.sha256, self.size, self.licence),)


class OwnClassification(OwnPictures):
    """Imported pictures with a class each."""

    meta = Meta(
        "data/sets/own/classification",
        1,
        "Own pictures",
        "data_generator",
        "Pictures with a class each that were brought with `haversack data import`.",
        "vision.classification.2d",
        CLASSIFICATION,
        ("own",),
    )
    task_of_set = "classification"


class OwnDetection(OwnPictures):
    """Imported pictures with boxes."""

    meta = Meta(
        "data/sets/own/detection",
        1,
        "Own pictures with boxes",
        "data_generator",
        "Pictures with boxes that were brought with `haversack data import`.",
        "vision.detection.2d",
        DETECTION,
        ("own",),
    )
    task_of_set = "detection"


class OwnSegmentation(OwnPictures):
    """Imported pictures with masks."""

    meta = Meta(
        "data/sets/own/segmentation",
        1,
        "Own pictures with masks",
        "data_generator",
        "Pictures with masks that were brought with `haversack data import`.",
        "vision.segmentation.2d",
        SEGMENTATION,
        ("own",),
    )
    task_of_set = "segmentation"


OWN: dict[str, type[OwnPictures]] = {
    "classification": OwnClassification,
    "detection": OwnDetection,
    "segmentation": OwnSegmentation,
}


def own_asset(name: str, task: str, sha256: str, size: int, licence: str) -> Asset:
    """Describe an imported set as the pantry keeps it."""
    return Asset(
        name=PREFIX + name,
        kind="dataset",
        media_type=_TYPES[task],
        sha256=sha256,
        size=size,
        licence=licence,
        origin=Origin(uri=f"import:{name}", sha256=sha256),
    )


def own_task(asset: Asset) -> str | None:
    """Give the task of an imported set; None where the asset is none."""
    if not asset.name.startswith(PREFIX):
        return None
    return next((task for task, kind in _TYPES.items() if kind == asset.media_type), None)
