"""What every reader of a format gives: pictures with what is said of them, and what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from haversack.data.byod.regions import Palette, Region

Task = Literal["classification", "detection", "segmentation", "unlabeled"]
TASKS: tuple[Task, ...] = ("classification", "detection", "segmentation", "unlabeled")
Box = tuple[float, float, float, float]
PICTURES = (
    ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".bmp", ".webp", ".tif", ".tiff", ".ppm", ".pgm",
    ".pbm",
)  # fmt: skip
LONGEST_PATH = 4096
"""What is named at greater length is cut from the left: no file's path is so long."""
UNREAD = (
    ".heic", ".heif", ".avif", ".gif", ".jp2", ".j2k", ".jxl", ".tga", ".psd", ".svg", ".exr",
    ".dcm", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2",
)  # fmt: skip
"""Endings of pictures that are told and left out."""
TEST = "test"
SPLITS = {
    "train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val",
    "dev": "val", "test": TEST, "testing": TEST, "eval": TEST,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Labelled:
    """One picture of a set.

    Attributes:
        picture: Its path within the set.
        label: Its class (classification); empty for the other tasks.
        boxes: Its objects (detection): class, and left, top, right, bottom in pixels with
            exclusive ends.
        split: ``train``, ``val`` or ``test`` where the set says so, else empty; once the set is
            checked ``train`` or ``val``.
        mask: The path of its mask within the set (segmentation); empty where there is none.
        regions: Its objects as areas (segmentation); a later one lies over an earlier one.
        areas: The pixels of each class that its mask shows; settled when the set is checked.
        size: Its width and height upright, in pixels, where the labels' file says them.
        group: What it has in common with others, where a column of the set says so.
    """

    picture: str
    label: str = ""
    boxes: tuple[tuple[str, Box], ...] = ()
    split: str = ""
    mask: str = ""
    regions: tuple[Region, ...] = ()
    areas: tuple[tuple[str, int], ...] = ()
    group: str = ""
    size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that was left out or mended.

    Attributes:
        file: Where it is.
        what: What is wrong with it.
    """

    file: str
    what: str


@dataclass(frozen=True)
class Found:
    """What a reader made of a folder.

    Attributes:
        format: The format's name.
        task: What the labels are for.
        pictures: The pictures, in order of their paths.
        problems: What was left out.
        palette: What the numbers or colours of mask files mean; None where there are no such files.
        told: Pictures that are left out with a label file that a problem names already.
    """

    format: str
    task: Task
    pictures: tuple[Labelled, ...]
    problems: tuple[Problem, ...] = field(default=())
    palette: Palette | None = None
    told: tuple[str, ...] = ()


def with_its_picture(file: str, what: str, picture: str | None) -> tuple[Problem, tuple[str, ...]]:
    """Tell of a label file that cannot be read, once for the file and its picture.

    Args:
        file: The label file.
        what: What is wrong with it.
        picture: The picture that goes by its name; None where there is none.

    Returns:
        The problem, and the picture for ``Found.told``.
    """
    if picture is None:
        return Problem(file, what), ()
    return Problem(file, f"{what}; its picture is left out"), (picture,)


def is_picture(name: str) -> bool:
    """Say whether a file's name is a picture's."""
    return name.lower().endswith(PICTURES)


def is_unread(name: str) -> bool:
    """Say whether a file's name is that of a picture of a kind that is not read."""
    return name.lower().endswith(UNREAD)


def split_in(path: str) -> str:
    """Give the split that the nearest of a path's folders names; empty where none does."""
    for part in reversed(path.split("/")[:-1]):
        if part.lower() in SPLITS:
            return SPLITS[part.lower()]
    return ""
