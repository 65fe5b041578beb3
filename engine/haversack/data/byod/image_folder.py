"""ImageFolder: one folder for each class, with or without folders for the splits above them."""

from __future__ import annotations

from collections import defaultdict

from haversack.data.byod.records import SPLITS, Found, Labelled, Problem, is_picture, split_in
from haversack.data.readers.members import Members


def read_image_folder(members: Members) -> Found:
    """Read ``class/picture`` and ``split/class/picture``; a picture in no folder is a problem.

    The class is the nearest folder. Where folders of one name lie in several others, they may be
    no classes, which is told.
    """
    pictures: list[Labelled] = []
    problems: list[Problem] = []
    above: dict[str, set[str]] = defaultdict(set)
    for name in members.names():
        if not is_picture(name):
            continue
        folders = [part for part in name.split("/")[:-1] if part.lower() not in SPLITS]
        if folders:
            pictures.append(Labelled(name, folders[-1], split=split_in(name)))
            above[folders[-1]].add("/".join(folders[:-1]))
        else:
            problems.append(Problem(name, "lies in no class's folder"))
    for label, folders_above in sorted(above.items()):
        if len(folders_above) > 1:
            first, second = (f"{one}/{label}".lstrip("/") for one in sorted(folders_above)[:2])
            what = f"is one class out of {len(folders_above)} folders, such as {first} and {second}"
            problems.append(Problem(label, what))
    return Found("imagefolder", "classification", tuple(pictures), tuple(problems))
