"""Pascal VOC: one XML for each picture in ``Annotations``, pictures in ``JPEGImages``."""

from __future__ import annotations

from pathlib import PurePosixPath

from haversack.data.byod.records import (
    PICTURES,
    SPLITS,
    Found,
    Labelled,
    Problem,
    with_its_picture,
)
from haversack.data.errors import DataError
from haversack.data.readers.members import Members
from haversack.data.readers.voc_annotation import parse


def annotations_of(members: Members) -> list[str]:
    """Give the annotation files of a set."""
    return [n for n in members.names() if n.startswith("Annotations/") and n.endswith(".xml")]


def read_voc_set(members: Members) -> Found:
    """Read every annotation; a broken one, or one without its picture, is a problem.

    A box that ends before it starts is left out when the set is checked.
    """
    listed = listed_splits(members, "Main")
    pictures: list[Labelled] = []
    problems: list[Problem] = []
    told: list[str] = []
    for name in annotations_of(members):
        stem = PurePosixPath(name).stem
        own = [f"JPEGImages/{stem}{end}" for end in PICTURES]
        try:
            annotation = parse(members.read(name), name, ordered=False)
        except DataError as error:
            its = next((one for one in own if one in members), None)
            what = error.message.removeprefix(f"{name} ")
            problem, left_out = with_its_picture(name, what, its)
            problems.append(problem)
            told += left_out
            continue
        said = [f"JPEGImages/{annotation.filename}"] if annotation.filename else []
        picture = next((one for one in (*said, *own) if one in members), None)
        if picture is None:
            problems.append(Problem(name, "its picture is missing"))
            continue
        boxes = tuple((one.name, one.box) for one in annotation.objects if not one.difficult)
        split = listed.get(stem, "")
        pictures.append(Labelled(picture, boxes=boxes, split=split, size=annotation.size))
    return Found("voc", "detection", tuple(pictures), tuple(problems), told=tuple(told))


def listed_splits(members: Members, kind: str) -> dict[str, str]:
    """Give the split of each name that ``ImageSets/KIND`` lists."""
    lists = {part: f"ImageSets/{kind}/{part}.txt" for part in ("train", "val", "test")}
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
