"""Which format a folder is in, and reading it by that format's reader."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

from PIL import Image

from haversack.data.byod.coco import annotation_files, read_coco
from haversack.data.byod.csv_labels import read_csv_labels, tables_of
from haversack.data.byod.cvat import cvat_files, read_cvat
from haversack.data.byod.image_folder import read_image_folder
from haversack.data.byod.kitti import label_files, read_kitti
from haversack.data.byod.labelme import labelme_files, read_labelme
from haversack.data.byod.records import Found, is_picture
from haversack.data.byod.voc import annotations_of, read_voc_set
from haversack.data.byod.yolo import names_file, read_yolo
from haversack.data.errors import DataError
from haversack.data.readers.members import Members

AUTO = "auto"
READERS: Mapping[str, Callable[[Members], Found]] = {
    "voc": read_voc_set,
    "coco": read_coco,
    "yolo": lambda members: read_yolo(members, lambda name: _size(members, name)),
    "kitti": read_kitti,
    "cvat": read_cvat,
    "labelme": read_labelme,
    "csv": read_csv_labels,
    "imagefolder": read_image_folder,
}


def read_set(members: Members, form: str = AUTO) -> Found:
    """Read a set in a format, or in the one that it seems to be in.

    Raises:
        DataError: The format is unknown, or the set is not in it, or it holds no picture.
    """
    known = ", ".join((AUTO, *READERS))
    chosen = seems(members) if form == AUTO else form
    if chosen not in READERS:
        raise DataError(f"no format is called {form!r}", f"Choose one of: {known}.")
    found = READERS[chosen](members)
    if not found.pictures:
        why = f"; the first problem: {found.problems[0].what}" if found.problems else ""
        raise DataError(
            f"{members.label} holds no picture that can be used as {chosen}{why}",
            f"Give the folder that holds them, or another format: {known}.",
        )
    return found


def seems(members: Members) -> str:
    """Give the format that a set seems to be in.

    Raises:
        DataError: It looks like none.
    """
    if annotations_of(members):
        return "voc"
    if annotation_files(members):
        return "coco"
    if label_files(members):
        return "kitti"
    if cvat_files(members):
        return "cvat"
    if labelme_files(members):
        return "labelme"
    if names_file(members) is not None:
        return "yolo"
    if len(tables_of(members)) == 1:
        return "csv"
    if any(is_picture(name) and "/" in name for name in members.names()):
        return "imagefolder"
    raise DataError(
        f"{members.label} looks like no format that can be read",
        f"Give one with --format: {', '.join(READERS)}.",
    )


def _size(members: Members, name: str) -> tuple[int, int]:
    try:
        with Image.open(io.BytesIO(members.read(name))) as picture:
            return picture.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DataError(f"cannot be read: {error}", "Replace or remove it.") from error
