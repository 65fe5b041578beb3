"""Files that are either whole or not there: temp, fsync, rename, fsync of the folder."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from haversack.base.errors import HaversackError

TEMP_MARK = ".hvtmp-"
_WINDOW = 32 << 20


class StorageError(HaversackError):
    """The disk said no: full, read-only, not permitted, or failing."""


_REMEDIES = {
    errno.ENOSPC: (
        "the disk is full",
        "Free some space or choose another disk, then go on.",
    ),
    errno.EDQUOT: ("the disk quota is used up", "Free some space, then run it again."),
    errno.EROFS: ("the disk is read-only", "Make it writable or choose another folder."),
    errno.EACCES: ("permission was denied", "Choose a folder that you may write to."),
    errno.EPERM: ("permission was denied", "Choose a folder that you may write to."),
    errno.EIO: ("the device failed while it was used", "Plug it in again or use another one."),
    errno.ENODEV: ("the device is gone", "Plug it in again, then run it again."),
    errno.EFBIG: ("the file system cannot hold a file so large", "Use another file system."),
}


def storage_error(error: OSError, path: Path, doing: str) -> StorageError:
    """Turn an ``OSError`` into one line that says what failed on which file.

    Args:
        error: The error of the operating system.
        path: The file or folder that was being used.
        doing: A verb with its object, such as ``"writing"``.
    """
    what, hint = _REMEDIES.get(
        error.errno or 0, (error.strerror or str(error), "Check the path and the disk.")
    )
    return StorageError(f"{doing} {path}: {what}", hint)


def fsync_folder(folder: Path) -> None:
    """Make renames within ``folder`` durable where the file system can."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    except OSError:
        return
    try:
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


class WriteOut:
    """Sends a long file to its device piece by piece while it is written.

    The last fsync then has little left to do, progress tells what the device has, and the
    system's memory is not filled with what nobody reads soon. Durable is a file after its fsync.

    Args:
        file: What is written to.
        on_bytes: Told the length of each piece as well; may raise to stop.
    """

    def __init__(self, file: BinaryIO, on_bytes: Callable[[int], None] | None = None) -> None:
        """Write into ``file``; ``on_bytes`` hears the length of each piece."""
        self._file = file
        self._on_bytes = on_bytes
        self._sent = self._written = 0

    def __call__(self, count: int) -> None:
        """Note that ``count`` more bytes were written."""
        self._written += count
        waiting = self._written - self._sent
        if waiting >= _WINDOW and hasattr(os, "posix_fadvise"):
            self._file.flush()
            os.fdatasync(self._file.fileno())
            os.posix_fadvise(self._file.fileno(), self._sent, waiting, os.POSIX_FADV_DONTNEED)
            self._sent = self._written
        if self._on_bytes is not None:
            self._on_bytes(count)


@contextlib.contextmanager
def atomic_writer(path: Path) -> Iterator[BinaryIO]:
    """Write ``path`` so that it appears whole or not at all.

    The temporary file stands in the same folder. It is removed when the block raises.

    Raises:
        StorageError: The disk is full, read-only or failing.
    """
    temp = path.with_name(f"{TEMP_MARK}{secrets.token_hex(6)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temp.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temp.replace(path)
        fsync_folder(path.parent)
    except OSError as error:
        raise storage_error(error, path, "writing") from error
    finally:
        with contextlib.suppress(OSError):
            temp.unlink(missing_ok=True)


@contextlib.contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Fill a new folder so that it appears whole or not at all.

    Yields:
        The temporary folder to fill, beside ``path``; it is removed when the block raises.

    Raises:
        StorageError: The disk is full, read-only or failing, or ``path`` is there and not empty.
    """
    temp = path.with_name(f"{TEMP_MARK}{secrets.token_hex(6)}")
    try:
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
        if path.exists() or path.is_symlink():
            raise StorageError(f"{path} is there already", "Give a folder that is not there yet.")
        temp.mkdir(parents=True)
        yield temp
        os.sync()  # one call for all files of the folder
        temp.rename(path)
        fsync_folder(path.parent)
    except OSError as error:
        raise storage_error(error, path, "writing") from error
    finally:
        shutil.rmtree(temp, ignore_errors=True)


def write_bytes(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` whole or not at all."""
    with atomic_writer(path) as file:
        file.write(content)


def write_text(path: Path, content: str) -> None:
    """Write ``content`` as UTF-8 to ``path`` whole or not at all."""
    write_bytes(path, content.encode("utf-8"))


def read_bytes(path: Path, limit: int) -> bytes:
    """Read the whole of a file that must not be longer than ``limit`` bytes.

    Raises:
        StorageError: It cannot be read, or it is longer.
    """
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except OSError as error:
        raise storage_error(error, path, "reading") from error
    if len(content) > limit:
        raise StorageError(
            f"reading {path}: it is larger than {limit} bytes", "Is it the right file?"
        )
    return content
