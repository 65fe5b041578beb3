"""COCO's JSON, decoded straight into typed records: quicker and leaner than a tree of dicts.

A file in which every entry is what it should be is decoded at once. One that is not is decoded
entry by entry, and each that is wrong is a problem.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any, TypeVar

import msgspec

from haversack.data.byod.records import Problem
from haversack.data.errors import DataError

HINT = "Give a JSON file with images, annotations and categories."
_ONE_EACH = "Give each category and each image an id of its own."
_BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
Key = int | str | float
Entry = TypeVar("Entry")


class Image(msgspec.Struct, gc=False, rename={"lacks": "haversack:lacks"}):
    """A picture of the list; ``lacks`` says that an object of it was left out as wrong."""

    id: Key
    file_name: str
    width: Any = None  # many files say 0, null or nothing
    height: Any = None
    lacks: bool = False


class Category(msgspec.Struct, gc=False):
    """A class of the list."""

    id: Key
    name: str


class Annotation(msgspec.Struct, gc=False):
    """An object: its box is x, y, width, height."""

    image_id: Key
    category_id: Key
    bbox: tuple[float, float, float, float] | None = None
    iscrowd: int | bool | None = 0


class _Whose(msgspec.Struct, gc=False):
    """The picture of an object of which nothing else may be right."""

    image_id: Key


class RunLengths(msgspec.Struct, gc=False):
    """An object's pixels; ``size`` is height and width."""

    size: tuple[int, int]
    counts: list[int] | str


class Outlined(Annotation, gc=False):
    """An object with its outline."""

    segmentation: list[list[float]] | RunLengths | None = None


class Boxed(msgspec.Struct):
    """A whole file, of whose objects the boxes are asked."""

    images: list[Image]
    categories: list[Category]
    annotations: list[Annotation]


class Segmented(msgspec.Struct):
    """A whole file, of whose objects the outlines are asked."""

    images: list[Image]
    categories: list[Category]
    annotations: list[Outlined]


class _Loose(msgspec.Struct):
    images: list[msgspec.Raw]
    categories: list[msgspec.Raw]
    annotations: list[msgspec.Raw]


Document = Boxed | Segmented
ReadJson = Callable[[str, bytes, Callable[[Problem], None], bool], Document]
_BOXED, _SEGMENTED = msgspec.json.Decoder(Boxed), msgspec.json.Decoder(Segmented)
_LOOSE = msgspec.json.Decoder(_Loose)
_IMAGE, _CATEGORY = msgspec.json.Decoder(Image), msgspec.json.Decoder(Category)
_ANNOTATION, _OUTLINED = msgspec.json.Decoder(Annotation), msgspec.json.Decoder(Outlined)
_WHOSE = msgspec.json.Decoder(_Whose)
_ID, _IMAGE_ID, _CATEGORY_ID = map(attrgetter, ("id", "image_id", "category_id"))
_LISTS = {
    name: re.compile(rb'(?<!\\)"%b"\s*:\s*\[' % name.encode())
    for name in ("images", "categories", "annotations")
}


def decode(
    file: str, content: bytes, tell: Callable[[Problem], None], outlines: bool = False
) -> Document:
    """Decode a file and see that its references lead somewhere.

    Args:
        file: Its name, for errors.
        content: Its bytes.
        tell: Takes the problems; what they are about is not in the answer.
        outlines: Whether the outlines of objects are asked.

    Raises:
        DataError: It is no JSON, has not the three lists, or an id is two classes.
    """
    document = _decode(file, content, tell, outlines)
    _drop_nameless(file, document, tell)
    for name, begins in _LISTS.items():
        if content.count(b'"%b"' % name.encode()) > 1 and len(begins.findall(content)) > 1:
            tell(Problem(file, f"has more than one list of {name}; one of them is read"))
    used = _Used(document)
    if not used.are_whole_numbers():
        _make_alike(document)
        used = _Used(document)
    _refuse_other_names(file, document)
    _drop_lost(file, document, used, tell)
    if len(used.listed_images) < len(document.images):
        _drop_shared(file, document, tell)
    return document


def _decode(file: str, content: bytes, tell: Callable[[Problem], None], outlines: bool) -> Document:
    try:
        return (_SEGMENTED if outlines else _BOXED).decode(content)
    except _BROKEN:
        pass  # once more, entry by entry
    try:
        loose = _LOOSE.decode(content)
    except msgspec.ValidationError as error:
        raise DataError(
            f"{file} has no lists of images, annotations, categories: {error}", HINT
        ) from error
    except _BROKEN as error:
        raise DataError(f"{file} is no JSON: {error}", HINT) from error
    images = list(_each(loose.images, _IMAGE, file, "image", tell))
    categories = list(_each(loose.categories, _CATEGORY, file, "category", tell))
    wrong: list[msgspec.Raw] = []
    told = (file, "annotation", tell, wrong.append)
    document: Document
    if outlines:
        outlined = list(_each(loose.annotations, _OUTLINED, *told))
        document = Segmented(images, categories, outlined)
    else:
        document = Boxed(images, categories, list(_each(loose.annotations, _ANNOTATION, *told)))
    note_lacking(images, map(_whose, wrong))
    return document


def _whose(entry: msgspec.Raw) -> Key | None:
    try:
        return _WHOSE.decode(entry).image_id
    except _BROKEN:
        return None


def note_lacking(images: list[Image], of: Iterable[Key | None]) -> None:
    """Note at pictures that an object of theirs was left out as wrong.

    Args:
        images: The pictures.
        of: Their ids.
    """
    ids = {_plain(one) for one in of if one is not None}
    for image in images if ids else ():
        image.lacks = image.lacks or _plain(image.id) in ids


def _each(
    entries: list[msgspec.Raw],
    decoder: msgspec.json.Decoder[Entry],
    file: str,
    what: str,
    tell: Callable[[Problem], None],
    keep: Callable[[msgspec.Raw], object] = lambda _: None,
) -> Iterator[Entry]:
    for number, entry in enumerate(entries, 1):
        try:
            yield decoder.decode(entry)
        except _BROKEN as error:
            keep(entry)
            tell(Problem(file, f"{what} {number} of the list: {error}"))


class _Used:
    """The ids that a file lists, and those that its objects name."""

    def __init__(self, document: Document) -> None:
        self.listed_images: set[Key] = set(map(_ID, document.images))
        self.listed_categories: set[Key] = set(map(_ID, document.categories))
        self.images: set[Key] = set(map(_IMAGE_ID, document.annotations))
        self.categories: set[Key] = set(map(_CATEGORY_ID, document.annotations))

    def are_whole_numbers(self) -> bool:
        every = (self.listed_images, self.listed_categories, self.images, self.categories)
        return all(set(map(type, keys)) <= {int} for keys in every)


def _make_alike(document: Document) -> None:
    """Make 7, 7.0 and "7" the same id, where a file uses more than whole numbers."""
    for image in document.images:
        image.id = _plain(image.id)
    for category in document.categories:
        category.id = _plain(category.id)
    for annotation in document.annotations:
        annotation.image_id = _plain(annotation.image_id)
        annotation.category_id = _plain(annotation.category_id)


def _plain(key: Key) -> Key:
    if isinstance(key, float) and key.is_integer():
        return str(int(key))
    return str(key)


def _drop_nameless(file: str, document: Document, tell: Callable[[Problem], None]) -> None:
    """Leave out classes without a name, and with them their objects."""
    if all(category.name.strip() for category in document.categories):
        return
    for category in document.categories:
        if not category.name.strip():
            tell(Problem(file, f"category {_short(category.id)} has no name"))
    document.categories = [one for one in document.categories if one.name.strip()]


def _drop_lost(file: str, document: Document, used: _Used, tell: Callable[[Problem], None]) -> None:
    """Leave out objects of pictures or classes that are not listed."""
    lost = used.images - used.listed_images
    unknown = used.categories - used.listed_categories
    if not lost and not unknown:
        return
    for number, one in enumerate(document.annotations, 1):
        if one.image_id in lost:
            what = f"annotation {number} is of image {_short(one.image_id)}, which is not listed"
            tell(Problem(file, what))
        elif one.category_id in unknown:
            what = f"annotation {number} names category {_short(one.category_id)}"
            tell(Problem(file, f"{what}, which is not listed"))
    note_lacking(
        document.images,
        (one.image_id for one in document.annotations if one.category_id in unknown),
    )
    if isinstance(document, Boxed):
        document.annotations = [one for one in document.annotations if _listed(one, lost, unknown)]
    else:
        outlined = [one for one in document.annotations if _listed(one, lost, unknown)]
        document.annotations = outlined


def _refuse_other_names(file: str, document: Document) -> None:
    """Refuse a file in which one id is two classes."""
    names: dict[Key, str] = {}
    for category in document.categories:
        if names.setdefault(category.id, category.name) != category.name:
            which = f"{names[category.id][:40]} and {category.name[:40]}"
            raise DataError(f"{file}: category {_short(category.id)} is both {which}", _ONE_EACH)


def _drop_shared(file: str, document: Document, tell: Callable[[Problem], None]) -> None:
    """Leave out pictures of one id: nobody says which of them an object is of."""
    names: dict[Key, set[str]] = defaultdict(set)
    for image in document.images:
        names[image.id].add(image.file_name)
    for image in document.images:
        if len(names[image.id]) > 1:
            what = f"the picture {image.file_name[:200]} has the id {_short(image.id)} of another"
            tell(Problem(file, f"{what}; left out"))
    document.images = [image for image in document.images if len(names[image.id]) == 1]


def _listed(one: Annotation, lost: set[Key], unknown: set[Key]) -> bool:
    return one.image_id not in lost and one.category_id not in unknown


def _short(key: Key) -> str:
    return str(key)[:40]
