"""Segmenters that bring their own backbone; each can start from weights that others publish."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from haversack.catalog.detectors import TORCHVISION
from haversack.catalog.models import Segmenter
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
    image_size: int = Field(
        256,
        ge=64,
        le=1024,
        multiple_of=32,
        description="Side of the square picture that enters; the published weights know 520",
        json_schema_extra={"unit": "px"},
    )
    dice_weight: float = Field(
        1.0, ge=0.0, le=10.0, description="Share of the Dice loss beside cross-entropy"
    )

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
    suggests: ClassVar[Mapping[str, Mapping[str, object]]] = {
        "trainer": {"gradient_clip": 1.0},
        "trainer.optimizer": {"learning_rate": 5e-4},
    }
    image_size: int = Field(
        256,
        ge=64,
        le=1280,
        multiple_of=16,
        description="Side of the square picture that enters; the published weights know 640",
        json_schema_extra={"unit": "px"},
    )
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
