"""YOLO: a text file for each picture, a line for each object, numbers as shares of the picture.

A line is ``class cx cy width height``; a polygon (``class x y x y ...``) becomes its bounding box,
or is painted into the mask. Keypoints, where ``data.yaml`` has ``kpt_shape``, are left out.
The names stand in ``data.yaml`` (``names``) or in ``classes.txt``; ``data.yaml`` may say which
folders, or lists of pictures, are ``train`` and ``val``, and so may ``obj.data`` beside
``obj.names``. Else the names of the folders do.
"""

from __future__ import annotations

import math
import posixpath
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

import yaml

from haversack.base.counting import counted
from haversack.data.byod.empty_labels import NONE_USABLE, empty_labels
from haversack.data.byod.records import (
    LONGEST_PATH,
    PICTURES,
    SPLITS,
    TEST,
    Box,
    Found,
    Labelled,
    Problem,
    Task,
    is_picture,
    split_in,
    with_its_picture,
)
from haversack.data.byod.regions import Region, checked_polygon
from haversack.data.byod.texts import lines_of, text_of
from haversack.data.byod.wanted import Wanted
from haversack.data.errors import DataError
from haversack.data.readers.members import Members

NAMES = ("data.yaml", "data.yml", "dataset.yaml", "classes.txt", "obj.names")
OBJECT_DATA = "obj.data"
_MOST = 4 << 20
Size = Callable[[str], tuple[int, int]]


def names_file(members: Members) -> str | None:
    """Give the file that names the classes: at the top of a set, else the one beside its labels."""
    at_top = next((name for name in NAMES if name in members), None)
    if at_top is not None or not has_labels(members):
        return at_top
    below = [name for name in members.names() if PurePosixPath(name).name in NAMES]
    return below[0] if len({members.read(name) for name in below}) == 1 else None


def has_labels(members: Members) -> bool:
    """Say whether some picture has a text file of its name that begins with an object's numbers."""
    labels = (_labels_of(name) for name in members.names() if is_picture(name))
    return any(name in members and _holds_labels(members, name) for name in labels)


def read_yolo(members: Members, size_of: Size, wanted: Wanted | None = None) -> Found:
    """Read every label file that has a picture, and every picture without one as empty.

    How many pictures no label says anything of is told. A picture whose lines are all wrong is left
    out: it has objects.

    Args:
        members: The set.
        size_of: Gives a picture's width and height in pixels; raises ``DataError``.
        wanted: Asks for boxes, or for regions where the task is segmentation.

    Raises:
        DataError: The names of the classes are missing, no UTF-8 or cannot be read.
    """
    said = _settings(members)
    classes, (split_of, faults) = _classes(members), _listed_splits(members, said)
    posed = "kpt_shape" in said
    masked = wanted is not None and wanted.task == "segmentation"
    pictures: list[Labelled] = []
    problems: list[Problem] = list(faults)
    left_out: list[str] = []
    empty = 0
    for name in members.names():
        if not is_picture(name):
            continue
        labels = _labels_of(name)
        if labels not in members:
            pictures.append(Labelled(name, split=split_of(name)))
            empty += 1
            continue
        try:
            size, content = size_of(name), members.read(labels)
        except DataError as error:
            problems.append(Problem(name, error.message))
            continue
        if len(content) > _MOST:
            problem, its = with_its_picture(labels, f"is larger than {_MOST >> 20} MiB", name)
            problems.append(problem)
            left_out += its
            continue
        empty += not content.strip()
        boxes: list[tuple[str, Box]] = []
        regions: list[Region] = []
        told = len(problems)
        for number, line in enumerate(content.splitlines(), 1):
            try:
                if line.strip() and masked:
                    regions.append(_region(*_fields(line, classes, posed), size))
                elif line.strip():
                    boxes.append(_box(*_fields(line, classes, posed), size))
            except ValueError as error:
                problems.append(Problem(f"{labels}, line {number}", str(error)))
        if len(problems) > told and not boxes and not regions:
            problems.append(Problem(name, NONE_USABLE))
            continue
        objects, areas = tuple(boxes), tuple(regions)
        pictures.append(Labelled(name, boxes=objects, split=split_of(name), regions=areas))
    problems += empty_labels(empty, len(pictures), "no label file or an empty one")
    if posed:
        problems.append(Problem(str(names_file(members)), "has keypoints; they are left out"))
    what = "is a label file without a picture"
    problems += [Problem(name, what) for name in _without_picture(members)]
    task: Task = "segmentation" if masked else "detection"
    return Found("yolo", task, tuple(pictures), tuple(problems), told=tuple(left_out))


def _without_picture(members: Members) -> list[str]:
    """Give the label files that are of no picture: by their folder, else by what is in them."""
    known = {_labels_of(name) for name in members.names() if is_picture(name)}
    texts = [name for name in members.names() if name.endswith(".txt") and name not in known]
    others = [name for name in texts if PurePosixPath(name).name not in NAMES]
    return [n for n in others if "labels" in n.split("/")[:-1] or _holds_labels(members, n)]


def _holds_labels(members: Members, name: str) -> bool:
    """Say whether a text begins with the numbers of an object."""
    try:
        fields = members.read(name)[:_MOST].strip().partition(b"\n")[0].split()
        return len(fields) >= 5 and all(math.isfinite(float(field)) for field in fields)
    except (DataError, ValueError):
        return False


def _labels_of(picture: str) -> str:
    folders, _, file = picture.rpartition("/")
    stem = file[: -len(next(end for end in PICTURES if file.lower().endswith(end)))]
    parts = ["labels" if part == "images" else part for part in folders.split("/")]
    return "/".join(part for part in (*parts, f"{stem}.txt") if part)


def _fields(line: bytes, classes: list[str], posed: bool) -> tuple[str, list[float]]:
    """Give the class of a line and its numbers, as shares of the picture; no keypoints."""
    fields = [_number(field) for field in line.split()]
    if posed:
        fields = fields[:5]
    if not all(math.isfinite(field) for field in fields):
        raise ValueError("holds a number that is none")
    if len(fields) != 5 and (len(fields) < 7 or len(fields) % 2 == 0):
        raise ValueError(f"has {counted(len(fields), 'number')}; a box has 5, a polygon 7 or more")
    number = int(fields[0])
    if number != fields[0] or not 0 <= number < len(classes):
        raise ValueError(f"names class {fields[0]:g}, and there are {len(classes)}")
    return classes[number], fields[1:]


def _number(field: bytes) -> float:
    try:
        return float(field)
    except ValueError:
        raise ValueError(f"holds {field.decode(errors='replace')!r} for a number") from None


def _box(label: str, shares: list[float], size: tuple[int, int]) -> tuple[str, Box]:
    width, height = size
    if len(shares) == 4:
        x, y, w, h = shares
        left, top, right, bottom = x - w / 2, y - h / 2, x + w / 2, y + h / 2
    else:
        xs, ys = shares[0::2], shares[1::2]
        left, top, right, bottom = min(xs), min(ys), max(xs), max(ys)
    return label, (left * width, top * height, right * width, bottom * height)


def _region(label: str, shares: list[float], size: tuple[int, int]) -> Region:
    if len(shares) == 4:
        _, (left, top, right, bottom) = _box(label, shares, size)
        corners = [left, top, right, top, right, bottom, left, bottom]
    else:
        corners = [share * size[at % 2] for at, share in enumerate(shares)]
    return Region(label, (checked_polygon(corners),))


def _listed_splits(
    members: Members, said: dict[str, object]
) -> tuple[Callable[[str], str], list[Problem]]:
    """Give what tells a picture's split: ``data.yaml`` where it does, else the folders' names.

    Also gives how many names of each list of pictures are no picture's.
    """
    names = frozenset(members.names())
    there = {home for name in names for home in _homes(name)}
    folders: dict[str, set[str]] = defaultdict(set)
    listed: dict[str, str] = {}
    problems: list[Problem] = []
    for key, split in SPLITS.items():
        entries = said.get(key)
        for entry in entries if isinstance(entries, list) else [entries]:
            for place in (_within(entry), _within(f"{said.get('path')}/{entry}")):
                text = _end_in(names, place) if place.endswith(".txt") else ""
                if text:
                    lines = members.read(text).decode("utf-8-sig", "replace").splitlines()
                    lost = _listed(names, lines, split, listed)
                    problems += [Problem(text, lost)] if lost else []
                    break
                if place in there:
                    folders[place].add(split)

    def split_of(name: str) -> str:
        above = [home for home in _homes(name) if home in folders]
        known = _one_of(folders[max(above, key=len)]) if above else split_in(name)
        return listed.get(name, known)

    return split_of, problems


def _listed(names: frozenset[str], lines: Iterable[str], split: str, into: dict[str, str]) -> str:
    """Keep the split of each picture that a list names, and tell those that are not there."""
    lost: list[str] = []
    for line in filter(str.strip, lines):
        picture = _end_in(names, _within(line))
        if picture:
            into[picture] = split
        else:
            lost.append(line.strip()[:200])
    return f"lists pictures that are not there: {len(lost)}, the first ({lost[0]})" if lost else ""


def _end_in(names: frozenset[str], path: str) -> str:
    """Give the file that a path ends with, as it is named from further up; empty for none."""
    while path not in names:
        _, found, path = path.partition("/")
        if not found:
            return ""
    return path


def _one_of(splits: set[str]) -> str:
    """Give the split of a folder that is named for some; empty where it is for both sides."""
    if "train" in splits and len(splits) > 1:
        return ""
    return TEST if TEST in splits else next(iter(splits))


def _homes(name: str) -> list[str]:
    """Give the folders that a file lies in."""
    parts = name.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def _within(entry: object) -> str:
    """Give a place as it would lie in the set: exports write ``../train/images`` for it."""
    path = posixpath.normpath(str(entry).strip()[-LONGEST_PATH:].replace("\\", "/"))
    while path.startswith("../"):
        path = path[3:]
    return path


def _settings(members: Members) -> dict[str, object]:
    file = names_file(members)
    if file is None or not file.endswith((".yaml", ".yml")):
        return _object_data(members)
    try:
        document = yaml.safe_load(members.read(file)[:_MOST].decode("utf-8-sig", "replace"))
    except (yaml.YAMLError, RecursionError):
        return {}  # the classes are read from it too, and say what is wrong
    return document if isinstance(document, dict) else {}


def _object_data(members: Members) -> dict[str, object]:
    """Read Darknet's ``obj.data``, lines of ``key = value``, where it is at the top."""
    if OBJECT_DATA not in members:
        return {}
    lines = members.read(OBJECT_DATA)[:_MOST].decode("utf-8-sig", "replace").splitlines()
    parts = [line.partition("=") for line in lines]
    return {key.strip(): value.strip() for key, found, value in parts if found}


def _classes(members: Members) -> list[str]:
    file = names_file(members)
    if file is None:
        raise DataError(
            f"{members.label} has labels as YOLO's, and no data.yaml or classes.txt names classes",
            "Add a file classes.txt with the name of a class on each line, from class 0 on.",
        )
    text = text_of(members.read(file)[:_MOST], file)
    if not file.endswith((".yaml", ".yml")):
        return lines_of(text, file)
    hint = "Give `names:` as a list, or as numbers from 0 with a name each."
    try:
        document = yaml.safe_load(text)
        names = document["names"]
        if isinstance(names, dict):
            names = [names[at] for at in range(len(names))]
        if not isinstance(names, list) or not names:
            raise TypeError("names is no list")
        if not all(isinstance(name, str | int | float) for name in names):
            raise TypeError("a name is no word")  # aliases could make it long without end
    except (yaml.YAMLError, KeyError, TypeError, RecursionError) as error:
        raise DataError(f"{file} does not name the classes", hint) from error
    return [str(name) for name in names]
