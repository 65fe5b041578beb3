"""Masks beside pictures: a folder of masks whose names are those of the pictures in another.

``images/a.jpg`` goes with ``masks/a.png``, also with folders for the splits above or below. What a
mask's values mean stands in a class list; without one every value is a class of its own.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath

import numpy as np

from haversack.data.byod.mask_files import decode_values, voc_colours
from haversack.data.byod.records import Found, Labelled, Problem, is_picture, split_in
from haversack.data.byod.regions import Palette
from haversack.data.byod.texts import lines_of, text_of
from haversack.data.byod.voc import listed_splits
from haversack.data.errors import DataError
from haversack.data.readers.members import Members
from haversack.data.sample import NOT_JUDGED

PICTURE_FOLDERS = frozenset({"images", "image", "imgs", "img", "jpegimages", "pictures", "photos"})
MASK_FOLDERS = frozenset({"masks", "mask", "segmentationclass", "labels", "annotations", "gt"})
LISTS = ("classes.txt", "labelmap.txt", "class_dict.csv")
BACKGROUND = "background"
_OBJECT = "object"
_WHERE = "the masks"
_SUFFIXES = ("_mask", "-mask", "_L", "_gt")
_LOSSY = frozenset({".jpg", ".jpeg", ".jpe", ".jfif"})
_MOST = 4 << 20
_VOC = (
    "background aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse "
    "motorbike person pottedplant sheep sofa train tvmonitor"
)
_HINT = "Give classes.txt (a class a line, from 0), labelmap.txt (name:r,g,b) or class_dict.csv."
Key = tuple[str, str]


def pairs_of(members: Members) -> tuple[dict[str, str], list[str], list[str]]:
    """Match masks with pictures by name.

    Returns:
        The mask of each picture, the pictures without one, and the masks without a picture.
    """
    masks: dict[Key, str] = {}
    pictures: dict[str, list[Key]] = {}
    for name in members.names():
        if not is_picture(name):
            continue
        stem = PurePosixPath(name).stem
        place = next(_places(name, MASK_FOLDERS), None)
        if place is not None:
            masks.setdefault((place, stem), name)
            masks.setdefault((place, _bare(stem)), name)
        else:
            keys = [(place, stem) for place in _places(name, PICTURE_FOLDERS)]
            pictures.update({name: keys} if keys else {})
    paired: dict[str, str] = {}
    for name, keys in pictures.items():
        mask = next((masks[key] for key in keys if key in masks), None)
        if mask is not None:
            paired[name] = mask
    taken = set(paired.values())
    alone = [name for name in pictures if name not in paired]
    return paired, alone, sorted(set(masks.values()) - taken)


def read_mask_folder(members: Members) -> Found:
    """Read every pair; a picture without a mask, or a mask without a picture, is a problem.

    So is a class list that is not there where the masks' values are more than a ground and an
    object, and masks kept as JPEG.

    Raises:
        DataError: The class list cannot be read, or the masks are in colour and there is none.
    """
    paired, alone, unused = pairs_of(members)
    problems = [Problem(name, "has no mask") for name in alone]
    problems += [Problem(name, "is a mask without a picture") for name in unused]
    lossy = sum(PurePosixPath(mask).suffix.lower() in _LOSSY for mask in paired.values())
    if lossy:
        told = f"{lossy} of {len(paired)} masks are JPEGs, which change values; save them as PNG"
        problems.append(Problem(_WHERE, told))
    palette = _palette(members, paired.values(), problems.append)
    listed = listed_splits(members, "Segmentation")
    pictures = tuple(
        Labelled(name, split=listed.get(PurePosixPath(name).stem) or split_in(name), mask=mask)
        for name, mask in paired.items()
    )
    return Found("masks", "segmentation", pictures, tuple(problems), palette)


def _places(name: str, folders: frozenset[str]) -> Iterator[str]:
    """Give a file's folder with a star for each part that is one of the folders."""
    parts = name.split("/")[:-1]
    for at, part in enumerate(parts):
        if part.lower() in folders:
            yield "/".join([*parts[:at], "*", *parts[at + 1 :]])


def _bare(stem: str) -> str:
    return next((stem.removesuffix(end) for end in _SUFFIXES if stem.endswith(end)), stem)


def _palette(members: Members, masks: Iterable[str], tell: Callable[[Problem], None]) -> Palette:
    file = next((name for name in LISTS if name in members), None)
    if file is None and any("SegmentationClass/" in mask for mask in masks):
        return _named(_VOC.split(), [tuple(colour) for colour in voc_colours()[:21].tolist()])
    if file is None:
        values, colour = _values(members, masks)
        if colour and not values:
            told = f"{colour} is a mask in colour; no class list says what that means"
            raise DataError(told, _HINT)
        palette = _unnamed(values)
        if set(palette.names) - {BACKGROUND, _OBJECT}:
            what = "no class list names their values; each value is a class of its own"
            tell(Problem(_WHERE, what))
        return palette
    text = text_of(members.read(file)[:_MOST], file)
    names, colours = _PARSERS[file](text, file)
    if not names or len(names) > NOT_JUDGED:
        raise DataError(f"{file} names {len(names)} classes; there may be 1 to {NOT_JUDGED}", _HINT)
    if len(set(names)) < len(names):
        raise DataError(f"{file} names a class twice", _HINT)
    palette = _named(names, colours)
    if len(names) == 2 and _values(members, masks)[0] <= {0, NOT_JUDGED}:
        return Palette(palette.names, {0: 0, NOT_JUDGED: 1}, palette.colours)
    return palette


def _values(members: Members, masks: Iterable[str]) -> tuple[set[int], str]:
    """Give every value that masks of one channel hold, and a mask in colour.

    Masks that cannot be read have neither.
    """
    found: set[int] = set()
    colour = ""
    for name in masks:
        try:
            values = decode_values(members.read(name), name, in_colour=False)
        except DataError:
            continue
        if values.ndim == 2:
            found |= set(np.flatnonzero(np.bincount(values.ravel(), minlength=256)).tolist())
        else:
            colour = colour or name
    return found, colour


def _unnamed(values: set[int]) -> Palette:
    """Name classes by their values; two values, the second 255, are a ground and an object."""
    if values == {0, NOT_JUDGED}:
        return Palette((BACKGROUND, _OBJECT), {0: 0, NOT_JUDGED: 1}, {})
    found = sorted(values - {NOT_JUDGED})
    names = tuple(BACKGROUND if value == 0 else f"class {value}" for value in found)
    return Palette(names, {value: number for number, value in enumerate(found)}, {})


def _named(names: list[str], colours: list[tuple[int, ...]]) -> Palette:
    by_colour = {(r, g, b): number for number, (r, g, b) in enumerate(colours)}
    return Palette(tuple(names), {number: number for number in range(len(names))}, by_colour)


def _lines(text: str, file: str) -> tuple[list[str], list[tuple[int, ...]]]:
    return lines_of(text, file), []


def _labelmap(text: str, file: str) -> tuple[list[str], list[tuple[int, ...]]]:
    """Read CVAT's list: ``name:r,g,b:parts:actions``, comments with ``#``."""
    names, colours = [], []
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            name, _, rest = line.partition(":")
            names.append(name.strip())
            colours.append(_colour(rest.partition(":")[0].split(","), file))
    return names, colours


def _class_dict(text: str, file: str) -> tuple[list[str], list[tuple[int, ...]]]:
    """Read CamVid's list: ``name,r,g,b`` with a line of titles."""
    names, colours = [], []
    try:
        for name, *parts in list(csv.reader(text.splitlines(), strict=True))[1:]:
            names.append(name.strip())
            colours.append(_colour(parts, file))
    except (csv.Error, ValueError) as error:
        raise DataError(f"{file} is no list of name,r,g,b", _HINT) from error
    return names, colours


def _colour(parts: list[str], file: str) -> tuple[int, ...]:
    try:
        colour = tuple(int(part) for part in parts)
    except ValueError:
        colour = ()
    if len(colour) != 3 or not all(0 <= part <= 255 for part in colour):
        raise DataError(f"{file} has a colour that is no r,g,b in 0..255", _HINT)
    return colour


_PARSERS: dict[str, Callable[[str, str], tuple[list[str], list[tuple[int, ...]]]]] = {
    "classes.txt": _lines,
    "labelmap.txt": _labelmap,
    "class_dict.csv": _class_dict,
}
