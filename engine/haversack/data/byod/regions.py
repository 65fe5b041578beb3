"""Areas of objects: polygons and runs of pixels, and the mask that they paint.

A pixel belongs to a polygon where its centre lies within. Coordinates count from the top left
corner of the top left pixel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from haversack.base.counting import counted

Labels = npt.NDArray[np.uint8]
Bits = npt.NDArray[np.bool_]
NO_CLASS = ""
"""The label of a region that was left out: its pixels are not judged."""
FARTHEST = 1e6
MOST_CORNERS = 100_000
_EDGES_AT_ONCE = 512
_CORNERS_OF_ROUND = 128


@dataclass(frozen=True, slots=True)
class Palette:
    """What the values of mask files mean.

    Attributes:
        names: The classes in the order of their numbers.
        values: The number of the class of a pixel's value, for files of one channel.
        colours: The number of the class of a colour, for files in colour.
    """

    names: tuple[str, ...]
    values: Mapping[int, int]
    colours: Mapping[tuple[int, int, int], int]


@dataclass(frozen=True, slots=True)
class Runs:
    """A rectangle of pixels as lengths of runs that lie outside and inside by turns.

    Attributes:
        left: Where the rectangle begins.
        top: Where the rectangle begins.
        width: Pixels in a row of it.
        height: Pixels in a column of it.
        counts: Lengths of the runs, the first one outside; their sum is width x height.
        by_columns: Whether they go down the columns (COCO) or along the rows.
    """

    left: int
    top: int
    width: int
    height: int
    counts: tuple[int, ...]
    by_columns: bool = False


@dataclass(frozen=True, slots=True)
class Region:
    """One object's area: all its polygons and runs together.

    Attributes:
        label: Its class.
        polygons: Corners, x and y by turns, in pixels.
        runs: Its pixels, where they are known one by one.
    """

    label: str
    polygons: tuple[tuple[float, ...], ...] = ()
    runs: Runs | None = None


def paint(
    regions: Iterable[Region], numbers: Mapping[str, int], height: int, width: int, ground: int
) -> Labels:
    """Give the mask ``(height, width)`` that regions paint one over another.

    Args:
        regions: What is painted; one whose class has no number is left out.
        numbers: The number of each class.
        height: Of the picture.
        width: Of the picture.
        ground: The number where nothing is painted.
    """
    mask = np.full((height, width), ground, np.uint8)
    for region in regions:
        number = numbers.get(region.label)
        if number is None:
            continue
        for polygon in region.polygons:
            _fill(mask, polygon, number)
        if region.runs is not None:
            _lay(mask, region.runs, number)
    return mask


def checked_polygon(numbers: Iterable[float]) -> tuple[float, ...]:
    """Give the corners of a polygon.

    Raises:
        ValueError: It is none: fewer than three corners, absurdly many, or one that is too far.
    """
    corners = tuple(float(number) for number in numbers)
    if len(corners) < 6 or len(corners) % 2 or len(corners) > 2 * MOST_CORNERS:
        found = counted(len(corners), "number")
        raise ValueError(f"has a polygon of {found}; three corners have 6")
    if not all(-FARTHEST <= number <= FARTHEST for number in corners):
        raise ValueError("has a corner that is no place or too far")
    return corners


def round_polygon(x: float, y: float, rx: float, ry: float, degrees: float = 0) -> list[float]:
    """Give an ellipse around ``x``, ``y`` as a polygon, turned clockwise on the screen."""
    angles = np.linspace(0, 2 * np.pi, _CORNERS_OF_ROUND, endpoint=False)
    along, across = rx * np.cos(angles), ry * np.sin(angles)
    cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    corners = np.stack([x + along * cosine - across * sine, y + along * sine + across * cosine], 1)
    return [float(number) for number in corners.ravel()]


def checked_runs(runs: Runs) -> Runs:
    """Give runs back that fill their rectangle.

    Raises:
        ValueError: They do not, or a number is out of bounds.
    """
    bounds = (runs.left, runs.top, runs.width, runs.height)
    if not all(0 <= number <= FARTHEST for number in bounds):
        raise ValueError("has a mask of pixels whose place is out of bounds")
    if any(count < 0 for count in runs.counts) or sum(runs.counts) != runs.width * runs.height:
        raise ValueError("has a mask of pixels whose runs do not fill it")
    return runs


def runs_of(bits: Bits, left: int = 0, top: int = 0, by_columns: bool = False) -> Runs:
    """Give the runs of ``(height, width)`` pixels that lie inside where they are true."""
    flat = bits.ravel(order="F" if by_columns else "C")
    ends = [*(np.flatnonzero(flat[1:] != flat[:-1]) + 1).tolist(), flat.size]
    counts = [int(end - start) for start, end in zip([0, *ends[:-1]], ends, strict=True)]
    if flat.size and flat[0]:
        counts.insert(0, 0)
    height, width = bits.shape
    return Runs(left, top, width, height, tuple(counts), by_columns)


def bits_of(runs: Runs) -> Bits:
    """Give the pixels ``(height, width)`` of checked runs."""
    inside = np.arange(len(runs.counts)) % 2 == 1
    flat = np.repeat(inside, np.asarray(runs.counts, np.int64))
    if runs.by_columns:
        return np.ascontiguousarray(flat.reshape(runs.width, runs.height).T)
    return flat.reshape(runs.height, runs.width)


def _lay(mask: Labels, runs: Runs, number: int) -> None:
    part = mask[runs.top : runs.top + runs.height, runs.left : runs.left + runs.width]
    part[bits_of(runs)[: part.shape[0], : part.shape[1]]] = number


def _fill(mask: Labels, polygon: tuple[float, ...], number: int) -> None:
    """Fill by parity: each edge turns over everything to the right of it."""
    corners = np.asarray(polygon, np.float64).reshape(-1, 2)
    height, width = mask.shape
    low = np.clip(np.floor(corners.min(0)), 0, (width, height)).astype(np.int64)
    high = np.clip(np.ceil(corners.max(0)), 0, (width, height)).astype(np.int64)
    across, down = (high - low).tolist()
    if across <= 0 or down <= 0:
        return
    turned = np.zeros((down, across + 1), np.uint8)
    starts = corners - low
    ends = np.roll(starts, -1, axis=0)
    for at in range(0, len(starts), _EDGES_AT_ONCE):
        _turn_over(turned, starts[at : at + _EDGES_AT_ONCE], ends[at : at + _EDGES_AT_ONCE])
    inside = np.bitwise_xor.accumulate(turned, axis=1)[:, :across] == 1
    mask[low[1] : high[1], low[0] : high[0]][inside] = number


def _turn_over(
    turned: Labels, starts: npt.NDArray[np.float64], ends: npt.NDArray[np.float64]
) -> None:
    """Mark, for each row whose centre an edge crosses, the first pixel right of the edge."""
    down, across = turned.shape[0], turned.shape[1] - 1
    upper, lower = np.minimum(starts[:, 1], ends[:, 1]), np.maximum(starts[:, 1], ends[:, 1])
    first = np.clip(np.ceil(upper - 0.5), 0, down).astype(np.int64)
    count = np.clip(np.ceil(lower - 0.5), 0, down).astype(np.int64) - first
    edge = np.repeat(np.arange(len(starts)), count)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count) + first[edge]
    (x0, y0), (x1, y1) = starts[edge].T, ends[edge].T
    x = x0 + (row + 0.5 - y0) * (x1 - x0) / (y1 - y0)
    column = np.clip(np.ceil(x - 0.5), 0, across).astype(np.int64)
    np.bitwise_xor.at(turned, (row, column), np.uint8(1))
