"""Writing blobs: hashed while they are copied, whole under their name or not there."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from haversack.base.files import TEMP_MARK, fsync_folder, storage_error
from haversack.bundle.errors import PackError
from haversack.bundle.items import PackItem
from haversack.bundle.layout import ALGORITHM, BLOBS, blob_path

CHUNK = 1 << 20


@dataclass
class BlobWriter:
    """Writes blobs into one bundle.

    Attributes:
        folder: The bundle.
        on_bytes: Told the length of each piece that was dealt with; may raise to stop.
        there: The size of every blob that lies there and may be used again.
        written: The size of every blob written by this writer.
    """

    folder: Path
    on_bytes: Callable[[int], None]
    there: dict[str, int]
    written: dict[str, int] = field(default_factory=dict)
    _touched: set[Path] = field(default_factory=set)

    def copy_item(self, item: PackItem, blob_size: int) -> tuple[str, ...]:
        """Copy a file blob by blob; give their digests.

        Raises:
            PackError: Its bytes are not those that were announced.
            StorageError: The source or the target fails.
        """
        if item.size == 0:
            return ()
        with _source(item) as file:
            if item.size <= blob_size:
                blobs: tuple[str, ...] = (self._copy(file, item, item.size, item.sha256),)
            else:
                blobs = self._copy_pieces(file, item, blob_size)
            if _read(file, 1, item):
                raise _changed(item)
        return blobs

    def write(self, content: bytes, sha256: str) -> None:
        """Write one blob from memory, as the manifest is, unless it lies there."""
        if self.there.get(sha256) == len(content):
            return
        with self._incoming(sha256) as (target, names):
            _write(target, content, self.folder)
            names.append(sha256)
        self.written[sha256] = len(content)

    def settle(self) -> None:
        """Make the names of all written blobs durable."""
        for folder in sorted(self._touched):
            fsync_folder(folder)
        for folder in (self.folder / BLOBS / ALGORITHM, self.folder / BLOBS, self.folder):
            fsync_folder(folder)

    def _copy_pieces(self, file: BinaryIO, item: PackItem, blob_size: int) -> tuple[str, ...]:
        whole, blobs, left = hashlib.sha256(), [], item.size
        while left:
            size = min(left, blob_size)
            found = None
            if size in self.there.values() and file.seekable():
                found, whole = self._lies_there(file, item, size, whole)
            blobs.append(found or self._copy(file, item, size, None, whole.update))
            left -= size
        if whole.hexdigest() != item.sha256:
            raise _changed(item)
        return tuple(blobs)

    def _copy(
        self,
        file: BinaryIO,
        item: PackItem,
        size: int,
        expected: str | None,
        also: Callable[[bytes], None] | None = None,
    ) -> str:
        """Copy the next ``size`` bytes into a blob named by their digest."""
        digest, left = hashlib.sha256(), size
        with self._incoming(item.logical_path) as (target, names):
            while left:
                piece = _read(file, min(CHUNK, left), item)
                if not piece:
                    raise _changed(item)
                digest.update(piece)
                if also is not None:
                    also(piece)
                _write(target, piece, self.folder)
                left -= len(piece)
                self.on_bytes(len(piece))
            sha256 = digest.hexdigest()
            if expected not in {None, sha256}:
                raise _changed(item)
            names.append(sha256)
        self.written[sha256] = size
        return sha256

    def _lies_there(
        self, file: BinaryIO, item: PackItem, size: int, whole: hashlib._Hash
    ) -> tuple[str | None, hashlib._Hash]:
        """Hash the next bytes; go back to where they began unless they lie there as a blob."""
        start, digest, ahead, left = file.tell(), hashlib.sha256(), whole.copy(), size
        while left:
            piece = _read(file, min(CHUNK, left), item)
            if not piece:
                raise _changed(item)
            digest.update(piece)
            ahead.update(piece)
            left -= len(piece)
        if self.there.get(digest.hexdigest()) == size:
            self.on_bytes(size)
            return digest.hexdigest(), ahead
        file.seek(start)
        return None, whole

    @contextlib.contextmanager
    def _incoming(self, what: str) -> Iterator[tuple[BinaryIO, list[str]]]:
        """Give a temporary file; it gets the name that the block appends, once it is durable."""
        temp = self.folder / BLOBS / f"{TEMP_MARK}{secrets.token_hex(6)}"
        names: list[str] = []
        try:
            temp.parent.mkdir(parents=True, exist_ok=True)
            with temp.open("xb", buffering=0) as target:
                yield target, names
                os.fsync(target.fileno())
            path = blob_path(self.folder, names[0])
            path.parent.mkdir(parents=True, exist_ok=True)
            temp.replace(path)
            self._touched.add(path.parent)
        except OSError as error:
            raise storage_error(error, self.folder / what, "writing") from error
        finally:
            with contextlib.suppress(OSError):
                temp.unlink(missing_ok=True)


def _write(target: BinaryIO, content: bytes, folder: Path) -> None:
    """Write all of it; an unbuffered file may take less at once."""
    view = memoryview(content)
    while view:
        try:
            view = view[target.write(view) :]
        except OSError as error:
            raise storage_error(error, folder, "writing") from error


@contextlib.contextmanager
def _source(item: PackItem) -> Iterator[BinaryIO]:
    try:
        file = item.open()
    except OSError as error:
        raise storage_error(error, Path(item.logical_path), "reading") from error
    try:
        yield file
    finally:
        file.close()


def _read(file: BinaryIO, size: int, item: PackItem) -> bytes:
    try:
        return file.read(size)
    except OSError as error:
        raise storage_error(error, Path(item.logical_path), "reading") from error


def _changed(item: PackItem) -> PackError:
    return PackError(
        f"{item.logical_path} is not what was recorded: its bytes have another size or digest",
        "Fetch or prepare it again, then pack again; nothing was sealed.",
    )
