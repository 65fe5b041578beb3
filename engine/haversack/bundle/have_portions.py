"""A have-list on its way from one process to another, in short portions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import orjson

from haversack.base.errors import FileFormatError
from haversack.bundle.have import PORTION, HaveList, decode_have_list


def as_lines(file: str, content: bytes) -> Iterator[bytes]:
    """Read a have-list and tell it, or why it is refused.

    Args:
        file: Its name, for errors.
        content: Its bytes.
    """
    try:
        have = decode_have_list(content, file)
    except FileFormatError as error:
        yield _line({"refused": [error.message, error.hint]})
        return
    yield _line({"files": len(have.files)})
    pairs = list(have.files.items())
    for at in range(0, len(pairs), PORTION):
        yield _line(pairs[at : at + PORTION])


def from_lines(lines: Iterable[bytes]) -> HaveList:
    """Make the have-list that ``as_lines`` told; its rules were checked where it was read.

    Raises:
        FileFormatError: The lines say that it is none.
        ValueError: They break off, or are none of ``as_lines``.
    """
    told = (orjson.loads(line) for line in lines)
    head = next(told, None)
    if isinstance(head, dict) and "refused" in head:
        raise FileFormatError(*head["refused"])
    if not isinstance(head, dict) or "files" not in head:
        raise ValueError("a have-list was not told")
    files: dict[str, int] = {}
    for portion in told:
        files.update(portion)
    if len(files) != head["files"]:
        raise ValueError("what was told of a have-list breaks off")
    return HaveList(files)


def _line(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
