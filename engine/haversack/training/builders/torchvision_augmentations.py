"""Augmentations by torchvision's transforms v2, drawn from a sample's own random generator.

The transforms used here are plain torch and Pillow: none needs torchvision's compiled operators,
which `torchvision_guard` may have to do without.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torchvision import tv_tensors
from torchvision.transforms import v2

from haversack.catalog.torchvision_augmentations import (
    Torchvision,
    TorchvisionClassification,
    TorchvisionDetection,
    TorchvisionSegmentation,
)
from haversack.data.geometry import PADDING
from haversack.data.sample import NOT_JUDGED, Boxes, Mask, Picture, Sample
from haversack.recipe.schema import Ingredient
from haversack.training.builders.table import builder_for

Size = tuple[int, int]
OVERLAPS = [0.0, 0.1, 0.3, 1.0]
"""What a crop has to share with some box, drawn for each crop; 1 is no crop.

More, as for SSD, would nearly always be tried for in vain on small objects.
"""
TRIALS = 20


@dataclass(frozen=True, slots=True)
class TorchvisionAugment:
    """Varies a sample; its size stays.

    The transforms draw from torch's global generator of the processor. It is set from the sample's
    own generator and put back: what is drawn depends on the sample's place alone, and what the
    network draws, such as dropout, not on how pictures are varied or by which process.

    Attributes:
        options: What is drawn from.
    """

    options: Torchvision

    def __call__(self, sample: Sample, rng: np.random.Generator) -> Sample:
        """Give a variant of a sample."""
        height, width = sample.image.shape[:2]
        transforms = _transforms(self.options, (height, width))
        with torch.random.fork_rng(devices=()):
            # torch.manual_seed would set the generators of GPUs as well, which nothing puts back
            torch.default_generator.manual_seed(int(rng.integers(2**63)))
            return _sample(transforms(_tensors(sample)), sample)


def _tensors(sample: Sample) -> dict[str, Tensor]:
    image = tv_tensors.Image(torch.tensor(sample.image).permute(2, 0, 1))
    if isinstance(sample.target, Mask):
        return {"image": image, "mask": tv_tensors.Mask(torch.tensor(sample.target.labels))}
    if not isinstance(sample.target, Boxes):
        return {"image": image}
    xyxy, size = torch.tensor(sample.target.xyxy), sample.image.shape[:2]
    boxes = tv_tensors.BoundingBoxes(xyxy, format="XYXY", canvas_size=size)
    return {"image": image, "boxes": boxes, "labels": torch.tensor(sample.target.labels)}


def _sample(tensors: Mapping[str, Tensor], before: Sample) -> Sample:
    image: Picture = np.ascontiguousarray(tensors["image"].permute(1, 2, 0).numpy())
    if "mask" in tensors:
        return Sample(image, Mask(tensors["mask"].numpy()), before.name)
    if "boxes" not in tensors:
        return Sample(image, before.target, before.name)
    boxes = Boxes(tensors["boxes"].numpy(), tensors["labels"].numpy())
    return Sample(image, boxes, before.name)


@cache
def _transforms(options: Torchvision, size: Size) -> nn.Module:
    return v2.Compose(builder_for(options, _TABLE, "data.augmentation")(options, size))


def _mirror_and_colour(options: Torchvision) -> list[nn.Module]:
    light = options.brightness, options.contrast, options.saturation, options.hue
    return [v2.RandomHorizontalFlip(options.horizontal_flip), v2.ColorJitter(*light)]


def _zoom_out(options: TorchvisionDetection | TorchvisionSegmentation) -> nn.Module:
    """Shrink a picture, in effect: it lies on a ground that is brought to its size afterwards."""
    ground: dict[Any, int] = {tv_tensors.Image: PADDING, tv_tensors.Mask: NOT_JUDGED}
    return v2.RandomZoomOut(ground, (1.0, options.largest_ground), options.zoom_out)


def _classification(options: TorchvisionClassification, size: Size) -> list[nn.Module]:
    crop = v2.RandomResizedCrop(size, scale=(options.least_area, 1.0), antialias=True)
    policies = {
        "none": v2.Identity,
        "trivial-augment-wide": v2.TrivialAugmentWide,
        "rand-augment": v2.RandAugment,
    }
    return [crop, policies[options.policy](), *_mirror_and_colour(options)]


def _detection(options: TorchvisionDetection, size: Size) -> list[nn.Module]:
    """Zoom and crop as SSD does (Liu et al. 2016, arXiv:1512.02325, section 2.2).

    A box stays where its centre is in the crop, cut off at the picture's edge.
    """
    crop = v2.RandomIoUCrop(min_scale=options.least_side, sampler_options=OVERLAPS, trials=TRIALS)
    return [
        _zoom_out(options),
        v2.RandomApply([crop], options.crop),
        v2.Resize(size, antialias=True),
        *_mirror_and_colour(options),
        v2.ClampBoundingBoxes(),
        v2.SanitizeBoundingBoxes(),
    ]


def _segmentation(options: TorchvisionSegmentation, size: Size) -> list[nn.Module]:
    crop = v2.RandomResizedCrop(size, scale=(options.least_area, 1.0), antialias=True)
    return [_zoom_out(options), crop, *_mirror_and_colour(options)]


_TABLE: Mapping[type[Ingredient], Callable[..., list[nn.Module]]] = {
    TorchvisionClassification: _classification,
    TorchvisionDetection: _detection,
    TorchvisionSegmentation: _segmentation,
}
