"""COCO: one JSON with ``images``, ``annotations``, ``categories``; boxes are x, y, width, height.

One file is read for each split: ``instances_train2017.json`` beside ``instances_val2017.json``, or
one JSON for all. Among boxes a crowd is left out; in masks it is painted like any other object.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from haversack.data.byod.coco_json import (
    HINT,
    Boxed,
    Document,
    Key,
    Outlined,
    RunLengths,
    Segmented,
    note_lacking,
)
from haversack.data.byod.coco_places import Places
from haversack.data.byod.coco_runs import counts_of
from haversack.data.byod.empty_labels import NO_OBJECT_USABLE
from haversack.data.byod.records import SPLITS, Box, Found, Labelled, Problem, Task, split_in
from haversack.data.byod.regions import Region, Runs, checked_polygon, checked_runs
from haversack.data.byod.wanted import Wanted
from haversack.data.errors import DataError
from haversack.data.readers.members import Members
from haversack.data.readers.size_said import size_said


def annotation_files(members: Members) -> list[str]:
    """Give the JSON files of a set that look like COCO's, by their keys."""
    return [name for name in _json_files(members) if _looks_right(members.read(name))]


def _json_files(members: Members) -> Iterator[str]:
    return (name for name in members.names() if name.lower().endswith(".json"))


def read_coco(members: Members, wanted: Wanted | None = None) -> Found:
    """Read every annotation file; for segmentation the outlines, else the boxes.

    Raises:
        DataError: There is none, or one is not what COCO's are.
    """
    wanted = wanted or Wanted()
    outlines = wanted.task == "segmentation"
    taking = _Taking(Places(members.names()))
    elsewhere: list[tuple[str, Labelled]] = []
    is_there = False
    for file in _json_files(members):
        content = members.read(file)
        if not _looks_right(content):
            continue
        is_there = True
        document = wanted.readers.coco(file, content, taking.problems.append, outlines)
        del content  # a large file is not kept beside its records
        for listed in _listed(file, document, taking):
            place = taking.places.exact(file, listed.picture)
            if place is None:
                elsewhere.append((file, listed))
            else:
                taking.put(file, listed, place)
    if not is_there:
        raise DataError(f"{members.label} has no COCO annotation file", HINT)
    for file, listed in elsewhere:
        taking.put(file, listed, taking.places.only(listed.picture))
    task: Task = "segmentation" if outlines else "detection"
    return Found("coco", task, tuple(taking.pictures), tuple(taking.problems))


@dataclass
class _Taking:
    """What is taken of the files.

    Attributes:
        places: Where pictures lie.
        pictures: Those that are taken.
        problems: What is wrong.
        lacking: File and name of the pictures of whose objects none can be used.
    """

    places: Places
    pictures: list[Labelled] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    lacking: set[tuple[str, str]] = field(default_factory=set)

    def put(self, file: str, listed: Labelled, place: str | None) -> None:
        """Take an entry of a file's list whose picture lies in a place."""
        said = listed.picture
        if place is None:
            self.problems.append(Problem(file, f"the picture {said[:200]} is missing"))
        elif not self.places.take(place):
            twice = f"the picture {said[:200]} is listed a second time"
            self.problems.append(Problem(file, f"{twice}; its objects there are left out"))
        elif (file, said) in self.lacking:
            self.problems.append(Problem(place, NO_OBJECT_USABLE))
        else:
            split = listed.split or split_in(place)
            as_listed = place == said and split == listed.split
            self.pictures.append(
                listed if as_listed else replace(listed, picture=place, split=split)
            )


def _listed(file: str, document: Document, taking: _Taking) -> Iterator[Labelled]:
    """Give the entries of a file's list, each with the picture as the file says it."""
    split, tell = _split_of(file), taking.problems.append
    boxes = boxes_by_image(file, document, tell) if isinstance(document, Boxed) else {}
    regions = _regions(file, document, tell) if isinstance(document, Segmented) else {}
    for image in document.images:
        if image.lacks and image.id not in boxes and image.id not in regions:
            taking.lacking.add((file, image.file_name))
        yield Labelled(
            image.file_name,
            boxes=tuple(boxes.get(image.id, ())),
            split=split,
            regions=tuple(regions.get(image.id, ())),
            size=size_said(image.width, image.height),
        )


def _split_of(file: str) -> str:
    """Give the split that a word of a file's name says, else the nearest of its folders."""
    words = re.findall("[a-z]+", PurePosixPath(file).name.lower())
    said = {SPLITS[word] for word in words if word in SPLITS}
    return said.pop() if len(said) == 1 else split_in(file)


def boxes_by_image(
    file: str, document: Boxed, tell: Callable[[Problem], None]
) -> dict[Key, list[tuple[str, Box]]]:
    """Give the boxes of each image, with their ends instead of their sizes."""
    classes = {category.id: category.name for category in document.categories}
    boxes: dict[Key, list[tuple[str, Box]]] = defaultdict(list)
    wrong: list[Key] = []
    crowds = 0
    for number, one in enumerate(document.annotations, 1):
        if one.iscrowd:
            crowds += 1
            continue
        if one.bbox is None:
            tell(Problem(file, f"annotation {number} has no box of four numbers"))
            wrong.append(one.image_id)
            continue
        x, y, width, height = one.bbox
        boxes[one.image_id].append((classes[one.category_id], (x, y, x + width, y + height)))
    note_lacking(document.images, wrong)
    if crowds:
        tell(Problem(file, f"crowds are left out: {crowds}"))
    return boxes


def _regions(
    file: str, document: Segmented, tell: Callable[[Problem], None]
) -> dict[Key, list[Region]]:
    classes = {category.id: category.name for category in document.categories}
    regions: dict[Key, list[Region]] = defaultdict(list)
    wrong: list[Key] = []
    for number, one in enumerate(document.annotations, 1):
        try:
            region = _region(classes[one.category_id], one)
        except ValueError as error:
            tell(Problem(file, f"annotation {number} {error}"))
            wrong.append(one.image_id)
        else:
            regions[one.image_id].append(region)
    note_lacking(document.images, wrong)
    return regions


def _region(label: str, one: Outlined) -> Region:
    said = one.segmentation
    if not said:
        raise ValueError("has no outline")
    if not isinstance(said, RunLengths):
        return Region(label, tuple(checked_polygon(corners) for corners in said))
    counts = counts_of(said.counts) if isinstance(said.counts, str) else said.counts
    height, width = said.size
    return Region(label, runs=checked_runs(Runs(0, 0, width, height, tuple(counts), True)))


def _looks_right(content: bytes) -> bool:
    return all(key in content for key in (b'"images"', b'"annotations"', b'"categories"'))
