"""CVAT for images: one XML that lists pictures with their boxes, polygons and other shapes.

The file is read as a stream and may declare nothing. A shape that has an area becomes its bounding
box, or is painted into the mask; points, lines and skeletons are told and left out.
"""

from __future__ import annotations

import math
from pathlib import PurePosixPath
from typing import NoReturn
from xml.parsers import expat

from haversack.data.byod.records import SPLITS, Box, Found, Labelled, Problem, Task
from haversack.data.byod.regions import Region, Runs, checked_polygon, checked_runs, round_polygon
from haversack.data.byod.wanted import Wanted
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


def read_cvat(members: Members, wanted: Wanted | None = None) -> Found:
    """Read every annotation file at the top; for segmentation the outlines, else the boxes.

    Raises:
        DataError: One is no XML, declares a document type, or is too large.
    """
    pictures: list[Labelled] = []
    problems: list[Problem] = []
    masked = wanted is not None and wanted.task == "segmentation"
    for name in cvat_files(members):
        _read(name, members, masked, pictures, problems)
    task: Task = "segmentation" if masked else "detection"
    return Found("cvat", task, tuple(pictures), tuple(problems))


def _read(
    file: str,
    members: Members,
    masked: bool,
    pictures: list[Labelled],
    problems: list[Problem],
) -> None:
    content = members.read(file)
    if len(content) > MAX_BYTES:
        raise DataError(f"{file} is larger than {MAX_BYTES >> 20} MiB", _HINT)
    said: dict[str, str] = {}
    boxes: list[tuple[str, Box]] = []
    regions: list[tuple[int, Region]] = []

    def refuse(*_: object) -> NoReturn:
        raise DataError(f"{file} declares a document type, which is refused", _HINT)

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "image":
            said.clear()
            boxes.clear()
            regions.clear()
            said.update(attributes)
        elif said and tag in _AREAS + _NO_AREA:
            try:
                label = _label(tag, attributes)
                if masked:
                    order = int(_numbers([attributes.get("z_order", "0")], 1)[0])
                    regions.append((order, _region(tag, label, attributes)))
                else:
                    boxes.append((label, _box(tag, attributes)))
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
            over = tuple(region for _, region in sorted(regions, key=lambda one: one[0]))
            pictures.append(Labelled(place, boxes=tuple(boxes), split=split, regions=over))
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
