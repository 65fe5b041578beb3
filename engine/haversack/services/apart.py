"""Reading what is large in a process apart, so that a window goes on meanwhile.

Where no process can be started, or it ends before its time, the file is read here after all.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from haversack.base.files import read_bytes
from haversack.bundle.have import LIMIT, HaveList, decode_have_list
from haversack.bundle.have_portions import from_lines as have_list_from
from haversack.bundle.manifest import Manifest, decode_manifest
from haversack.bundle.portions import from_lines as manifest_from
from haversack.data.byod.coco_json import Document, decode
from haversack.data.byod.coco_portions import from_lines as coco_from
from haversack.data.byod.cvat_portions import from_lines as cvat_from
from haversack.data.byod.cvat_xml import Drawn, decode_xml
from haversack.data.byod.records import Problem
from haversack.data.byod.wanted import FileReaders
from haversack.runs.environment import own_command, worker_environment

LARGE = 5_000_000
"""Bytes of a file from which on reading it would hold up the other threads of a process."""
T = TypeVar("T")


def decode_apart(content: bytes, file: str) -> Manifest:
    """Read a manifest as ``decode_manifest`` does; a large one in a process of its own.

    Args:
        content: Its bytes, whose digest was checked before.
        file: Its name, for errors.

    Raises:
        Invalid: It breaks a rule of the format.
    """
    return _read(("manifest", file), content, manifest_from, lambda: decode_manifest(content, file))


def read_have_list_apart(path: Path) -> HaveList:
    """Read a have-list as ``read_have_list`` does; a large one in a process of its own.

    Raises:
        FileFormatError: It is none.
        StorageError: It cannot be read, or is too large.
    """
    content, file = read_bytes(path, LIMIT), str(path)
    return _read(
        ("have-list", file), content, have_list_from, lambda: decode_have_list(content, file)
    )


def read_coco_apart(
    file: str, content: bytes, tell: Callable[[Problem], None], outlines: bool = False
) -> Document:
    """Read COCO's JSON as ``coco_json.decode`` does; a large file in a process of its own.

    Raises:
        DataError: It is no JSON, or has not the three lists.
    """
    problems: list[Problem] = []

    def there(lines: Iterable[bytes]) -> Document:
        return coco_from(lines, problems.append, outlines)

    def here() -> Document:
        problems.clear()
        return decode(file, content, problems.append, outlines)

    document = _read((_kind("coco", outlines), file), content, there, here)
    for problem in problems:
        tell(problem)
    return document


def read_cvat_apart(file: str, content: bytes, outlines: bool = False) -> list[Drawn]:
    """Read CVAT's XML as ``decode_xml`` does; a large file in a process of its own.

    Raises:
        DataError: It is no XML, declares a document type, or is too large.
    """
    return _read(
        (_kind("cvat", outlines), file),
        content,
        cvat_from,
        lambda: decode_xml(file, content, outlines),
    )


APART = FileReaders(read_coco_apart, read_cvat_apart)
"""Reads the large files of a set in a process apart."""


def _kind(form: str, outlines: bool) -> str:
    return f"{form}-{'outlines' if outlines else 'boxes'}"


def _read(
    words: tuple[str, str],
    content: bytes,
    there: Callable[[Iterable[bytes]], T],
    here: Callable[[], T],
) -> T:
    if len(content) > LARGE:
        try:
            return _asked(words, content, there)
        except (OSError, ValueError):
            pass  # here, then
    return here()


def _asked(words: tuple[str, str], content: bytes, read: Callable[[Iterable[bytes]], T]) -> T:
    with subprocess.Popen(  # noqa: S603 - this program itself
        [*own_command("decoder"), *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=worker_environment(),
    ) as child:
        assert child.stdin is not None and child.stdout is not None  # noqa: S101 - both were asked for
        with child.stdin:
            child.stdin.write(content)
        return read(child.stdout)
