"""Predictions drawn on pictures."""

from __future__ import annotations

import colorsys
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from haversack.data.sample import Picture

MIN_EDGE = 320


def draw(
    image: Picture,
    labels: Sequence[str],
    scores: Sequence[float],
    xyxy: npt.NDArray[np.float32],
    colours: Sequence[int],
) -> Image.Image:
    """Draw boxes with their labels, or the labels alone where there are no boxes.

    Args:
        image: ``(height, width, 3)``.
        labels: Names, best first.
        scores: Their scores in 0..1.
        xyxy: ``(n, 4)`` in pixels of the picture, or ``(0, 4)``.
        colours: A number for each label; the same number has the same colour.
    """
    factor = max(1, -(-MIN_EDGE // max(image.shape[:2])))
    picture = Image.fromarray(image)
    size = (picture.width * factor, picture.height * factor)
    picture = picture.resize(size, Image.Resampling.NEAREST)
    pen = ImageDraw.Draw(picture)
    letter = max(18, picture.height // 28)
    font = ImageFont.load_default(size=letter)
    if len(xyxy) == 0:
        lines = [f"{n} {s:.0%}" for n, s in list(zip(labels, scores, strict=True))[:3]]
        _text(pen, (4, 4), "\n".join(lines) or "nothing found", (20, 20, 20), font)
        return picture
    for name, score, box, number in zip(labels, scores, xyxy * factor, colours, strict=True):
        colour = _colour(number)
        left, top, right, bottom = (float(value) for value in box)
        pen.rectangle((left, top, max(left, right), max(top, bottom)), outline=colour, width=2)
        _text(pen, (left, max(0.0, top - letter - 4)), f"{name} {score:.0%}", colour, font)
    return picture


def draw_mask(
    image: Picture, mask: npt.NDArray[np.uint8], labels: Sequence[str], colours: Sequence[int]
) -> Image.Image:
    """Draw a mask over its picture, with the name of each class in its colour.

    Args:
        image: ``(height, width, 3)``.
        mask: ``(height, width)``, the class of each pixel; class 0 stays as it is.
        labels: Names of the classes in the mask.
        colours: The class of each name; the same class has the same colour.
    """
    palette = np.asarray([_colour(number) for number in range(256)], np.float32)
    blended = np.where(mask[..., None] == 0, image, 0.4 * image + 0.6 * palette[mask])
    factor = max(1, -(-MIN_EDGE // max(image.shape[:2])))
    picture = Image.fromarray(blended.astype(np.uint8))
    size = (picture.width * factor, picture.height * factor)
    picture = picture.resize(size, Image.Resampling.NEAREST)
    pen = ImageDraw.Draw(picture)
    letter = max(12, picture.height // 28)
    font = ImageFont.load_default(size=letter)
    down = 4.0
    for name, number in zip(labels, colours, strict=True):
        if number > 0:
            _text(pen, (4, down), name, _colour(number), font)
            down += letter + 6
    return picture


def _text(
    pen: ImageDraw.ImageDraw,
    place: tuple[float, float],
    text: str,
    ground: tuple[int, int, int],
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
) -> None:
    pen.rectangle(pen.multiline_textbbox(place, text, font=font), fill=ground)
    dark = sum(ground) < 380
    pen.multiline_text(place, text, fill=(255, 255, 255) if dark else (0, 0, 0), font=font)


def _colour(number: int) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb((number * 0.618034) % 1.0, 0.75, 0.95)
    return round(red * 255), round(green * 255), round(blue * 255)
