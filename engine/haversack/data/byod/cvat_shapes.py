"""CVAT's shapes: a shape that has an area becomes its bounding box, or is painted into the mask."""

from __future__ import annotations

import math

from haversack.data.byod.records import Box
from haversack.data.byod.regions import Region, Runs, checked_polygon, checked_runs, round_polygon

_NO_AREA = ("polyline", "points", "cuboid", "skeleton")
SHAPES = ("box", "polygon", "ellipse", "mask", *_NO_AREA)


def boxed(tag: str, said: dict[str, str]) -> tuple[str, Box]:
    """Give a shape's class and its bounding box.

    Args:
        tag: One of ``SHAPES``.
        said: Its attributes.

    Raises:
        ValueError: It has no area, or a place that is none; the text goes after the tag.
    """
    return _label(tag, said), _box(tag, said)


def outlined(tag: str, said: dict[str, str]) -> tuple[int, Region]:
    """Give a shape's place in the pile and its area; arguments and errors as ``boxed``."""
    label = _label(tag, said)
    order = int(_numbers([said.get("z_order", "0")], 1)[0])
    return order, _region(tag, label, said)


def _label(tag: str, said: dict[str, str]) -> str:
    label = said.get("label", "").strip()
    if not label:
        raise ValueError("has no label")
    if tag in _NO_AREA:
        raise ValueError(f"({label[:40]}) has no area")
    return label


def _box(tag: str, said: dict[str, str]) -> Box:
    if tag == "mask":
        left, top, width, height = _named(said, "left", "top", "width", "height")
        box = (left, top, left + width, top + height)
    elif tag == "ellipse":
        x, y, w, h = _named(said, "cx", "cy", "rx", "ry")
        cos, sin = _turn(said)
        wide, high = math.hypot(w * cos, h * sin), math.hypot(w * sin, h * cos)
        box = (x - wide, y - high, x + wide, y + high)
    else:
        corners = _corners(tag, said)
        xs, ys = corners[0::2], corners[1::2]
        box = (min(xs), min(ys), max(xs), max(ys))
    if not all(map(math.isfinite, box)):
        raise ValueError("has a place that is too far")
    return box


def _region(tag: str, label: str, said: dict[str, str]) -> Region:
    if tag == "mask":
        left, top, width, height = (int(n) for n in _named(said, "left", "top", "width", "height"))
        counts = tuple(int(n) for n in _numbers(said.get("rle", "").split(","), None))
        return Region(label, runs=checked_runs(Runs(left, top, width, height, counts)))
    if tag == "ellipse":
        x, y, w, h = _named(said, "cx", "cy", "rx", "ry")
        (angle,) = _numbers([said.get("rotation", "0")], 1)
        return Region(label, (checked_polygon(round_polygon(x, y, w, h, angle)),))
    return Region(label, (checked_polygon(_corners(tag, said)),))


def _corners(tag: str, said: dict[str, str]) -> list[float]:
    """Give the corners of a polygon, or of a box as it is turned about its centre."""
    if tag == "polygon":
        points = [_numbers(point.split(","), 2) for point in said.get("points", "").split(";")]
        return [number for point in points for number in point]
    left, top, right, bottom = _named(said, "xtl", "ytl", "xbr", "ybr")
    x, y, w, h = (left + right) / 2, (top + bottom) / 2, (right - left) / 2, (bottom - top) / 2
    cos, sin = _turn(said)
    corners = [(-w, -h), (w, -h), (w, h), (-w, h)]
    turned = [(x + a * cos - b * sin, y + a * sin + b * cos) for a, b in corners]
    return [number for corner in turned for number in corner]


def _turn(said: dict[str, str]) -> tuple[float, float]:
    (angle,) = _numbers([said.get("rotation", "0")], 1)
    return math.cos(math.radians(angle)), math.sin(math.radians(angle))


def _named(said: dict[str, str], *keys: str) -> list[float]:
    return _numbers([said.get(key, "") for key in keys], len(keys))


def _numbers(texts: list[str], count: int | None) -> list[float]:
    try:
        numbers = [float(text) for text in texts]
    except ValueError:
        numbers = []
    wrong = not numbers if count is None else len(numbers) != count
    if wrong or not all(map(math.isfinite, numbers)):
        raise ValueError("has a place that is no number")
    return numbers
