"""Pascal VOC: one XML for each picture, in ``Annotations`` beside ``JPEGImages`` or elsewhere.

LabelImg writes each XML beside its picture; exports split them into ``train`` and ``valid``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from haversack.data.byod.empty_labels import WHERE
from haversack.data.byod.records import (
    SPLITS,
    Found,
    Labelled,
    Problem,
    split_in,
    with_its_picture,
)
from haversack.data.byod.voc_pictures import VocPictures
from haversack.data.errors import DataError
from haversack.data.readers.members import Members
from haversack.data.readers.voc_annotation import parse

_ROOT = re.compile(rb"<annotation[\s>]")
_HEAD = 4096
TOP = PurePosixPath()
"""The folder of a set itself."""


def has_annotations_folder(members: Members) -> bool:
    """Say whether there are annotation files in ``Annotations`` at the top of a set."""
    return bool(_at_top(members))


def has_annotations(members: Members) -> bool:
    """Say whether an annotation file lies anywhere in a set."""
    return next(_anywhere(members), None) is not None


def annotations_of(members: Members) -> list[str]:
    """Give the annotation files: those of ``Annotations`` at the top, else all."""
    return _at_top(members) or list(_anywhere(members))


def _at_top(members: Members) -> list[str]:
    return [n for n in members.names() if n.startswith("Annotations/") and n.endswith(".xml")]


def _anywhere(members: Members) -> Iterator[str]:
    files = (name for name in members.names() if name.lower().endswith(".xml"))
    return (name for name in files if _ROOT.search(members.read(name)[:_HEAD]))


def read_voc_set(members: Members) -> Found:
    """Read every annotation; a broken one, or one without its picture, is a problem.

    A box that ends before it starts is left out when the set is checked. Names that the lists of a
    split have, and that are no picture's, are told, and so is how many difficult objects there are.
    """
    places = VocPictures(members.names())
    names = annotations_of(members)
    split_of, problems = _listed(members, names, places)
    pictures: list[Labelled] = []
    told: list[str] = []
    difficult = 0
    for name in names:
        try:
            annotation = parse(members.read(name), name, ordered=False)
        except DataError as error:
            what = error.message.removeprefix(f"{name} ")
            problem, left_out = with_its_picture(name, what, places.of(name))
            problems.append(problem)
            told += left_out
            continue
        picture = places.of(name, annotation.filename)
        if picture is None:
            problems.append(Problem(name, "its picture is missing"))
            continue
        boxes = tuple((one.name, one.box) for one in annotation.objects if not one.difficult)
        difficult += len(annotation.objects) - len(boxes)
        split = split_of(name) or split_in(picture)
        pictures.append(Labelled(picture, boxes=boxes, split=split, size=annotation.size))
    if difficult:
        problems.append(Problem(WHERE, f"difficult objects are left out: {difficult}"))
    return Found("voc", "detection", tuple(pictures), tuple(problems), told=tuple(told))


def _listed(
    members: Members, annotations: list[str], places: VocPictures
) -> tuple[Callable[[str], str], list[Problem]]:
    """Give what tells an annotation's split by the lists beside its folder, and their faults."""
    known = {PurePosixPath(name).stem for name in annotations} | set(places.stems)
    lists: dict[PurePosixPath, dict[str, str]] = {}
    problems: list[Problem] = []
    for name in annotations:
        home = PurePosixPath(name).parent.parent
        if home in lists:
            continue
        lists[home] = listed_splits(members, "Main", home)
        unknown = [one for one in lists[home] if one not in known]
        if unknown:
            what = f"lists names that are no picture's: {len(unknown)}, the first ({unknown[0]})"
            problems.append(Problem((home / "ImageSets/Main").as_posix(), what))

    def split_of(name: str) -> str:
        path = PurePosixPath(name)
        return lists[path.parent.parent].get(path.stem, "")

    return split_of, problems


def listed_splits(members: Members, kind: str, home: PurePosixPath = TOP) -> dict[str, str]:
    """Give the split of each name that ``ImageSets/KIND`` in a folder lists."""
    lists = {
        part: (home / f"ImageSets/{kind}/{part}.txt").as_posix()
        for part in ("train", "val", "test")
    }
    lists = {part: path for part, path in lists.items() if path in members}
    stems = {PurePosixPath(name).stem for name in members.names()} if lists else set()
    splits: dict[str, str] = {}
    for part, path in lists.items():
        lines = members.read(path).decode("utf-8-sig", "replace").splitlines()
        splits |= {_stem(line, stems): SPLITS[part] for line in lines if line.strip()}
    return splits


def _stem(line: str, stems: set[str]) -> str:
    """Give the name in a line, behind which a number may say whether a class is there."""
    return line.strip() if line.strip() in stems else line.split()[0]
