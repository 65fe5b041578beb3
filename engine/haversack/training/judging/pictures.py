"""The worst mistakes as pictures: what is so beside what was said."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from haversack.data.geometry import fitted, to_square
from haversack.data.sample import NOT_JUDGED, Boxes, Dataset, Mask, Picture, Sample
from haversack.training.inference.drawing import draw, draw_mask
from haversack.training.judging.judgement import Mistake
from haversack.training.tasks.task import Prediction

EDGE = 360
QUALITY = 85


@dataclass(frozen=True, slots=True)
class Shown:
    """One mistake, drawn.

    Attributes:
        name: What a person would call the picture.
        why: What is wrong, in words.
        jpegs: JPEG files: what is so, where that can be drawn, and what was said.
    """

    name: str
    why: str
    jpegs: tuple[bytes, ...]


def show(mistake: Mistake, dataset: Dataset, classes: tuple[str, ...], size: int) -> Shown:
    """Draw a mistake.

    Args:
        mistake: Which picture, and what was said of it.
        dataset: Where the picture is.
        classes: Names of the classes.
        size: Edge of the square that the network saw.
    """
    whole = dataset[mistake.index]
    sample = to_square(whole, size)
    said = _said(sample.image, mistake.said, classes, whole.image.shape)
    so = _so(sample, classes)
    drawn = (said,) if so is None else (so, said)
    return Shown(sample.name, mistake.why, tuple(_jpeg(picture) for picture in drawn))


def _said(
    image: Picture, said: Prediction, classes: tuple[str, ...], shape: tuple[int, ...]
) -> Image.Image:
    if said.mask.size:
        width, height = fitted(shape, len(image))
        mask = np.zeros_like(said.mask)  # of the grey beside the picture nothing is said
        mask[:height, :width] = said.mask[:height, :width]
        there = [label for label in said.labels if (mask[:height, :width] == label).any()]
        return draw_mask(image, mask, [classes[label] for label in there], there)
    names = [classes[label] for label in said.labels]
    return draw(image, names, said.scores, said.xyxy, said.labels)


def _so(sample: Sample, classes: tuple[str, ...]) -> Image.Image | None:
    target = sample.target
    if isinstance(target, Mask):
        mask = np.where(target.labels == NOT_JUDGED, 0, target.labels).astype(np.uint8)
        there = np.unique(mask).tolist()
        return draw_mask(sample.image, mask, [classes[number] for number in there], there)
    if isinstance(target, Boxes):
        labels = target.labels.tolist()
        names = [classes[label] for label in labels]
        return draw(sample.image, names, [1.0] * len(labels), target.xyxy, labels)
    return None


def _jpeg(picture: Image.Image) -> bytes:
    picture = picture.convert("RGB")
    picture.thumbnail((EDGE, EDGE))
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=QUALITY)
    return buffer.getvalue()
