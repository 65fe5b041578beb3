"""A lock between processes that the kernel lets go of when its holder dies."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from haversack.base.files import StorageError, storage_error

_PATIENCE = 30.0
_HELD_ELSEWHERE = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}

if sys.platform == "win32":
    import msvcrt  # noqa: TID251 - the one place

    def _lock(descriptor: int, shared: bool) -> None:
        """Lock the first byte; Windows offers no shared lock here, so readers take turns."""
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl  # noqa: TID251 - the one place

    def _lock(descriptor: int, shared: bool) -> None:
        """Lock the open file; two opens within one process exclude each other as well."""
        fcntl.flock(descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


def try_lock(descriptor: int, shared: bool = False) -> bool:
    """Lock an open file until it is closed; False where somebody else holds it.

    Args:
        descriptor: The open file.
        shared: Hold it together with others who hold it shared.

    Raises:
        OSError: Its file system knows no locks.
    """
    try:
        _lock(descriptor, shared)
    except OSError as error:
        if error.errno not in _HELD_ELSEWHERE:
            raise
        return False
    return True


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file ``path`` alone while the block runs.

    Raises:
        StorageError: It cannot be made or locked, or others held it for half a minute.
    """
    deadline = time.monotonic() + _PATIENCE
    with _opened(path) as descriptor:
        while not _try(descriptor, path):
            if time.monotonic() > deadline:
                raise StorageError(
                    f"locking {path}: another program holds it",
                    "Wait until it has finished, then run it again.",
                )
            time.sleep(0.02)
        yield


@contextlib.contextmanager
def claimed(path: Path) -> Iterator[bool]:
    """Hold the lock file ``path`` alone while the block runs; False at once where others do.

    Raises:
        StorageError: It cannot be made or locked.
    """
    with _opened(path) as descriptor:
        yield _try(descriptor, path)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[int]:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise storage_error(error, path, "locking") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _try(descriptor: int, path: Path) -> bool:
    try:
        return try_lock(descriptor)
    except OSError as error:
        raise storage_error(error, path, "locking") from error
