"""Which format a folder is in, and reading it by that format's reader."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from haversack.base.errors import UsageError
from haversack.data.byod.coco import annotation_files, read_coco
from haversack.data.byod.csv_labels import read_csv_labels, tables_of
from haversack.data.byod.cvat import cvat_files, read_cvat
from haversack.data.byod.image_folder import read_image_folder
from haversack.data.byod.kitti import label_files, read_kitti
from haversack.data.byod.labelme import labelme_files, read_labelme
from haversack.data.byod.mask_folder import pairs_of, read_mask_folder
from haversack.data.byod.records import PICTURES, Found, Problem, is_picture, is_unread
from haversack.data.byod.unlabeled import read_unlabeled
from haversack.data.byod.voc import annotations_of, read_voc_set
from haversack.data.byod.wanted import Wanted
from haversack.data.byod.yolo import names_file, read_yolo
from haversack.data.errors import DataError
from haversack.data.pictures import size_of
from haversack.data.readers.members import Members

AUTO = "auto"
READERS: Mapping[str, Callable[[Members, Wanted], Found]] = {
    "voc": lambda members, _: read_voc_set(members),
    "coco": read_coco,
    "yolo": lambda members, wanted: read_yolo(
        members, lambda name: size_of(members.read(name), name), wanted
    ),
    "kitti": lambda members, _: read_kitti(members),
    "cvat": read_cvat,
    "labelme": read_labelme,
    "masks": lambda members, _: read_mask_folder(members),
    "csv": read_csv_labels,
    "imagefolder": lambda members, _: read_image_folder(members),
    "unlabeled": lambda members, _: read_unlabeled(members),
}


def read_set(members: Members, form: str = AUTO, wanted: Wanted | None = None) -> Found:
    """Read a set in a format, or in the one that it seems to be in.

    Raises:
        UsageError: The format is unknown, or has no columns to group by.
        DataError: The set is not in it, or it holds no picture.
    """
    wanted = wanted or Wanted()
    known = ", ".join((AUTO, *READERS))
    chosen = seems(members, wanted) if form == AUTO else form
    if chosen not in READERS:
        raise UsageError(f"no format is called {form!r}", f"Choose one of: {known}.")
    if wanted.group_column and chosen != "csv":
        raise UsageError(
            f"a set in the format {chosen} has no columns to group pictures by",
            "Group by folder or prefix:MARK.",
        )
    found = READERS[chosen](members, wanted)
    if not found.pictures:
        why = f"; the first problem: {found.problems[0].what}" if found.problems else ""
        raise DataError(
            f"{members.label} holds no picture that can be used as {chosen}{why}",
            f"Give the folder that holds them, or another format: {known}.",
        )
    return replace(found, problems=(*found.problems, *_unnamed(members, found)))


def _unnamed(members: Members, found: Found) -> list[Problem]:
    """Tell the pictures that no label speaks of, and those of a kind that is not read."""
    told = {*found.told, *(problem.file for problem in found.problems)}
    told.update(name for one in found.pictures for name in (one.picture, one.mask))
    unnamed = [name for name in members.names() if is_picture(name) and name not in told]
    problems = [Problem(name, "is named by no label; left out") for name in unnamed]
    for name in members.names():
        if is_unread(name) and name not in told:
            ending = name[name.rindex(".") :].lower()
            problems.append(Problem(name, f"is a kind of picture that is not read ({ending})"))
    return problems


def seems(members: Members, wanted: Wanted | None = None) -> str:
    """Give the format that a set seems to be in; what only one format can give decides first.

    Raises:
        DataError: It looks like none.
    """
    task = wanted.task if wanted is not None else None
    if task == "unlabeled":
        return "unlabeled"
    if task == "segmentation" and pairs_of(members)[0]:
        return "masks"
    for form, looks_right in _LOOKS.items():
        if looks_right(members):
            return form
    if any(map(is_unread, members.names())):
        raise DataError(
            f"{members.label} holds pictures of a kind that is not read",
            f"Save them as PNG or JPEG; these are read: {', '.join(PICTURES)}.",
        )
    raise DataError(
        f"{members.label} looks like no format that can be read",
        f"Give one with --format: {', '.join(READERS)}.",
    )


_LOOKS: Mapping[str, Callable[[Members], bool]] = {
    "voc": lambda members: bool(annotations_of(members)),
    "coco": lambda members: bool(annotation_files(members)),
    "kitti": lambda members: bool(label_files(members)),
    "cvat": lambda members: bool(cvat_files(members)),
    "labelme": lambda members: bool(labelme_files(members)),
    "masks": lambda members: bool(pairs_of(members)[0]),
    "yolo": lambda members: names_file(members) is not None,
    "csv": lambda members: len(tables_of(members)) == 1,
    "imagefolder": lambda members: any(is_picture(n) and "/" in n for n in members.names()),
    "unlabeled": lambda members: any(is_picture(name) for name in members.names()),
}
