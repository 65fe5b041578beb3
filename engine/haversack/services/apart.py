"""Reading what is large in a process apart, so that a window goes on meanwhile."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable
from typing import TypeVar

from haversack.bundle.manifest import Manifest, decode_manifest
from haversack.bundle.portions import from_lines as manifest_from
from haversack.data.byod.coco_json import Document, decode
from haversack.data.byod.coco_portions import from_lines as coco_from
from haversack.data.byod.records import Problem
from haversack.runs.environment import own_command, worker_environment

LARGE = 5_000_000
"""Bytes of JSON from which on reading it would hold up the other threads of a process."""
T = TypeVar("T")


def decode_apart(content: bytes, file: str) -> Manifest:
    """Read a manifest as ``decode_manifest`` does; a large one in a process of its own.

    Where no process can be started, or it ends before its time, the manifest is read here.

    Args:
        content: Its bytes, whose digest was checked before.
        file: Its name, for errors.

    Raises:
        Invalid: It breaks a rule of the format.
    """
    if len(content) > LARGE:
        try:
            return _asked(("manifest", file), content, manifest_from)
        except (OSError, ValueError):
            pass  # here, then
    return decode_manifest(content, file)


def read_coco_apart(
    file: str, content: bytes, tell: Callable[[Problem], None], outlines: bool = False
) -> Document:
    """Read COCO's JSON as ``coco_json.decode`` does; a large file in a process of its own.

    Where no process can be started, or it ends before its time, the file is read here.

    Raises:
        DataError: It is no JSON, or has not the three lists.
    """
    if len(content) > LARGE:
        problems: list[Problem] = []
        kind = "outlines" if outlines else "boxes"
        try:
            document = _asked(
                (kind, file), content, lambda lines: coco_from(lines, problems.append, outlines)
            )
        except (OSError, ValueError):
            pass  # here, then
        else:
            for problem in problems:
                tell(problem)
            return document
    return decode(file, content, tell, outlines)


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
