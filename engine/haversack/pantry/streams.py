"""Reading from anywhere with errors that name the file."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import BinaryIO

from haversack.base.errors import IntegrityError
from haversack.base.files import StorageError, storage_error


def open_regular(path: Path) -> BinaryIO:
    """Open a regular file for reading; a folder, a pipe or a device is refused.

    Raises:
        StorageError: It is not there, not a regular file, or not readable.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise StorageError(f"reading {path}: it is not a file", "Name a regular file.")
        return path.open("rb")
    except OSError as error:
        raise storage_error(error, path, "reading") from error


def name_of(file: object) -> str:
    """Give a stream's name for a message."""
    name = getattr(file, "name", None)
    return name if isinstance(name, str) else "the source"


def check_digest(found: str, expected: str, what: str) -> None:
    """Raise unless the digests are the same.

    Raises:
        IntegrityError: They differ.
    """
    if found != expected:
        raise IntegrityError(
            f"{what} does not have the digest it should: SHA-256 {found[:12]}…, "
            f"expected {expected[:12]}…",
            "Fetch it again, or take it in again from the bundle.",
        )


class NamedSource:
    """A stream whose failures are told apart from those of what it is copied into.

    Args:
        file: Where the bytes come from.
    """

    def __init__(self, file: BinaryIO) -> None:
        """Read from ``file``."""
        self._file = file

    def read(self, size: int) -> bytes:
        """Read up to ``size`` bytes.

        Raises:
            StorageError: The source failed.
        """
        try:
            return self._file.read(size)
        except OSError as error:
            raise storage_error(error, Path(name_of(self._file)), "reading") from error
