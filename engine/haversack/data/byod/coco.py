"""COCO: one JSON with ``images``, ``annotations``, ``categories``; boxes are x, y, width, height.

One file is read for each split: ``instances_train2017.json`` beside ``instances_val2017.json``, or
one JSON for all. A crowd is left out.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

import orjson

from haversack.data.byod.records import SPLITS, Box, Found, Labelled, Problem, is_picture
from haversack.data.errors import DataError
from haversack.data.readers.members import Members

_HINT = "Give a JSON file with images, annotations and categories."


def annotation_files(members: Members) -> list[str]:
    """Give the JSON files of a set that look like COCO's, by their first bytes' keys."""
    names = [name for name in members.names() if name.lower().endswith(".json")]
    return [name for name in names if _looks_right(members.read(name))]


def read_coco(members: Members) -> Found:
    """Read every annotation file.

    Raises:
        DataError: There is none, or one is not what COCO's are.
    """
    files = annotation_files(members)
    if not files:
        raise DataError(f"{members.label} has no COCO annotation file", _HINT)
    places = _places(members)
    pictures: list[Labelled] = []
    problems: list[Problem] = []
    for file in files:
        _read(file, members.read(file), places, pictures, problems)
    return Found("coco", "detection", tuple(pictures), tuple(problems))


def _read(
    file: str,
    content: bytes,
    places: dict[str, list[str]],
    pictures: list[Labelled],
    problems: list[Problem],
) -> None:
    document = _document(file, content)
    classes: dict[Any, str] = {}
    for category in document["categories"]:
        if isinstance(category, dict) and isinstance(category.get("name"), str):
            classes[_key(category.get("id"))] = category["name"]
        else:
            problems.append(Problem(file, "a category has no name"))
    boxes: dict[Any, list[tuple[str, Box]]] = defaultdict(list)
    known = {_key(i.get("id")) for i in document["images"] if isinstance(i, dict)}
    for annotation in document["annotations"]:
        try:
            image, found = _object(annotation, classes)
            if image not in known:
                raise ValueError(f"is of image {image}, which is not listed")
            if found is not None:
                boxes[image].append(found)
        except (ValueError, TypeError, AttributeError) as error:
            name = annotation.get("id") if isinstance(annotation, dict) else annotation
            problems.append(Problem(file, f"annotation {str(name)[:40]} {error}"))
    split = next((s for word, s in SPLITS.items() if word in file.lower()), "")
    for image in document["images"]:
        said = image.get("file_name") if isinstance(image, dict) else None
        if not isinstance(said, str):
            problems.append(Problem(file, "an image has no file_name"))
            continue
        place = _place(said, places)
        if place is None:
            problems.append(Problem(file, f"the picture {said[:200]} is missing"))
            continue
        pictures.append(Labelled(place, boxes=tuple(boxes[_key(image.get("id"))]), split=split))


def _object(
    annotation: dict[str, Any], classes: dict[Any, str]
) -> tuple[Any, tuple[str, Box] | None]:
    image, category = _key(annotation.get("image_id")), _key(annotation.get("category_id"))
    if annotation.get("iscrowd"):
        return image, None
    if category not in classes:
        raise ValueError(f"names category {category}, which is not listed")
    box = annotation.get("bbox")
    if not isinstance(box, list) or len(box) != 4:
        raise ValueError("has no box of four numbers")
    x, y, width, height = (float(number) for number in box)
    if not all(map(math.isfinite, (x, y, width, height))):
        raise ValueError("has a box with a number that is none")
    return image, (classes[category], (x, y, x + width, y + height))


def _key(value: object) -> str:
    return str(value)[:100]


def _document(file: str, content: bytes) -> dict[str, list[Any]]:
    try:
        document = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise DataError(f"{file} is no JSON: {error}", _HINT) from error
    keys = ("images", "annotations", "categories")
    if not isinstance(document, dict) or not all(isinstance(document.get(k), list) for k in keys):
        raise DataError(f"{file} has no lists of {', '.join(keys)}", _HINT)
    return document


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
