"""Reading from a stick that may be pulled: plain reads, regular files only, never a mapping."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from haversack.base.errors import HaversackError
from haversack.base.files import storage_error
from haversack.bundle.errors import Invalid
from haversack.bundle.layout import BLOBS

CHUNK = 1 << 20
_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_BINARY", 0)
)
_HINT = "The stick was changed or damaged; get the bundle again from its publisher."


@contextlib.contextmanager
def opened(folder: Path, name: str) -> Iterator[tuple[int, int]]:
    """Open a regular file of a bundle; give its descriptor and its size.

    Args:
        folder: The bundle.
        name: The file's path within it, with forward slashes.

    Raises:
        Invalid: It is missing, or is no regular file.
        StorageError: The device fails.
    """
    path = f"{folder}/{name}"
    try:
        descriptor = os.open(path, _FLAGS)
    except OSError as error:
        raise _open_error(error, folder, name) from error
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise Invalid(f"{name} is no regular file", _HINT, name)
        yield descriptor, found.st_size
    except OSError as error:
        raise storage_error(error, Path(path), "reading") from error
    finally:
        with contextlib.suppress(OSError):
            os.close(descriptor)


def read_whole(folder: Path, name: str, limit: int) -> bytes:
    """Read a small file whole.

    Raises:
        Invalid: It is missing, no regular file, or longer than ``limit``.
        StorageError: The device fails.
    """
    with opened(folder, name) as (descriptor, size):
        if size > limit:
            raise Invalid(f"{name} is larger than {limit} bytes", _HINT, name)
        return b"".join(pieces(descriptor, name, size))


def pieces(descriptor: int, name: str, size: int) -> Iterator[bytes]:
    """Give the bytes of an open file piece by piece; exactly ``size`` of them.

    Raises:
        Invalid: It ends before or after.
        StorageError: The device fails.
    """
    left = size
    while left >= 0:
        asked = min(CHUNK, left + 1)  # one more than there should be tells of a longer file
        piece = os.read(descriptor, asked)
        if not piece:
            break
        left -= len(piece)
        if left >= 0:
            yield piece
        if left == 0 and len(piece) < asked:
            break
    if left > 0:
        raise Invalid(f"{name} is cut short: {left} bytes are missing", _HINT, name)
    if left < 0:
        raise Invalid(f"{name} is longer than the {size} bytes that were signed", _HINT, name)


def check_blob(
    folder: Path,
    name: str,
    sha256: str,
    size: int,
    on_bytes: Callable[[int], None],
    also: Callable[[bytes], object] | None = None,
    uncached: bool = False,
) -> None:
    """Read a blob and check that its bytes have its name.

    Args:
        folder: The bundle.
        name: The blob's path within it.
        sha256: The digest that it must have.
        size: The bytes that it must have.
        on_bytes: Told the length of each piece; may raise to stop.
        also: Given each piece, before the digest is known.
        uncached: Drop what the system keeps in memory first, so that the device is really read.

    Raises:
        Invalid: It is missing, too short, too long or damaged.
        StorageError: The device fails.
    """
    digest = hashlib.sha256()
    with opened(folder, name) as (descriptor, found):
        if found != size:
            raise Invalid(f"{name} has {found} bytes instead of {size}", _HINT, name)
        if uncached and hasattr(os, "posix_fadvise"):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        for piece in pieces(descriptor, name, size):
            digest.update(piece)
            if also is not None:
                also(piece)
            on_bytes(len(piece))
    if digest.hexdigest() != sha256:
        raise damaged(name)


def damaged(name: str, holds: str = "") -> Invalid:
    """Give the error for a file whose bytes are not those that were signed."""
    what = f"{name} ({holds})" if holds else name
    return Invalid(
        f"{what} is damaged: its bytes do not have the digest that names it", _HINT, name
    )


def _open_error(error: OSError, folder: Path, name: str) -> HaversackError:
    if error.errno == errno.ENOENT and not (folder / BLOBS).exists():
        return storage_error(OSError(errno.ENODEV, ""), folder, "reading")
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        return Invalid(f"{name} is missing", _HINT, name)
    if error.errno in {errno.ELOOP, errno.ENXIO}:
        return Invalid(f"{name} is no regular file", _HINT, name)
    return storage_error(error, folder / name, "reading")
