"""LabelMe: one JSON beside each picture, a list of ``shapes`` with points in pixels.

A shape that has an area becomes its bounding box; points and lines are told and left out.
"""

from __future__ import annotations

import math
import posixpath
from collections.abc import Callable
from typing import Any

import orjson

from haversack.data.byod.records import PICTURES, Box, Found, Labelled, Problem, split_in
from haversack.data.readers.members import Members

MAX_BYTES = 64 << 20
_AREAS = ("polygon", "rectangle", "circle", "mask", "")


def labelme_files(members: Members) -> list[str]:
    """Give the JSON files of a set that look like LabelMe's, by their keys."""
    names = [name for name in members.names() if name.lower().endswith(".json")]
    return [name for name in names if _looks_right(members.read(name))]


def read_labelme(members: Members) -> Found:
    """Read every JSON; a broken one, or one without its picture, is a problem.

    A picture that is only embedded in its JSON (``imageData``) counts as missing.
    """
    pictures: list[Labelled] = []
    problems: list[Problem] = []
    taken: dict[str, str] = {}
    for name in members.names():
        if not name.lower().endswith(".json"):
            continue
        try:
            document = _document(members.read(name))
            picture = _picture(name, document.get("imagePath"), members)
            if picture in taken:
                raise ValueError(f"is of the same picture as {taken[picture]}")
        except ValueError as error:
            problems.append(Problem(name, str(error)))
            continue
        taken[picture] = name
        boxes = tuple(_boxes(name, document["shapes"], problems.append))
        pictures.append(Labelled(picture, boxes=boxes, split=split_in(picture)))
    return Found("labelme", "detection", tuple(pictures), tuple(problems))


def _document(content: bytes) -> dict[str, Any]:
    if len(content) > MAX_BYTES:
        raise ValueError(f"is larger than {MAX_BYTES >> 20} MiB")
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ValueError(f"is no JSON: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("shapes"), list):
        raise ValueError("has no list of shapes")
    return document


def _picture(name: str, said: object, members: Members) -> str:
    """Find the picture that a file names, else the one of the file's own name."""
    candidates = [name.rpartition(".")[0] + end for end in PICTURES]
    if isinstance(said, str) and said and "\0" not in said:
        path = said.replace("\\", "/")
        candidates.insert(0, posixpath.normpath(posixpath.join(posixpath.dirname(name), path)))
    found = next((one for one in candidates if one in members), None)
    if found is None:
        raise ValueError("its picture is missing")
    return found


def _boxes(name: str, shapes: list[Any], tell: Callable[[Problem], None]) -> list[tuple[str, Box]]:
    boxes = []
    for number, shape in enumerate(shapes, 1):
        try:
            label, box = _box(shape)
            if not all(map(math.isfinite, box)):
                raise ValueError("has a point that is too far")
            boxes.append((label, box))
        except ValueError as error:
            tell(Problem(name, f"shape {number} {error}"))
    return boxes


def _box(shape: object) -> tuple[str, Box]:
    label = shape.get("label") if isinstance(shape, dict) else None
    if not isinstance(shape, dict) or not isinstance(label, str) or not label.strip():
        raise ValueError("has no label")
    kind = shape.get("shape_type") or ""
    if kind not in _AREAS:
        raise ValueError(f"is a {str(kind)[:40]}, which has no area")
    points = _points(shape.get("points"))
    if kind == "circle":
        (x, y), edge = points[0], points[-1]
        radius = math.dist((x, y), edge)
        return label.strip(), (x - radius, y - radius, x + radius, y + radius)
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return label.strip(), (min(xs), min(ys), max(xs), max(ys))


def _points(said: object) -> list[tuple[float, float]]:
    points = said if isinstance(said, list) else []
    if len(points) < 2:
        raise ValueError("has fewer than two points")
    for point in points:
        right = isinstance(point, list) and len(point) == 2
        if not right or not all(type(number) in (int, float) for number in point):
            raise ValueError("has a point that is no pair of numbers")
    return [(float(x), float(y)) for x, y in points]


def _looks_right(content: bytes) -> bool:
    return b'"shapes"' in content and b'"imagePath"' in content
