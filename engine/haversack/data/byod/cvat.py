"""CVAT for images: one XML that lists pictures with their boxes, polygons and other shapes.

A shape that has an area becomes its bounding box, or is painted into the mask; points, lines and
skeletons are told and left out.
"""

from __future__ import annotations

from pathlib import PurePosixPath

from haversack.data.byod.coco_places import Places
from haversack.data.byod.cvat_xml import Drawn
from haversack.data.byod.empty_labels import NO_OBJECT_USABLE
from haversack.data.byod.records import SPLITS, Found, Labelled, Problem, Task
from haversack.data.byod.wanted import Wanted
from haversack.data.readers.members import Members


def cvat_files(members: Members) -> list[str]:
    """Give the XML files at the top of a set that look like CVAT's."""
    names = [name for name in members.names() if name.lower().endswith(".xml") and "/" not in name]
    return [name for name in names if b"<annotations" in members.read(name)[:4096]]


def read_cvat(members: Members, wanted: Wanted | None = None) -> Found:
    """Read every annotation file at the top; for segmentation the outlines, else the boxes.

    Raises:
        DataError: One is no XML, declares a document type, or is too large.
    """
    wanted = wanted or Wanted()
    outlines = wanted.task == "segmentation"
    pictures: list[Labelled] = []
    problems: list[Problem] = []
    places = Places(members.names())
    for file in cvat_files(members):
        tags = 0
        for drawn in wanted.readers.cvat(file, members.read(file), outlines):
            problems += [Problem(file, fault) for fault in drawn.faults]
            tags += drawn.tags
            place = _place(drawn, members, places)
            if place is None:
                problems.append(Problem(file, f"the picture {drawn.called} is missing"))
            elif drawn.faults and not (drawn.boxes or drawn.regions):
                problems.append(Problem(place, NO_OBJECT_USABLE))
            else:
                pictures.append(_labelled(place, drawn))
        if tags:
            problems.append(Problem(file, f"tags of whole pictures are left out: {tags}"))
    task: Task = "segmentation" if outlines else "detection"
    return Found("cvat", task, tuple(pictures), tuple(problems))


def _labelled(place: str, drawn: Drawn) -> Labelled:
    split = SPLITS.get(drawn.subset.lower(), "")
    shapes = (drawn.boxes, drawn.regions)
    return Labelled(place, boxes=shapes[0], split=split, regions=shapes[1], size=drawn.size)


def _place(drawn: Drawn, members: Members, places: Places) -> str | None:
    """Find a picture: where the file says, in an export's folders, else the only one so named."""
    path = PurePosixPath(drawn.name.replace("\\", "/")).as_posix()
    if not drawn.name or "\0" in drawn.name:
        return None
    tried = (path, f"images/{path}", f"images/{drawn.subset}/{path}", f"{drawn.subset}/{path}")
    return next((one for one in tried if one in members), None) or places.only(path)
