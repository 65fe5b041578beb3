"""LabelMe: one JSON beside each picture, a list of ``shapes`` with points in pixels.

A shape that has an area becomes its bounding box, or is painted into the mask; points and lines
are told and left out.
"""

from __future__ import annotations

import base64
import math
import posixpath
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import orjson

from haversack.data.byod.empty_labels import NO_OBJECT_USABLE
from haversack.data.byod.mask_files import decode_labels
from haversack.data.byod.records import (
    PICTURES,
    Box,
    Found,
    Labelled,
    Problem,
    Task,
    split_in,
    with_its_picture,
)
from haversack.data.byod.regions import (
    Region,
    checked_polygon,
    checked_runs,
    round_polygon,
    runs_of,
)
from haversack.data.byod.wanted import Wanted
from haversack.data.errors import DataError
from haversack.data.readers.members import Members
from haversack.data.readers.size_said import size_said

MAX_BYTES = 64 << 20
_AREAS = ("polygon", "rectangle", "circle", "mask", "")
Shape = TypeVar("Shape")
Points = list[tuple[float, float]]


def labelme_files(members: Members) -> list[str]:
    """Give the JSON files of a set that look like LabelMe's, by their keys."""
    names = [name for name in members.names() if name.lower().endswith(".json")]
    return [name for name in names if _looks_right(members.read(name))]


def read_labelme(members: Members, wanted: Wanted | None = None) -> Found:
    """Read every JSON; a broken one, or one without its picture, is a problem.

    A picture that is only embedded in its JSON (``imageData``) counts as missing.
    """
    masked = wanted is not None and wanted.task == "segmentation"
    pictures: list[Labelled] = []
    problems: list[Problem] = []
    taken: dict[str, str] = {}
    told: list[str] = []
    for name in members.names():
        if not name.lower().endswith(".json"):
            continue
        try:
            document = _document(members.read(name))
        except ValueError as error:
            own = next((one for one in _own_pictures(name) if one in members), None)
            problem, left_out = with_its_picture(name, str(error), own)
            problems.append(problem)
            told += left_out
            continue
        try:
            picture = _picture(name, document.get("imagePath"), members)
            if picture in taken:
                raise ValueError(f"is of the same picture as {taken[picture]}")
        except ValueError as error:
            problems.append(Problem(name, str(error)))
            continue
        taken[picture] = name
        shapes, split = document["shapes"], split_in(picture)
        size = size_said(document.get("imageWidth"), document.get("imageHeight"))
        if masked:
            regions = tuple(_each(name, shapes, _region, problems.append))
            labelled = Labelled(picture, split=split, regions=regions, size=size)
        else:
            boxes = tuple(_each(name, shapes, _box, problems.append))
            labelled = Labelled(picture, boxes=boxes, split=split, size=size)
        if shapes and not (labelled.boxes or labelled.regions):
            problems.append(Problem(picture, NO_OBJECT_USABLE))
        else:
            pictures.append(labelled)
    task: Task = "segmentation" if masked else "detection"
    return Found("labelme", task, tuple(pictures), tuple(problems), told=tuple(told))


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
    candidates = _own_pictures(name)
    if isinstance(said, str) and said and "\0" not in said:
        path = said.replace("\\", "/")
        candidates.insert(0, posixpath.normpath(posixpath.join(posixpath.dirname(name), path)))
    found = next((one for one in candidates if one in members), None)
    if found is None:
        raise ValueError("its picture is missing")
    return found


def _own_pictures(name: str) -> list[str]:
    return [name.rpartition(".")[0] + end for end in PICTURES]


def _each(
    name: str,
    shapes: list[Any],
    read: Callable[[dict[str, Any], str, Points], Shape],
    tell: Callable[[Problem], None],
) -> Iterator[Shape]:
    for number, shape in enumerate(shapes, 1):
        try:
            yield read(*_known(shape))
        except ValueError as error:
            tell(Problem(name, f"shape {number} {error}"))


def _known(shape: object) -> tuple[dict[str, Any], str, Points]:
    """Give a shape that has an area, its label and its points."""
    label = shape.get("label") if isinstance(shape, dict) else None
    if not isinstance(shape, dict) or not isinstance(label, str) or not label.strip():
        raise ValueError("has no label")
    kind = shape.get("shape_type") or ""
    if kind not in _AREAS:
        raise ValueError(f"is a {str(kind)[:40]}, which has no area")
    return shape, label.strip(), _points(shape.get("points"))


def _box(shape: dict[str, Any], label: str, points: Points) -> tuple[str, Box]:
    if shape.get("shape_type") == "circle":
        (x, y), radius = points[0], math.dist(points[0], points[-1])
        points = [(x - radius, y - radius), (x + radius, y + radius)]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    box = (min(xs), min(ys), max(xs), max(ys))
    if not all(map(math.isfinite, box)):
        raise ValueError("has a point that is too far")
    return label, box


def _region(shape: dict[str, Any], label: str, points: Points) -> Region:
    match shape.get("shape_type"):
        case "circle":
            x, y = points[0]
            radius = math.dist(points[0], points[-1])
            corners = round_polygon(x, y, radius, radius)
        case "rectangle":
            _, (x, y, end, low) = _box(shape, label, points)
            corners = [x, y, end, y, end, low, x, low]
        case "mask":
            return _bitmap(shape.get("mask"), label, points)
        case _:
            corners = [number for point in points for number in point]
    return Region(label, (checked_polygon(corners),))


def _bitmap(said: object, label: str, points: Points) -> Region:
    """Read a mask that is embedded as a PNG; its top left pixel lies at the first point."""
    if not isinstance(said, str):
        raise ValueError("has no mask")
    try:
        bits = decode_labels(base64.b64decode(said, validate=True), "its mask") > 0
    except (DataError, ValueError) as error:
        raise ValueError(f"has a mask that cannot be read: {error}") from error
    left, top = (math.floor(min(abs(number), 1e9)) for number in points[0])
    return Region(label, runs=checked_runs(runs_of(bits, left, top)))


def _points(said: object) -> Points:
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
