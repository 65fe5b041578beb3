"""One writer at a time: a folder that is packed into is locked; no lock file is left in it."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from haversack.base.files import storage_error
from haversack.base.locking import try_lock
from haversack.bundle.errors import PackError


@contextlib.contextmanager
def only_writer(folders: Iterable[Path]) -> Iterator[None]:
    """Hold folders alone while the block runs; the system lets go of them when we die.

    On Windows, where a folder cannot be locked, nothing is held.

    Raises:
        PackError: Another process or thread packs into one of them.
        StorageError: One of them cannot be made.
    """
    with contextlib.ExitStack() as held:
        for folder in folders:
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise storage_error(error, folder, "making") from error
            if sys.platform != "win32":
                held.enter_context(_locked(folder))
        yield


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise storage_error(error, folder, "locking") from error
    try:
        with contextlib.suppress(OSError):  # some file systems know no locks
            if not try_lock(descriptor):
                raise PackError(
                    f"something else packs into {folder} at this moment",
                    "Wait until it has finished, then pack again.",
                )
        yield
    finally:
        os.close(descriptor)
