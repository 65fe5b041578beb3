"""A COCO file on its way from one process to another, in portions that are read in a moment each.

A parser of JSON holds Python's lock from the first byte to the last, 1 s for each 200 MB or so. So
another process reads a large file and tells it in short lines.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from haversack.data.byod.coco_json import (
    Annotation,
    Boxed,
    Category,
    Document,
    Image,
    Outlined,
    Segmented,
    decode,
)
from haversack.data.byod.records import Problem
from haversack.data.errors import DataError

PORTION = 500
_ENCODER = msgspec.json.Encoder()
_IMAGES = msgspec.json.Decoder(list[Image])
_CATEGORIES = msgspec.json.Decoder(list[Category])
_ANNOTATIONS = msgspec.json.Decoder(list[Annotation])
_OUTLINED = msgspec.json.Decoder(list[Outlined])
_PROBLEMS = msgspec.json.Decoder(list[Problem])
_REFUSAL = msgspec.json.Decoder(tuple[str, str])
IMAGES, CATEGORIES, ANNOTATIONS, PROBLEMS, REFUSED, END = (b"i", b"c", b"a", b"p", b"r", b".")
"""The first byte of a line: what it tells."""


def as_lines(file: str, content: bytes, outlines: bool) -> Iterator[bytes]:
    """Read a file and tell it, its problems included, or why it is refused.

    Args:
        file: Its name, for errors.
        content: Its bytes.
        outlines: Whether the outlines of objects are asked.
    """
    problems: list[Problem] = []
    try:
        document = decode(file, content, problems.append, outlines)
    except DataError as error:
        yield _line(REFUSED, (error.message, error.hint))
        return
    told: tuple[tuple[bytes, Sequence[object]], ...] = (
        (PROBLEMS, problems),
        (IMAGES, document.images),
        (CATEGORIES, document.categories),
        (ANNOTATIONS, document.annotations),
    )
    for kind, entries in told:
        for start in range(0, len(entries), PORTION):
            yield _line(kind, entries[start : start + PORTION])
    yield _line(END, len(document.annotations))


def from_lines(lines: Iterable[bytes], tell: Callable[[Problem], None], outlines: bool) -> Document:
    """Make the document that ``as_lines`` told, with its problems.

    Raises:
        DataError: The lines say why the file is refused.
        ValueError: They break off, or are none of ``as_lines``.
    """
    try:
        return _from_lines(lines, tell, outlines)
    except msgspec.MsgspecError as error:
        raise ValueError(f"a COCO file was not told: {error}") from error


def _from_lines(
    lines: Iterable[bytes], tell: Callable[[Problem], None], outlines: bool
) -> Document:
    images: list[Image] = []
    categories: list[Category] = []
    boxed: list[Annotation] = []
    outlined: list[Outlined] = []
    ended = False
    for line in lines:
        kind, entries = line[:1], line[1:]
        if kind == IMAGES:
            images += _IMAGES.decode(entries)
        elif kind == CATEGORIES:
            categories += _CATEGORIES.decode(entries)
        elif kind == ANNOTATIONS and outlines:
            outlined += _OUTLINED.decode(entries)
        elif kind == ANNOTATIONS:
            boxed += _ANNOTATIONS.decode(entries)
        elif kind == PROBLEMS:
            for problem in _PROBLEMS.decode(entries):
                tell(problem)
        elif kind == REFUSED:
            raise DataError(*_REFUSAL.decode(entries))
        elif kind == END:
            ended = int(entries) == len(boxed) + len(outlined)
        else:
            raise ValueError("a COCO file was not told")
    if not ended:
        raise ValueError("what was told of a COCO file breaks off")
    return Segmented(images, categories, outlined) if outlines else Boxed(images, categories, boxed)


def _line(kind: bytes, value: object) -> bytes:
    return kind + _ENCODER.encode(value) + b"\n"
