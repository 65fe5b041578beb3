"""A set's pictures to look at: small ones, decoded when they are asked for, and their labels.

Small pictures of large files are kept in the pantry's folder ``thumbnails``; those of small files
are decoded again, which is quicker than keeping them.
"""

from __future__ import annotations

import contextlib
import io
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from haversack.base.digests import sha256_bytes
from haversack.base.files import StorageError, read_bytes, write_bytes
from haversack.data.byod.check import Checked
from haversack.data.byod.folder import BroughtFolder
from haversack.data.byod.masks import Painter
from haversack.data.byod.records import Labelled, Problem
from haversack.data.errors import DataError
from haversack.data.pictures import MAX_PIXELS, as_rgb, upright, upright_size
from haversack.pantry.pantry import Pantry

THUMBNAILS = "thumbnails"
EDGE = 256
KEPT_SETS = 5
KEPT_FROM = 1024  # the longer edge of a picture from which its thumbnail is kept
MOST_MEASURED = 2000
_LIMIT = 1 << 20
_HINT = "Replace or remove the file."
Pixels = npt.NDArray[np.uint8]
__all__ = [
    "Checked",
    "Gallery",
    "Problem",
    "Shown",
    "Small",
    "folder_gallery",
    "shown_of",
    "thumbnails_of",
]


@dataclass(frozen=True, slots=True)
class Shown:
    """What is said of one picture, ready to be drawn.

    Attributes:
        name: Its path within the set.
        label: Its class; empty where it has boxes or a mask instead.
        split: ``train`` or ``val``.
        boxes: Class, left, top, right, bottom in pixels of the picture.
        classes: The classes that it shows.
    """

    name: str
    label: str
    split: str
    boxes: tuple[tuple[str, float, float, float, float], ...]
    classes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Small:
    """A picture made small.

    Attributes:
        pixels: ``(height, width, 3)`` uint8 RGB.
        width: Of the picture itself, in pixels.
        height: Of the picture itself, in pixels.
        mask: ``(height, width)`` numbers of classes at the small picture's pixels, 255 where
            nothing is judged; None where there is no mask.
    """

    pixels: Pixels
    width: int
    height: int
    mask: Pixels | None = None


@dataclass(frozen=True)
class Gallery:
    """The pictures of a set; reading one may be slow and is done off the GUI thread.

    Attributes:
        title: What the set is called.
        task: What its labels are for.
        classes: Its classes in order.
        pictures: What is said of each picture.
        read: Gives the bytes of the picture at a place.
        key: Names the bytes of the picture at a place, for the thumbnails that are kept.
        folder: Where thumbnails are kept; None for nowhere.
        mask: Gives the mask of the picture at a place, of a height and a width; None where there
            are no masks.
    """

    title: str
    task: str
    classes: tuple[str, ...]
    pictures: tuple[Shown, ...]
    read: Callable[[int], bytes]
    key: Callable[[int], str]
    folder: Path | None = None
    mask: Callable[[int, int, int], Pixels] | None = None

    def small(self, at: int, edge: int = EDGE) -> Small:
        """Give a picture with no edge longer than ``edge``, with its mask where it has one.

        Raises:
            DataError: It is no picture any more.
            StorageError: It cannot be read any more.
        """
        small = self._picture(at, edge)
        if self.mask is None:
            return small
        mask = Image.fromarray(self.mask(at, small.height, small.width))
        height, width = small.pixels.shape[:2]
        shrunk = mask.resize((width, height), Image.Resampling.NEAREST)
        return replace(small, mask=np.array(shrunk))

    def _picture(self, at: int, edge: int) -> Small:
        kept = self._kept(at, edge)
        if kept is not None:
            with contextlib.suppress(StorageError, OSError, ValueError, SyntaxError):
                return _read_kept(kept)
        made = _shrunk(self.read(at), self.pictures[at].name, edge)
        if kept is not None and max(made.width, made.height) >= KEPT_FROM:
            with contextlib.suppress(StorageError):
                write_bytes(kept, _encoded(made))
        return made

    def sizes(self, most: int = MOST_MEASURED) -> list[tuple[int, int]]:
        """Give width and height of pictures spread evenly over the set; broken ones are skipped.

        Args:
            most: How many are looked at.
        """
        step = max(1, -(-len(self.pictures) // most))
        found = []
        for at in range(0, len(self.pictures), step):
            with (
                contextlib.suppress(DataError, StorageError, OSError, SyntaxError, ValueError),
                Image.open(io.BytesIO(self.read(at))) as picture,
            ):
                found.append(upright_size(picture))
        return found

    def _kept(self, at: int, edge: int) -> Path | None:
        if self.folder is None:
            return None
        name = sha256_bytes(f"{self.key(at)}/{edge}".encode())
        return self.folder / name[:2] / f"{name[2:40]}.jpg"


def folder_gallery(folder: Path, checked: Checked, pantry: Pantry) -> Gallery:
    """Give the pictures of a folder that was checked.

    Args:
        folder: The folder.
        checked: What ``check_data`` made of it.
        pantry: Where thumbnails are kept.
    """
    members = BroughtFolder(folder)
    names = [one.picture for one in checked.pictures]

    def key(at: int) -> str:
        try:
            about = (folder / names[at]).stat()
        except OSError:
            return names[at]
        return f"{names[at]}:{about.st_size}:{about.st_mtime_ns}"

    return Gallery(
        folder.name,
        checked.task,
        checked.classes,
        tuple(map(shown_of, checked.pictures)),
        lambda at: members.read(names[at]),
        key,
        thumbnails_of(pantry, f"folder:{folder.resolve()}"),
        _masks(members, checked),
    )


def _masks(members: BroughtFolder, checked: Checked) -> Callable[[int, int, int], Pixels] | None:
    if checked.task != "segmentation":
        return None
    painter = Painter(members, checked.classes, checked.palette)
    return lambda at, height, width: painter.mask(checked.pictures[at], height, width)[0]


def shown_of(one: Labelled) -> Shown:
    """Give what is said of a picture, ready to be drawn."""
    boxes = tuple((name, *box) for name, box in one.boxes)
    classes = {name for name, _ in one.boxes} | {name for name, _ in one.areas}
    if one.label:
        classes.add(one.label)
    return Shown(one.picture, one.label, one.split, boxes, frozenset(classes))


def thumbnails_of(pantry: Pantry, name: str) -> Path:
    """Give the folder of a set's thumbnails; those of sets that were looked at long ago go."""
    home = pantry.path / THUMBNAILS
    mine = home / sha256_bytes(name.encode())[:24]
    with contextlib.suppress(OSError):
        mine.mkdir(parents=True, exist_ok=True)
        mine.touch()
        places = sorted(home.iterdir(), key=lambda place: place.stat().st_mtime, reverse=True)
        for place in places[KEPT_SETS:]:
            shutil.rmtree(place, ignore_errors=True)
    return mine


def _shrunk(content: bytes, name: str, edge: int) -> Small:
    try:
        with Image.open(io.BytesIO(content)) as picture:
            width, height = upright_size(picture)
            if width * height > MAX_PIXELS:
                raise DataError(f"{name} claims {width} x {height} pixels", _HINT)
            picture.draft("RGB", (2 * edge, 2 * edge))
            shrunk = as_rgb(upright(picture), name)
            shrunk.thumbnail((edge, edge), Image.Resampling.BILINEAR, reducing_gap=2.0)
            return Small(np.array(shrunk), width, height)
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise DataError(f"{name} cannot be shown: {error}", _HINT) from error


def _encoded(small: Small) -> bytes:
    out = io.BytesIO()
    size = f"{small.width}x{small.height}".encode()
    Image.fromarray(small.pixels).save(out, "JPEG", quality=85, comment=size)
    return out.getvalue()


def _read_kept(file: Path) -> Small:
    with Image.open(io.BytesIO(read_bytes(file, _LIMIT)), formats=["JPEG"]) as picture:
        width, height = (int(part) for part in bytes(picture.info["comment"]).split(b"x"))
        return Small(np.array(picture.convert("RGB")), width, height)
