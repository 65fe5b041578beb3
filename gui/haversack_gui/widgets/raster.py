"""Many points as one picture: numpy counts points per pixel, so a million of them can be panned."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Mask = NDArray[np.bool_]
Counts = NDArray[np.uint16]
Bounds = tuple[float, float, float, float]
MOST = 255


def count_points(x: Points, y: Points, bounds: Bounds, width: int, height: int) -> Counts:
    """Count the points that fall on each pixel, up to ``MOST``.

    Args:
        x: Abscissae, shape (n,).
        y: Ordinates, shape (n,).
        bounds: Left, right, lowest and highest value that the picture shows.
        width: Pixels from left to right.
        height: Pixels from the lowest to the highest value.

    Returns:
        Counts, shape (height, width); row 0 holds the lowest values.
    """
    flat, inside = _places(x, y, bounds, width, height)
    counts = np.bincount(flat[inside], minlength=max(width, 1) * max(height, 1))
    return _limited(counts).reshape(max(height, 1), max(width, 1))


def count_marked(
    x: Points, y: Points, marked: Mask, bounds: Bounds, width: int, height: int
) -> tuple[Counts, Counts]:
    """Count as ``count_points`` does, but apart: the points that are not marked, those that are.

    ``marked`` has shape (n,). One pass over the points, whatever is marked.
    """
    flat, inside = _places(x, y, bounds, width, height)
    width, height = max(width, 1), max(height, 1)
    flat += marked * np.int32(width * height)
    counts = np.bincount(flat[inside], minlength=2 * width * height)
    rest, found = _limited(counts).reshape(2, height, width)
    return rest, found


def _places(
    x: Points, y: Points, bounds: Bounds, width: int, height: int
) -> tuple[NDArray[np.int32], Mask]:
    """Give each point's pixel, counted row by row, and whether it lies within the picture."""
    left, right, low, high = bounds
    if right <= left or high <= low or width < 1 or height < 1:
        return np.zeros(len(x), dtype=np.int32), np.zeros(len(x), dtype=np.bool_)
    across = _pixels(x, left, width / (right - left))
    up = _pixels(y, low, height / (high - low))
    inside = (across.view(np.uint32) < width) & (up.view(np.uint32) < height)
    up *= width
    up += across
    return up, inside


def _limited(counts: NDArray[np.int64]) -> Counts:
    return np.minimum(counts, MOST).astype(np.uint16)


def _pixels(values: Points, first: float, scale: float) -> NDArray[np.int32]:
    """Give the pixel of each value; negative for what lies before the first one.

    What is far outside, or not a number, becomes some number that is no pixel.
    """
    moved = values - first
    moved *= scale
    moved += 1.0  # so that cutting off the fraction rounds what is just outside down as well
    with np.errstate(invalid="ignore"):
        pixels = moved.astype(np.int32)
    pixels -= 1
    return pixels


def grow(counts: Counts, radius: int) -> Counts:
    """Spread each count over a disc of ``radius`` pixels, as if each point were a dot."""
    if radius < 1:
        return counts
    grown = counts.copy()
    height, width = counts.shape
    for down in range(-radius, radius + 1):
        for across in range(-radius, radius + 1):
            if (down, across) == (0, 0) or down**2 + across**2 > radius**2 + radius:
                continue
            target = grown[
                max(down, 0) : height + min(down, 0), max(across, 0) : width + min(across, 0)
            ]
            target += counts[
                max(-down, 0) : height + min(-down, 0), max(-across, 0) : width + min(-across, 0)
            ]
    return grown


def paint(counts: Counts, colour: tuple[int, int, int], opacity: float) -> NDArray[np.uint8]:
    """Turn counts into premultiplied BGRA pixels; where more points lie, the paint is denser.

    Returns:
        Pixels, shape (height, width, 4), contiguous.
    """
    alpha = ((1.0 - (1.0 - opacity) ** np.arange(MOST + 1)) * 255).astype(np.uint16)
    inks = np.empty((MOST + 1, 4), dtype=np.uint8)
    for place, channel in enumerate((colour[2], colour[1], colour[0])):
        inks[:, place] = alpha * channel // 255
    inks[:, 3] = alpha
    chosen = np.take(inks.view(np.uint32)[:, 0], counts, mode="clip")
    return chosen.view(np.uint8).reshape(*counts.shape, 4)


def opacity_for(amount: int) -> float:
    """Choose how dense one dot is: few points are solid, many are transparent."""
    return float(np.clip(0.85 - 0.13 * np.log10(max(amount, 1) / 100), 0.12, 0.75))


def nearest(
    x: Points, y: Points, at: tuple[float, float], pixel: tuple[float, float], reach: float
) -> int:
    """Find the point nearest to a place, measured in pixels.

    Args:
        x: Abscissae, shape (n,).
        y: Ordinates, shape (n,).
        at: The place in the units of the axes.
        pixel: Width and height of a pixel in those units.
        reach: How many pixels away a point may be.

    Returns:
        Its index; -1 where none is near enough.
    """
    if not len(x) or not pixel[0] or not pixel[1]:
        return -1
    distance = ((x - at[0]) / pixel[0]) ** 2 + ((y - at[1]) / pixel[1]) ** 2
    found = int(np.argmin(distance))
    return found if distance[found] <= reach**2 else -1
