"""Which format a folder is in, and reading it by that format's reader."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath

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
from haversack.data.byod.voc import has_annotations, has_annotations_folder, read_voc_set
from haversack.data.byod.wanted import Wanted
from haversack.data.byod.yolo import has_labels, names_file, read_yolo
from haversack.data.errors import DataError
from haversack.data.pictures import size_of
from haversack.data.readers.members import Members

AUTO = "auto"
LABELS = (
    ".xml", ".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".xlsx", ".parquet", ".arrow", ".h5",
    ".hdf5", ".mat", ".npy", ".npz", ".pkl", ".tfrecord",
)  # fmt: skip
"""Endings of files that hold labels in formats that are told by other looks, or are not read."""
PACKED = (
    ".parquet", ".arrow", ".h5", ".hdf5", ".mat", ".npy", ".npz", ".pkl", ".tfrecord", ".zip",
    ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar",
)  # fmt: skip
"""Endings of files inside of which pictures may lie."""
_MASKS_OF_VOC = {
    "segmentationclass": "its masks are not read as {} (--format masks reads them)",
    "segmentationobject": "its masks, which tell objects apart, are not read",
}
"""What is said once of a folder of Pascal VOC's masks, as what the set is read."""
_WITHOUT_FILES = ("imagefolder", "unlabeled")
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
    if form == AUTO and chosen in _WITHOUT_FILES:
        found = replace(found, problems=(*_not_read(members), *found.problems))
    if not found.pictures:
        why = f"; the first problem: {_said(found.problems[0])}" if found.problems else ""
        raise DataError(
            f"{members.label} holds no picture that can be used as {chosen}{why}",
            f"Give the folder that holds them, or another format: {known}.",
        )
    return replace(found, problems=(*found.problems, *_unnamed(members, found)))


def _said(problem: Problem) -> str:
    """Say a problem with its file, which what it says may begin with."""
    named = problem.what.startswith(problem.file)
    return problem.what if named else f"{problem.file} {problem.what}"


def _not_read(members: Members) -> list[Problem]:
    """Tell the files of kinds that hold labels, where the labels are the folders or there are none.

    More than one CSV at the top would be read if they were one.
    """
    many = len(tables_of(members)) > 1
    problems: list[Problem] = []
    for name in members.names():
        ending = PurePosixPath(name).suffix.lower()
        if ending in LABELS:
            why = "; of CSV files at the top just one is read" if many and ending == ".csv" else ""
            problems.append(Problem(name, f"may hold labels, and is not read ({ending}){why}"))
    return problems


def _unnamed(members: Members, found: Found) -> list[Problem]:
    """Tell the pictures that no label speaks of, and those of a kind that is not read."""
    told = {*found.told, *(problem.file for problem in found.problems)}
    told.update(name for one in found.pictures for name in (one.picture, one.mask))
    unnamed = [name for name in members.names() if is_picture(name) and name not in told]
    masks = Counter(home for name in unnamed if (home := _folder_of_masks(name)) is not None)
    problems = [
        Problem(home.as_posix(), f"{what.format(found.format)}: {count}")
        for home, count in sorted(masks.items())
        if (what := _MASKS_OF_VOC[home.name.lower()])
    ]
    problems += [
        Problem(name, "is named by no label; left out")
        for name in unnamed
        if _folder_of_masks(name) not in masks
    ]
    for name in members.names():
        if is_unread(name) and name not in told:
            ending = name[name.rindex(".") :].lower()
            problems.append(Problem(name, f"is a kind of picture that is not read ({ending})"))
    return problems


def _folder_of_masks(picture: str) -> PurePosixPath | None:
    """Give the folder of a picture if it is one of Pascal VOC's for masks."""
    home = PurePosixPath(picture).parent
    return home if home.name.lower() in _MASKS_OF_VOC else None


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
    for form, looks_right in _LOOKS:
        if looks_right(members):
            return form
    if any(map(is_unread, members.names())):
        raise DataError(
            f"{members.label} holds pictures of a kind that is not read",
            f"Save them as PNG or JPEG; these are read: {', '.join(PICTURES)}.",
        )
    endings = sorted({PurePosixPath(name).suffix.lower() for name in members.names()} & {*PACKED})
    inside = f" Pictures inside of {', '.join(endings)} are not read: take them out first."
    raise DataError(
        f"{members.label} holds no picture, and looks like no format that can be read",
        f"Give the folder that holds the pictures ({', '.join(PICTURES)})."
        + (inside if endings else ""),
    )


_LOOKS: tuple[tuple[str, Callable[[Members], bool]], ...] = (
    ("voc", has_annotations_folder),
    ("coco", lambda members: bool(annotation_files(members))),
    ("kitti", lambda members: bool(label_files(members))),
    ("cvat", lambda members: bool(cvat_files(members))),
    ("labelme", lambda members: bool(labelme_files(members))),
    ("masks", lambda members: bool(pairs_of(members)[0])),
    ("yolo", lambda members: names_file(members) is not None or has_labels(members)),
    ("voc", has_annotations),
    ("csv", lambda members: len(tables_of(members)) == 1),
    ("imagefolder", lambda members: any(is_picture(n) and "/" in n for n in members.names())),
    ("unlabeled", lambda members: any(is_picture(name) for name in members.names())),
)
