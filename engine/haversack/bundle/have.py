"""The have-list: which files a machine holds, so that a delta for it can leave them out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.digests import is_sha256
from haversack.base.errors import FileFormatError
from haversack.base.files import read_bytes, write_bytes
from haversack.bundle.manifest import MOST_SIZE

KIND = "haversack-have-list"
FORMAT = 1
LIMIT = 256 << 20
_HINT = "Make it again on the field machine: haversack have PANTRY -o FILE"


@dataclass(frozen=True)
class HaveList:
    """What a machine holds.

    It is not signed, because nothing rests on it: a wrong one makes a delta that does not open.

    Attributes:
        files: The size of every file by its SHA-256.
    """

    files: Mapping[str, int]

    @property
    def size(self) -> int:
        """The bytes of all files."""
        return sum(self.files.values())


def write_have_list(have: HaveList, path: Path) -> None:
    """Write a have-list whole or not at all.

    Raises:
        StorageError: The disk says no.
    """
    document = {"kind": KIND, "format": FORMAT, "files": dict(have.files)}
    write_bytes(path, dump_canonical(document) + b"\n")


def read_have_list(path: Path) -> HaveList:
    """Read a have-list.

    Raises:
        FileFormatError: It is none.
        StorageError: It cannot be read, or is too large.
    """
    document = load_strict(read_bytes(path, LIMIT), str(path), LIMIT)
    if not isinstance(document, dict) or document.get("kind") != KIND:
        raise FileFormatError(f"{path} is no have-list", _HINT)
    if document.get("format") != FORMAT or set(document) != {"kind", "format", "files"}:
        raise FileFormatError(f"{path} is a have-list of another format", _HINT)
    files = document["files"]
    if not isinstance(files, dict) or not all(
        is_sha256(sha256) and type(size) is int and 0 <= size <= MOST_SIZE
        for sha256, size in files.items()
    ):
        raise FileFormatError(f"{path} names something that is no file", _HINT)
    return HaveList(files)
