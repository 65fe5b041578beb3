"""Textured backgrounds from a random generator: cloudy ground, stripes, gradients, grain."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from PIL import Image

Floats = npt.NDArray[np.float32]


def value_noise(rng: np.random.Generator, size: int, cells: int) -> Floats:
    """Give smooth noise in 0..1.

    Args:
        rng: Where the noise comes from; equal generators give equal noise.
        size: Edge of the square result in pixels.
        cells: How many bumps fit along an edge.
    """
    coarse = rng.random((cells + 1, cells + 1), dtype=np.float32)
    picture = Image.fromarray(coarse, mode="F").resize((size, size), Image.Resampling.BICUBIC)
    smooth: Floats = np.clip(np.asarray(picture, dtype=np.float32), 0.0, 1.0)
    return smooth


def textured_ground(rng: np.random.Generator, size: int) -> Floats:
    """Give a background of ``(size, size, 3)`` in 0..255: two colours mixed by a pattern."""
    first, second = rng.uniform(20, 235, (2, 3)).astype(np.float32)
    mask = _pattern(rng, size)[..., None]
    ground = first * mask + second * (1 - mask)
    grain = rng.normal(0, rng.uniform(2, 10), (size, size, 1)).astype(np.float32)
    textured: Floats = np.clip(ground + grain, 0, 255)
    return textured


def _pattern(rng: np.random.Generator, size: int) -> Floats:
    kind = int(rng.integers(4))
    rows, columns = np.mgrid[0:size, 0:size].astype(np.float32) / size
    if kind == 0:
        return value_noise(rng, size, int(rng.integers(3, 8)))
    if kind == 1:
        fine = value_noise(rng, size, int(rng.integers(12, 25)))
        mixed: Floats = 0.6 * value_noise(rng, size, 4) + 0.4 * fine
        return mixed
    angle = rng.uniform(0, np.pi)
    along = rows * np.float32(np.sin(angle)) + columns * np.float32(np.cos(angle))
    if kind == 2:
        gradient: Floats = np.clip((along + 1) / 2, 0, 1).astype(np.float32)
        return gradient
    stripes: Floats = np.sin(along * np.float32(rng.uniform(15, 60))).astype(np.float32)
    return 0.5 + 0.25 * stripes
