"""One Pascal VOC annotation file, read without trusting it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NoReturn
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from haversack.data.errors import DataError
from haversack.data.readers.size_said import size_said

MAX_BYTES = 4 << 20
HINT = "Correct the annotation or remove it with its picture, then run it again."


@dataclass(frozen=True, slots=True)
class VocObject:
    """One object: its class's name and its box (left, top, right, bottom; ends exclusive)."""

    name: str
    box: tuple[float, float, float, float]
    difficult: bool


@dataclass(frozen=True, slots=True)
class VocAnnotation:
    """What one annotation file says.

    Attributes:
        filename: The picture's file name.
        objects: What is in it.
        size: Its width and height in pixels, where the file says them.
    """

    filename: str | None
    objects: tuple[VocObject, ...]
    size: tuple[int, int] | None = None


def parse(content: bytes, name: str, ordered: bool = True) -> VocAnnotation:
    """Read an annotation.

    VOC counts pixels from 1 with maxima inside the object; the boxes given back count from 0 with
    exclusive ends.

    Args:
        content: The file's bytes.
        name: The file's name, for the error.
        ordered: Whether a box that ends before it starts is an error.

    Raises:
        DataError: It is no XML, declares a document type or entities, or a box makes no sense.
    """
    if len(content) > MAX_BYTES:
        raise DataError(f"{name} is larger than {MAX_BYTES >> 20} MiB", HINT)
    root = _parse_xml(content, name)
    filename = (root.findtext("filename") or "").strip() or None
    objects = tuple(_object(element, name, ordered) for element in root.iterfind("object"))
    said = (root.findtext("size/width"), root.findtext("size/height"))
    return VocAnnotation(filename, objects, size_said(*said))


def _object(element: Element, name: str, ordered: bool) -> VocObject:
    label = (element.findtext("name") or "").strip()
    if not label:
        raise DataError(f"{name} has an object without a name", HINT)
    box = element.find("bndbox")
    if box is None:
        raise DataError(f"{name} has an object ({label}) without a box", HINT)
    left, top, right, bottom = (
        _number(box, key, name, label) for key in ("xmin", "ymin", "xmax", "ymax")
    )
    if ordered and (right <= left - 1 or bottom <= top - 1):  # both ends are pixels of the object
        raise DataError(f"{name} has a box ({label}) that ends before it starts", HINT)
    difficult = (element.findtext("difficult") or "0").strip() == "1"
    return VocObject(label, (left - 1, top - 1, right, bottom), difficult)


def _number(box: Element, key: str, name: str, label: str) -> float:
    text = box.findtext(key)
    try:
        value = float(text or "")
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DataError(f"{name} has a box ({label}) whose {key} is {text!r}", HINT)
    return value


def _parse_xml(content: bytes, name: str) -> Element:
    """Parse XML that may not declare anything: no document type means no entities to expand."""
    builder = TreeBuilder()
    parser = expat.ParserCreate()

    def refuse(*_: object) -> NoReturn:
        raise DataError(f"{name} declares a document type, which is refused", HINT)

    def start(tag: str, attributes: dict[str, str]) -> None:
        builder.start(tag, attributes)

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(content, True)
        return builder.close()
    except (expat.ExpatError, AssertionError, LookupError, ValueError) as error:
        raise DataError(f"{name} is not readable XML: {error}", HINT) from error
