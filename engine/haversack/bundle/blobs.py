"""Writing blobs: hashed while they are copied, whole under their name or not there."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import BinaryIO

from haversack.base.files import TEMP_MARK, fsync_folder, storage_error
from haversack.bundle.errors import PackError
from haversack.bundle.items import PackItem
from haversack.bundle.layout import ALGORITHM, BLOBS, blob_path

CHUNK = 1 << 20


@dataclass
class BlobWriter:
    """Writes blobs into one folder; several threads may use it at once.

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

    @cached_property
    def sizes_there(self) -> frozenset[int]:
        """The sizes of the blobs that lie there."""
        return frozenset(self.there.values())

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
        for folder in sorted(self._touched, key=str):
            fsync_folder(folder)
        for folder in (self.folder / BLOBS / ALGORITHM, self.folder / BLOBS, self.folder):
            fsync_folder(folder)

    def copy(
        self,
        file: BinaryIO,
        item: PackItem,
        size: int,
        expected: str | None,
        also: Callable[[bytes], None] | None = None,
    ) -> str:
        """Copy the next ``size`` bytes into a blob named by their digest, and give that.

        Args:
            file: Where they come from.
            item: What is being copied, for errors.
            size: How many.
            expected: The digest that they must have; None where it is not known.
            also: Given each piece.

        Raises:
            PackError: Its bytes are not those that were announced.
            StorageError: The source or the target fails.
        """
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
            sha256 = expected or sha256  # one text for each digest, where there are many
            names.append(sha256)
        self.written[sha256] = size
        return sha256

    def lies_there(
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


def copy_item(item: PackItem, writers: Sequence[BlobWriter], sizes: Sequence[int]) -> list[str]:
    """Copy a file blob by blob; give their digests.

    Args:
        item: The file.
        writers: Where each blob goes.
        sizes: The size of each blob.

    Raises:
        PackError: Its bytes are not those that were announced.
        StorageError: The source or the target fails.
    """
    if not sizes:
        return []
    with _source(item) as file:
        if len(sizes) == 1:
            blobs = [writers[0].copy(file, item, item.size, item.sha256)]
        else:
            blobs = _copy_pieces(file, item, writers, sizes)
        if _read(file, 1, item):
            raise _changed(item)
    return blobs


def name_blobs(item: PackItem, sizes: Sequence[int], on_bytes: Callable[[int], None]) -> list[str]:
    """Give the digests of a file's blobs without writing any; arguments as ``copy_item``."""
    whole, blobs = hashlib.sha256(), []
    with _source(item) as file:
        for size in sizes:
            digest, left = hashlib.sha256(), size
            while left:
                piece = _read(file, min(CHUNK, left), item)
                if not piece:
                    raise _changed(item)
                digest.update(piece)
                whole.update(piece)
                left -= len(piece)
                on_bytes(len(piece))
            blobs.append(digest.hexdigest())
    if whole.hexdigest() != item.sha256:
        raise _changed(item)
    return blobs


def _copy_pieces(
    file: BinaryIO, item: PackItem, writers: Sequence[BlobWriter], sizes: Sequence[int]
) -> list[str]:
    whole, blobs = hashlib.sha256(), []
    for writer, size in zip(writers, sizes, strict=True):
        found = None
        if size in writer.sizes_there and file.seekable():
            found, whole = writer.lies_there(file, item, size, whole)
        blobs.append(found or writer.copy(file, item, size, None, whole.update))
    if whole.hexdigest() != item.sha256:
        raise _changed(item)
    return blobs


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
