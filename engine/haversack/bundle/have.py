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
PORTION = 1000
_HINT = "Make it again on the machine that receives: haversack have PANTRY -o FILE"


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
    write_bytes(path, encode_have_list(have))


def read_have_list(path: Path) -> HaveList:
    """Read a have-list.

    Raises:
        FileFormatError: It is none.
        StorageError: It cannot be read, or is too large.
    """
    return decode_have_list(read_bytes(path, LIMIT), str(path))


def encode_have_list(have: HaveList) -> bytes:
    """Give the canonical bytes, made some files at a time so that other threads go on."""
    ordered = sorted(have.files)
    portions = (
        dump_canonical({sha256: have.files[sha256] for sha256 in ordered[at : at + PORTION]})
        for at in range(0, len(ordered), PORTION)
    )
    files = b",".join(portion[1:-1] for portion in portions)
    return b'{"files":{%b},"format":%d,"kind":"%b"}\n' % (files, FORMAT, KIND.encode())


def decode_have_list(content: bytes, file: str) -> HaveList:
    """Read the bytes of a have-list.

    Args:
        content: Its bytes.
        file: Its name, for errors.

    Raises:
        FileFormatError: It is none.
    """
    document = load_strict(content, file, LIMIT)
    if not isinstance(document, dict) or document.get("kind") != KIND:
        raise FileFormatError(f"{file} is no have-list", _HINT)
    if document.get("format") != FORMAT or set(document) != {"kind", "format", "files"}:
        raise FileFormatError(f"{file} is a have-list of another format", _HINT)
    files = document["files"]
    if not isinstance(files, dict) or not all(
        is_sha256(sha256) and type(size) is int and 0 <= size <= MOST_SIZE
        for sha256, size in files.items()
    ):
        raise FileFormatError(f"{file} names something that is no file", _HINT)
    return HaveList(files)
