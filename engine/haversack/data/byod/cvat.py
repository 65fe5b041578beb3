"""CVAT for images: one XML that lists pictures with their boxes, polygons and other shapes.

The file is read as a stream and may declare nothing. A shape that has an area becomes its bounding
box; points, lines and skeletons are told and left out.
"""

from __future__ import annotations

import math
from pathlib import PurePosixPath
from typing import NoReturn
from xml.parsers import expat

from haversack.data.byod.records import SPLITS, Box, Found, Labelled, Problem
from haversack.data.errors import DataError
from haversack.data.readers.members import Members

MAX_BYTES = 256 << 20
_HINT = "Export it again as `CVAT for images 1.1`."
_NO_AREA = ("polyline", "points", "cuboid", "skeleton")
_AREAS = ("box", "polygon", "ellipse", "mask")


def cvat_files(members: Members) -> list[str]:
    """Give the XML files at the top of a set that look like CVAT's."""
    names = [name for name in members.names() if name.lower().endswith(".xml") and "/" not in name]
    return [name for name in names if b"<annotations" in members.read(name)[:4096]]


def read_cvat(members: Members) -> Found:
    """Read every annotation file at the top.

    Raises:
        DataError: One is no XML, declares a document type, or is too large.
    """
    pictures: list[Labelled] = []
    problems: list[Problem] = []
    for name in cvat_files(members):
        _read(name, members, pictures, problems)
    return Found("cvat", "detection", tuple(pictures), tuple(problems))


def _read(file: str, members: Members, pictures: list[Labelled], problems: list[Problem]) -> None:
    content = members.read(file)
    if len(content) > MAX_BYTES:
        raise DataError(f"{file} is larger than {MAX_BYTES >> 20} MiB", _HINT)
    said: dict[str, str] = {}
    boxes: list[tuple[str, Box]] = []

    def refuse(*_: object) -> NoReturn:
        raise DataError(f"{file} declares a document type, which is refused", _HINT)

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "image":
            said.clear()
            boxes.clear()
            said.update(attributes)
        elif said and tag in _AREAS + _NO_AREA:
            try:
                label, box = _shape(tag, attributes)
                if not all(map(math.isfinite, box)):
                    raise ValueError("has a place that is too far")
                boxes.append((label, box))
            except ValueError as error:
                problems.append(Problem(file, f"{_called(said)}: a {tag} {error}"))

    def end(tag: str) -> None:
        if tag != "image":
            return
        place = _place(said.get("name", ""), members)
        if place is None:
            problems.append(Problem(file, f"the picture {_called(said)} is missing"))
        else:
            split = SPLITS.get(said.get("subset", "").lower(), "")
            pictures.append(Labelled(place, boxes=tuple(boxes), split=split))
        said.clear()

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError) as error:
        raise DataError(f"{file} is not readable XML: {error}", _HINT) from error


def _called(said: dict[str, str]) -> str:
    return said.get("name", "without a name")[:200]


def _place(name: str, members: Members) -> str | None:
    path = PurePosixPath(name.replace("\\", "/")).as_posix()
    if not name or "\0" in name:
        return None
    return next((one for one in (path, f"images/{path}") if one in members), None)


def _shape(tag: str, said: dict[str, str]) -> tuple[str, Box]:
    label = said.get("label", "").strip()
    if not label:
        raise ValueError("has no label")
    if tag in _NO_AREA:
        raise ValueError(f"({label[:40]}) has no area")
    if tag == "polygon":
        points = [_numbers(point.split(","), 2) for point in said.get("points", "").split(";")]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        return label, (min(xs), min(ys), max(xs), max(ys))
    if tag == "mask":
        left, top, width, height = _named(said, "left", "top", "width", "height")
        return label, (left, top, left + width, top + height)
    if tag == "ellipse":
        x, y, w, h = _named(said, "cx", "cy", "rx", "ry")
    else:
        left, top, right, bottom = _named(said, "xtl", "ytl", "xbr", "ybr")
        x, y, w, h = (left + right) / 2, (top + bottom) / 2, (right - left) / 2, (bottom - top) / 2
    (angle,) = _numbers([said.get("rotation", "0")], 1)
    turn = math.radians(angle)
    cos, sin = abs(math.cos(turn)), abs(math.sin(turn))
    if tag == "ellipse":
        wide, high = math.hypot(w * cos, h * sin), math.hypot(w * sin, h * cos)
    else:
        wide, high = w * cos + h * sin, w * sin + h * cos
    return label, (x - wide, y - high, x + wide, y + high)


def _named(said: dict[str, str], *keys: str) -> list[float]:
    return _numbers([said.get(key, "") for key in keys], len(keys))


def _numbers(texts: list[str], count: int) -> list[float]:
    try:
        numbers = [float(text) for text in texts]
    except ValueError:
        numbers = []
    if len(numbers) != count or not all(map(math.isfinite, numbers)):
        raise ValueError("has a place that is no number")
    return numbers
