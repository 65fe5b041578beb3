"""Smoke: the small smoke-test detection set in Pascal VOC layout."""

from __future__ import annotations

from typing import ClassVar

from haversack.catalog.tasks import DETECTION
from haversack.recipe.assets import Asset, Origin
from haversack.recipe.schema import Ingredient, Meta

_SHA256 = "67bc9d5d3c524727dc1bd22e94b6aceecf0bc2c17af6f6565d3706790b59a7cd"
_SIZE = 430_080


class Smoke(Ingredient):
    """Pictures made by the project's own generator (`haversack.data.generate.smoke`)."""

    meta = Meta(
        "data/sets/url/detection/smoke-pascal-like",
        1,
        "Smoke",
        "data_generator",
        "A few generated pictures in Pascal VOC layout: quick to fetch, quick to try.",
        "vision.detection.2d",
        DETECTION,
        ("small", "generated", "voc"),
    )
    asset: ClassVar[Asset] = Asset(
        name="datasets/smoke-voc",
        kind="dataset",
        media_type="application/x-tar",
        sha256=_SHA256,
        size=_SIZE,
        licence="Apache-2.0",
        origin=Origin(uri="resource:data/smoke-voc.tar", sha256=_SHA256),
    )

    def assets(self) -> tuple[Asset, ...]:
        """Name the archive of the set."""
        return (self.asset,)
