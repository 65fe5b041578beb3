"""CVAT's XML, read as a stream; it may declare nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn
from xml.parsers import expat

from haversack.data.byod.cvat_shapes import SHAPES, boxed, outlined
from haversack.data.byod.records import Box
from haversack.data.byod.regions import Region
from haversack.data.errors import DataError
from haversack.data.readers.size_said import size_said

MAX_BYTES = 256 << 20
_HINT = "Export it again as `CVAT for images 1.1`."


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture as the file names it, with what is drawn on it.

    Attributes:
        name: Its name; empty where there is none.
        subset: The subset that it is said to be in.
        boxes: Its objects: class, and left, top, right, bottom in pixels.
        regions: Its objects as areas; a later one lies over an earlier one.
        faults: What is wrong with shapes that were left out.
        size: Its width and height in pixels, where the file says them.
        tags: How many labels are of the picture as a whole.
    """

    name: str
    subset: str
    boxes: tuple[tuple[str, Box], ...]
    regions: tuple[Region, ...]
    faults: tuple[str, ...]
    size: tuple[int, int] | None = None
    tags: int = 0

    @property
    def called(self) -> str:
        """What a person is told that it is called."""
        return called(self.name)


ReadXml = Callable[[str, bytes, bool], list[Drawn]]


def called(name: str) -> str:
    """Give a picture's name for a sentence."""
    return name[:200] or "without a name"


def decode_xml(file: str, content: bytes, outlines: bool = False) -> list[Drawn]:
    """Read an annotation file.

    Args:
        file: Its name, for errors.
        content: Its bytes.
        outlines: Whether the outlines of objects are asked, else their boxes.

    Raises:
        DataError: It is no XML, declares a document type, is too large, or is of a video.
    """
    if len(content) > MAX_BYTES:
        raise DataError(f"{file} is larger than {MAX_BYTES >> 20} MiB", _HINT)
    pictures: list[Drawn] = []
    said: dict[str, str] = {}
    boxes: list[tuple[str, Box]] = []
    regions: list[tuple[int, Region]] = []
    faults: list[str] = []
    followed: list[str] = []
    tags: list[str] = []

    def refuse(*_: object) -> NoReturn:
        raise DataError(f"{file} declares a document type, which is refused", _HINT)

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag == "image":
            for kept in (said, boxes, regions, faults, tags):
                kept.clear()
            said.update(attributes)
        elif tag == "track":
            followed.append(attributes.get("label", ""))
        elif said and tag == "tag":
            tags.append(attributes.get("label", ""))
        elif said and tag in SHAPES:
            try:
                if outlines:
                    regions.append(outlined(tag, attributes))
                else:
                    boxes.append(boxed(tag, attributes))
            except ValueError as error:
                faults.append(f"{called(said.get('name', ''))}: a {tag} {error}")

    def end(tag: str) -> None:
        if tag == "image":
            over = tuple(region for _, region in sorted(regions, key=lambda one: one[0]))
            pictures.append(
                Drawn(
                    said.get("name", ""),
                    said.get("subset", ""),
                    tuple(boxes),
                    over,
                    tuple(faults),
                    size_said(said.get("width"), said.get("height")),
                    len(tags),
                )
            )
            said.clear()

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise DataError(f"{file} is not readable XML: {error}", _HINT) from error
    if followed and not pictures:
        raise DataError(f"{file} follows objects through a video, which is not read", _HINT)
    return pictures
