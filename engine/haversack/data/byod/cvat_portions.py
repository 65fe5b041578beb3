"""A CVAT file on its way from one process to another, in short portions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from haversack.base.collecting import no_collecting
from haversack.data.byod.cvat_xml import Drawn, decode_xml
from haversack.data.errors import DataError

PORTION = 100
_ENCODER = msgspec.json.Encoder()
_PICTURES = msgspec.json.Decoder(list[Drawn])
_REFUSAL = msgspec.json.Decoder(tuple[str, str])
PICTURES, REFUSED, END = b"p", b"r", b"."
"""The first byte of a line: what it tells."""


def as_lines(file: str, content: bytes, outlines: bool) -> Iterator[bytes]:
    """Read a file and tell it, or why it is refused; arguments as ``decode_xml``."""
    try:
        pictures = decode_xml(file, content, outlines)
    except DataError as error:
        yield _line(REFUSED, (error.message, error.hint))
        return
    for start in range(0, len(pictures), PORTION):
        yield _line(PICTURES, pictures[start : start + PORTION])
    yield _line(END, len(pictures))


def from_lines(lines: Iterable[bytes]) -> list[Drawn]:
    """Make the pictures that ``as_lines`` told.

    Raises:
        DataError: The lines say why the file is refused.
        ValueError: They break off, or are none of ``as_lines``.
    """
    try:
        with no_collecting():
            return _from_lines(lines)
    except msgspec.MsgspecError as error:
        raise ValueError(f"a CVAT file was not told: {error}") from error


def _from_lines(lines: Iterable[bytes]) -> list[Drawn]:
    pictures: list[Drawn] = []
    ended = False
    for line in lines:
        kind, entries = line[:1], line[1:]
        if kind == PICTURES:
            pictures += _PICTURES.decode(entries)
        elif kind == REFUSED:
            raise DataError(*_REFUSAL.decode(entries))
        elif kind == END:
            ended = int(entries) == len(pictures)
        else:
            raise ValueError("a CVAT file was not told")
    if not ended:
        raise ValueError("what was told of a CVAT file breaks off")
    return pictures


def _line(kind: bytes, value: object) -> bytes:
    return kind + _ENCODER.encode(value) + b"\n"
