"""ImageFolder: one folder for each class, with or without folders for the splits above them."""

from __future__ import annotations

from haversack.data.byod.records import SPLITS, Found, Labelled, Problem, is_picture, split_in
from haversack.data.readers.members import Members


def read_image_folder(members: Members) -> Found:
    """Read ``class/picture`` and ``split/class/picture``; a picture in no folder is a problem."""
    pictures: list[Labelled] = []
    problems: list[Problem] = []
    for name in members.names():
        if not is_picture(name):
            continue
        folders = [part for part in name.split("/")[:-1] if part.lower() not in SPLITS]
        if folders:
            pictures.append(Labelled(name, folders[-1], split=split_in(name)))
        else:
            problems.append(Problem(name, "lies in no class's folder"))
    return Found("imagefolder", "classification", tuple(pictures), tuple(problems))
