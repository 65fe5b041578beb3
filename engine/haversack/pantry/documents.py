"""A folder of JSON records, named so that every file system can hold them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.digests import sha256_bytes
from haversack.base.errors import FileFormatError, UsageError
from haversack.base.files import TEMP_MARK, read_bytes, storage_error, write_bytes

Check = Callable[[str, dict[str, Any]], object]
MAX_BYTES = 16 << 20
MAX_NAME = 200
DAMAGED = ".damaged"
_UNSAFE = re.compile(r"[^a-z0-9]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def file_stem(name: str) -> str:
    """Turn any name into a file name: readable, unique, the same on every file system.

    Raises:
        UsageError: The name is empty, too long, or holds control characters.
    """
    if not name or len(name) > MAX_NAME or _CONTROL.search(name):
        raise UsageError(
            f"not a usable name: {name[:60]!r}", f"Give 1 to {MAX_NAME} printable characters."
        )
    readable = _UNSAFE.sub("-", name.lower()).strip("-")[:60]
    return f"{readable or 'record'}-{sha256_bytes(name.encode('utf-8', 'replace'))[:12]}"


class Documents:
    """JSON objects in one folder, each in a file of its own.

    Args:
        folder: Where they lie; made when the first is written.
        what: What one of them is, for messages.
        check: Raises ``FileFormatError`` for a stem and a document that do not fit the shelf.
    """

    def __init__(self, folder: Path, what: str, check: Check | None = None) -> None:
        """Keep documents in a folder; ``what`` names one of them in errors."""
        self.folder = folder
        self._what = what
        self._check = check

    def path(self, stem: str) -> Path:
        """Give where a document lies or would lie."""
        return self.folder / f"{stem}.json"

    def put(self, stem: str, document: dict[str, Any]) -> None:
        """Write a document, replacing one of the same stem.

        Raises:
            FileFormatError: It is larger than can be read back, or not JSON.
            StorageError: The disk is full, read-only or failing.
        """
        content = dump_canonical(document)
        if len(content) > MAX_BYTES:
            raise FileFormatError(f"{self._what} is larger than {MAX_BYTES} bytes")
        write_bytes(self.path(stem), content + b"\n")

    def get(self, stem: str) -> dict[str, Any] | None:
        """Read a document; None where there is none.

        Raises:
            FileFormatError: It is damaged.
        """
        path = self.path(stem)
        return self._read(path) if path.is_file() else None

    def items(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield every document with its stem, in order of the stems."""
        for path in self.paths():
            yield path.stem, self._read(path)

    def paths(self) -> list[Path]:
        """List the files of the documents, in order."""
        return sorted(p for p in self.folder.glob("*.json") if not p.name.startswith("."))

    def remove(self, stem: str) -> None:
        """Remove a document if it is there."""
        path = self.path(stem)
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise storage_error(error, path, "removing") from error

    def put_aside_damaged(self) -> list[Path]:
        """Rename what cannot be used so that the rest can be; give the new names."""
        moved = []
        for path in self.paths():
            try:
                document = self._read(path)
                if self._check is not None:
                    self._check(path.stem, document)
            except FileFormatError:
                aside = path.with_name(path.name + DAMAGED)
                try:
                    path.replace(aside)
                except OSError as error:
                    raise storage_error(error, path, "renaming") from error
                moved.append(aside)
        return moved

    def remove_leftovers(self) -> None:
        """Remove what a killed process left half-written."""
        for path in self.folder.glob(f"{TEMP_MARK}*"):
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise storage_error(error, path, "removing") from error

    def _read(self, path: Path) -> dict[str, Any]:
        what = f"{self._what} {path}"
        document = load_strict(read_bytes(path, MAX_BYTES + 1), what, MAX_BYTES + 1)
        if not isinstance(document, dict):
            raise FileFormatError(
                f"{what} is not a JSON object", "Put it aside: haversack setup PANTRY --rebuild."
            )
        return document
