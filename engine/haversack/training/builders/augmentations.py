"""Augmentations: functions from (sample, random generator) to a sample of the same size."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image, ImageEnhance

from haversack.catalog.augmentations import (
    ClassificationBasic,
    DetectionBasic,
    NoAugmentation,
    SegmentationBasic,
)
from haversack.catalog.torchvision_augmentations import Torchvision
from haversack.data.sample import Boxes, Mask, Picture, Sample
from haversack.recipe.schema import Ingredient
from haversack.training.builders.table import builder_for

Augment = Callable[[Sample, np.random.Generator], Sample]


def build_augmentation(ingredient: Ingredient | None) -> Augment:
    """Give what varies training pictures.

    Raises:
        UnbuildableError: The slot is empty or its ingredient is not known here.
    """
    builder = builder_for(ingredient, _TABLE, "data.augmentation")
    return builder(ingredient)


def mirror(sample: Sample) -> Sample:
    """Mirror a picture left to right; boxes and masks follow."""
    image = np.ascontiguousarray(sample.image[:, ::-1])
    if isinstance(sample.target, Mask):
        labels = np.ascontiguousarray(sample.target.labels[:, ::-1])
        return Sample(image, Mask(labels), sample.name)
    if not isinstance(sample.target, Boxes):
        return Sample(image, sample.target, sample.name)
    xyxy = sample.target.xyxy.copy()
    xyxy[:, [0, 2]] = image.shape[1] - xyxy[:, [2, 0]]
    return Sample(image, Boxes(xyxy, sample.target.labels), sample.name)


def _light(image: Picture, rng: np.random.Generator, brightness: float, contrast: float) -> Picture:
    picture = Image.fromarray(image)
    for enhancer, largest in (
        (ImageEnhance.Brightness, brightness),
        (ImageEnhance.Contrast, contrast),
    ):
        if largest > 0:
            picture = enhancer(picture).enhance(1 + float(rng.uniform(-largest, largest)))
    return np.array(picture)


def _shift_and_turn(
    image: Picture, rng: np.random.Generator, max_shift: float, max_rotation: float
) -> Picture:
    height, width = image.shape[:2]
    angle = math.radians(float(rng.uniform(-max_rotation, max_rotation)))
    right, down = rng.uniform(-max_shift, max_shift, 2) * (width, height)
    cosine, sine = math.cos(angle), math.sin(angle)
    x, y = width / 2, height / 2
    matrix = (
        cosine, sine, x - cosine * (x + right) - sine * (y + down),
        -sine, cosine, y + sine * (x + right) - cosine * (y + down),
    )  # fmt: skip
    picture = Image.fromarray(image).transform(
        (width, height), Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR
    )
    return np.array(picture)


def _nothing(_: NoAugmentation) -> Augment:
    return lambda sample, _rng: sample


def _classification(options: ClassificationBasic) -> Augment:
    def augment(sample: Sample, rng: np.random.Generator) -> Sample:
        if rng.random() < options.horizontal_flip:
            sample = mirror(sample)
        image = _shift_and_turn(sample.image, rng, options.max_shift, options.max_rotation)
        return Sample(_light(image, rng, options.brightness, 0), sample.target, sample.name)

    return augment


def _mirror_and_light(options: DetectionBasic | SegmentationBasic) -> Augment:
    def augment(sample: Sample, rng: np.random.Generator) -> Sample:
        if rng.random() < options.horizontal_flip:
            sample = mirror(sample)
        image = _light(sample.image, rng, options.brightness, options.contrast)
        return Sample(image, sample.target, sample.name)

    return augment


def _torchvision(options: Torchvision) -> Augment:
    from haversack.training.builders.torchvision_augmentations import TorchvisionAugment

    return TorchvisionAugment(options)


_TABLE: Mapping[type[Ingredient], Callable[..., Augment]] = {
    NoAugmentation: _nothing,
    ClassificationBasic: _classification,
    DetectionBasic: _mirror_and_light,
    SegmentationBasic: _mirror_and_light,
    Torchvision: _torchvision,
}
