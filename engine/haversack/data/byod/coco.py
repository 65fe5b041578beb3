"""COCO: one JSON with ``images``, ``annotations``, ``categories``; boxes are x, y, width, height.

One file is read for each split: ``instances_train2017.json`` beside ``instances_val2017.json``, or
one JSON for all. Among boxes a crowd is left out; in masks it is painted like any other object.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from haversack.data.byod.coco_json import (
    HINT,
    Boxed,
    Document,
    Key,
    Outlined,
    RunLengths,
    Segmented,
)
from haversack.data.byod.coco_runs import counts_of
from haversack.data.byod.records import SPLITS, Box, Found, Labelled, Problem, Task, is_picture
from haversack.data.byod.regions import Region, Runs, checked_polygon, checked_runs
from haversack.data.byod.wanted import Wanted
from haversack.data.errors import DataError
from haversack.data.readers.members import Members


def annotation_files(members: Members) -> list[str]:
    """Give the JSON files of a set that look like COCO's, by their keys."""
    names = [name for name in members.names() if name.lower().endswith(".json")]
    return [name for name in names if _looks_right(members.read(name))]


def read_coco(members: Members, wanted: Wanted | None = None) -> Found:
    """Read every annotation file; for segmentation the outlines, else the boxes.

    Raises:
        DataError: There is none, or one is not what COCO's are.
    """
    files = annotation_files(members)
    if not files:
        raise DataError(f"{members.label} has no COCO annotation file", HINT)
    wanted = wanted or Wanted()
    outlines = wanted.task == "segmentation"
    places = _places(members)
    pictures: list[Labelled] = []
    problems: list[Problem] = []
    for file in files:
        document = wanted.readers.coco(file, members.read(file), problems.append, outlines)
        pictures += _pictures(file, document, places, problems.append)
    task: Task = "segmentation" if outlines else "detection"
    return Found("coco", task, tuple(pictures), tuple(problems))


def _pictures(
    file: str, document: Document, places: dict[str, list[str]], tell: Callable[[Problem], None]
) -> list[Labelled]:
    split = next((s for word, s in SPLITS.items() if word in file.lower()), "")
    boxes = boxes_by_image(file, document, tell) if isinstance(document, Boxed) else {}
    regions = _regions(file, document, tell) if isinstance(document, Segmented) else {}
    pictures = []
    for image in document.images:
        place = _place(image.file_name, places)
        if place is None:
            tell(Problem(file, f"the picture {image.file_name[:200]} is missing"))
            continue
        objects = tuple(boxes.get(image.id, ()))
        areas = tuple(regions.get(image.id, ()))
        pictures.append(Labelled(place, boxes=objects, split=split, regions=areas))
    return pictures


def boxes_by_image(
    file: str, document: Boxed, tell: Callable[[Problem], None]
) -> dict[Key, list[tuple[str, Box]]]:
    """Give the boxes of each image, with their ends instead of their sizes."""
    classes = {category.id: category.name for category in document.categories}
    boxes: dict[Key, list[tuple[str, Box]]] = defaultdict(list)
    for number, one in enumerate(document.annotations, 1):
        if one.iscrowd:
            continue
        if one.bbox is None:
            tell(Problem(file, f"annotation {number} has no box of four numbers"))
            continue
        x, y, width, height = one.bbox
        boxes[one.image_id].append((classes[one.category_id], (x, y, x + width, y + height)))
    return boxes


def _regions(
    file: str, document: Segmented, tell: Callable[[Problem], None]
) -> dict[Key, list[Region]]:
    classes = {category.id: category.name for category in document.categories}
    regions: dict[Key, list[Region]] = defaultdict(list)
    for number, one in enumerate(document.annotations, 1):
        try:
            regions[one.image_id].append(_region(classes[one.category_id], one))
        except ValueError as error:
            tell(Problem(file, f"annotation {number} {error}"))
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


def _places(members: Members) -> dict[str, list[str]]:
    """Give where pictures lie by their last name."""
    places: dict[str, list[str]] = defaultdict(list)
    for name in members.names():
        if is_picture(name):
            places[name.rpartition("/")[2]].append(name)
    return places


def _place(said: str, places: dict[str, list[str]]) -> str | None:
    """Find a picture by its whole path, or by its last name where only one bears it."""
    wanted = said.replace("\\", "/")
    found = places.get(wanted.rpartition("/")[2], [])
    exact = [one for one in found if one == wanted or one.endswith("/" + wanted)]
    if len(exact) == 1 or len(found) == 1:
        return (exact or found)[0]
    return None
