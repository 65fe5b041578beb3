"""Segmenters that bring their own backbone; each can start from weights that others publish."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from haversack.catalog.detectors import TORCHVISION
from haversack.catalog.models import Segmenter, Suggestions, dice_weight, picture_side, settled
from haversack.catalog.published import PUBLISHED, PublishedWeights
from haversack.catalog.tasks import SEGMENTATION
from haversack.recipe.assets import Unpinned
from haversack.recipe.schema import Meta


class LRASPP(Segmenter, PublishedWeights):
    """Lite R-ASPP on MobileNetV3-Large (Howard et al. 2019, arXiv:1905.02244), torchvision's."""

    meta = Meta(
        "vision/segmentation/lraspp",
        1,
        "LRASPP",
        "model",
        "Two maps of MobileNetV3-Large and a gate over the whole picture; 3.2 M parameters.",
        "vision.segmentation.2d",
        SEGMENTATION,
        ("light", "mobile", "torchvision"),
    )
    image_size: int = picture_side(256, least=64, most=1024, step=32, known=520)
    dice_weight: float = dice_weight()

    def source(self) -> Unpinned:
        """Name torchvision's weights (COCO pictures of the 20 classes of Pascal VOC)."""
        return Unpinned(
            name="weights/lraspp_mobilenet_v3_large",
            licence="BSD-3-Clause",
            uri=f"{TORCHVISION}/lraspp_mobilenet_v3_large-d234d4ea.pth",
            convert="torchvision:lraspp_mobilenet_v3_large",
        )


class Eomt(Segmenter, PublishedWeights):
    """EoMT, an encoder-only mask transformer (Kerssies et al. 2025, arXiv:2503.19108)."""

    meta = Meta(
        "vision/segmentation/eomt",
        1,
        "EoMT",
        "model",
        "A plain vision transformer whose queries each give a mask and a class.",
        "vision.segmentation.2d",
        SEGMENTATION,
        ("transformer", "transformers"),
    )
    suggests: ClassVar[Suggestions] = settled(1.0, 5e-4)
    image_size: int = picture_side(256, least=64, most=1280, step=16, known=640)
    size: Literal["tiny", "small", "base"] = Field(
        "tiny", description="Variant; tiny is published by nobody"
    )
    queries: int = Field(100, ge=10, le=400, description="Masks looked for")

    @model_validator(mode="after")
    def _is_published(self) -> Eomt:
        if self.size == "tiny" and self.weights == PUBLISHED:
            raise ValueError("nobody publishes weights of the tiny variant: choose another size")
        return self

    def source(self) -> Unpinned:
        """Name the authors' weights of COCO's things and stuff, on DINOv2."""
        return Unpinned(
            name=f"weights/coco_panoptic_eomt_{self.size}_640_2x",
            licence="MIT",
            uri=f"hf:tue-mps/coco_panoptic_eomt_{self.size}_640_2x@main/model.safetensors",
        )
