"""KITTI's 2D objects: a text file in ``label_2`` for each picture in ``image_2``.

A line is type, truncation, occlusion, angle, then left, top, right, bottom in pixels from 0, then
seven numbers of the object in space (and a score); those after the box are not used.
"""

from __future__ import annotations

import math
from pathlib import PurePosixPath

from haversack.base.counting import counted
from haversack.data.byod.empty_labels import NONE_USABLE, empty_labels
from haversack.data.byod.records import PICTURES, Box, Found, Labelled, Problem, with_its_picture
from haversack.data.byod.texts import text_of
from haversack.data.errors import DataError
from haversack.data.readers.members import Members

MAX_BYTES = 4 << 20
LABELS, IMAGES = "label_2", "image_2"
IGNORED = "DontCare"


def label_files(members: Members) -> list[str]:
    """Give the label files of a set."""
    return [
        name
        for name in members.names()
        if name.endswith(".txt") and PurePosixPath(name).parent.name == LABELS
    ]


def read_kitti(members: Members) -> Found:
    """Read every label file; ``DontCare`` is left out, as the format means it.

    How many label files are empty is told. A picture whose lines are all wrong is left out.
    The set's folder ``testing`` has no labels and is not read; splits are settled later.
    """
    pictures: list[Labelled] = []
    problems: list[Problem] = []
    left_out: list[str] = []
    empty = 0
    for name in label_files(members):
        path = PurePosixPath(name)
        stem = (path.parent.parent / IMAGES / path.stem).as_posix()
        picture = next((stem + end for end in PICTURES if stem + end in members), None)
        if picture is None:
            problems.append(Problem(name, "its picture is missing"))
            continue
        try:
            lines = _lines(members.read(name), name)
        except DataError as error:
            what = error.message.removeprefix(f"{name} ")
            problem, its = with_its_picture(name, what, picture)
            problems.append(problem)
            left_out += its
            continue
        empty += not any(line.strip() for line in lines)
        boxes: list[tuple[str, Box]] = []
        told = len(problems)
        for number, line in enumerate(lines, 1):
            try:
                if line.strip() and line.split()[0] != IGNORED:
                    boxes.append(_object(line))
            except ValueError as error:
                problems.append(Problem(f"{name}, line {number}", str(error)))
        if len(problems) > told and not boxes:
            problems.append(Problem(picture, NONE_USABLE))
            continue
        pictures.append(Labelled(picture, boxes=tuple(boxes)))
    problems += empty_labels(empty, len(pictures), "an empty label file")
    return Found("kitti", "detection", tuple(pictures), tuple(problems), told=tuple(left_out))


def _lines(content: bytes, name: str) -> list[str]:
    if len(content) > MAX_BYTES:
        raise DataError(f"{name} is larger than {MAX_BYTES >> 20} MiB", "")
    return text_of(content, name).splitlines()


def _object(line: str) -> tuple[str, Box]:
    kind, *fields = line.split()
    if len(fields) not in (14, 15):
        found = counted(len(fields) + 1, "field")
        raise ValueError(f"has {found}; an object has 15, or 16 with a score")
    numbers = [float(field) for field in fields]
    if not all(map(math.isfinite, numbers)):
        raise ValueError("holds a number that is none")
    left, top, right, bottom = numbers[3:7]
    return kind, (left, top, right, bottom)
