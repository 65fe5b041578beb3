"""Detectors that bring their own backbone; each can start from weights that others publish."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from haversack.catalog.models import Detector, Suggestions, picture_side, settled
from haversack.catalog.published import PublishedWeights
from haversack.catalog.tasks import DETECTION
from haversack.recipe.assets import Unpinned
from haversack.recipe.schema import Meta

TORCHVISION = "https://download.pytorch.org/models"


class SSDLite320(Detector, PublishedWeights):
    """SSDLite on MobileNetV3-Large (Howard et al. 2019, arXiv:1905.02244), torchvision's."""

    meta = Meta(
        "vision/detection/ssdlite320",
        1,
        "SSDLite320",
        "model",
        "Default boxes at six scales on MobileNetV3-Large; fast on processors.",
        "vision.detection.2d",
        DETECTION,
        ("light", "mobile", "torchvision"),
    )
    image_size: int = picture_side(320, least=96, most=640, step=32, known=320)
    overlap: float = Field(
        0.55, gt=0.0, le=1.0, description="Overlap (IoU) above which the lesser box is dropped"
    )

    def source(self) -> Unpinned:
        """Name torchvision's COCO weights."""
        return Unpinned(
            name="weights/ssdlite320_mobilenet_v3_large",
            licence="BSD-3-Clause",
            uri=f"{TORCHVISION}/ssdlite320_mobilenet_v3_large_coco-a79551df.pth",
            convert="torchvision:ssdlite320_mobilenet_v3_large",
        )


class SetDetector(Detector, PublishedWeights):
    """A detector that matches a set of queries with the objects; no overlaps to suppress."""

    suggests: ClassVar[Suggestions] = settled(0.1, 4e-4)
    image_size: int = picture_side(320, least=64, most=1280, step=32, known=640)
    queries: int = Field(
        300, ge=10, le=900, description="Objects looked for, at most one for each place of the maps"
    )
    denoising: int = Field(
        100, ge=0, le=400, description="Queries from blurred true boxes while training"
    )


class DFine(SetDetector):
    """D-FINE (Peng et al. 2024, arXiv:2410.13842), transformers' implementation."""

    meta = Meta(
        "vision/detection/d-fine",
        1,
        "D-FINE",
        "model",
        "A real-time detection transformer on HGNetV2 that refines each edge of a box.",
        "vision.detection.2d",
        DETECTION,
        ("transformer", "transformers"),
    )
    size: Literal["nano", "small", "medium", "large", "xlarge"] = Field(
        "nano", description="Variant"
    )

    def source(self) -> Unpinned:
        """Name the authors' COCO weights."""
        return Unpinned(
            name=f"weights/dfine-{self.size}-coco",
            licence="Apache-2.0",
            uri=f"hf:ustc-community/dfine-{self.size}-coco@main/model.safetensors",
        )


class RTDetrV2(SetDetector):
    """RT-DETRv2 (Lv et al. 2024, arXiv:2407.17140), transformers' implementation."""

    meta = Meta(
        "vision/detection/rt-detr-v2",
        1,
        "RT-DETRv2",
        "model",
        "A real-time detection transformer on a ResNet.",
        "vision.detection.2d",
        DETECTION,
        ("transformer", "transformers"),
    )
    size: Literal["r18vd", "r34vd", "r50vd", "r101vd"] = Field(
        "r18vd", description="Variant, by its ResNet"
    )

    def source(self) -> Unpinned:
        """Name the authors' COCO weights."""
        return Unpinned(
            name=f"weights/rtdetr_v2_{self.size}",
            licence="Apache-2.0",
            uri=f"hf:PekingU/rtdetr_v2_{self.size}@main/model.safetensors",
        )
