"""A manifest on its way from one process to another, in portions that are read in a moment each.

A parser of JSON holds Python's lock from the first byte to the last: 148 ms for 100,000 files, in
which no other thread moves. So another process reads the manifest and tells it in short lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from haversack.base.collecting import no_collecting
from haversack.bundle.errors import Invalid
from haversack.bundle.manifest import Manifest, ManifestFile

PORTION = 250


def as_lines(manifest: Manifest) -> Iterator[bytes]:
    """Give a manifest as lines of JSON: what holds for all of it, then its files by portions."""
    files = manifest.files
    yield _line({"blob_size": manifest.blob_size, "sticks": manifest.sticks, "files": len(files)})
    for start in range(0, len(files), PORTION):
        yield _line([tuple(file) for file in files[start : start + PORTION]])


def refusal(error: Invalid) -> bytes:
    """Give the line that says why there is no manifest."""
    return _line({"refused": [error.message, error.hint, error.file]})


def from_lines(lines: Iterable[bytes]) -> Manifest:
    """Make the manifest that ``as_lines`` told; its rules were checked where it was read.

    Raises:
        Invalid: The lines say that it breaks a rule of the format.
        ValueError: They break off, or are none of ``as_lines``.
    """
    told = (orjson.loads(line) for line in lines)
    head = next(told, None)
    if isinstance(head, dict) and "refused" in head:
        raise Invalid(*head["refused"])
    if not isinstance(head, dict):
        raise ValueError("a manifest was not told")
    files: list[ManifestFile] = []
    with no_collecting():
        for portion in told:
            files += [_file(entry) for entry in portion]
    if len(files) != head["files"]:
        raise ValueError("what was told of a manifest breaks off")
    return Manifest(head["blob_size"], tuple(files), tuple(head["sticks"]))


def _file(entry: list[Any]) -> ManifestFile:
    path, kind, media_type, licence, source, sha256, size, blobs = entry
    return ManifestFile(path, kind, media_type, licence, source, sha256, size, tuple(blobs))


def _line(value: object) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)
