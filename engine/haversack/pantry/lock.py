"""A lock between processes and threads that the kernel lets go of when its holder dies."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from haversack.base.files import storage_error
from haversack.base.locking import try_lock
from haversack.base.progress import CancelToken, tell_wait
from haversack.pantry.errors import PantryBusyError

PATIENCE = 60.0
TOLD_AFTER = 1.0
WAITING = "waiting for another program that uses this pantry"
_POLL = 0.02


class FileLock:
    """A lock file: many may hold it shared, or one alone.

    A thread that holds it may take it again; the inner one does nothing.

    Args:
        path: The lock file; made when it is first taken.
        passing: Remove the file when it is let go of (for locks of one piece of work).
    """

    def __init__(self, path: Path, passing: bool = False) -> None:
        """Name the lock's file; nothing is locked yet."""
        self.path = path
        self._passing = passing
        self._held = threading.local()

    @contextlib.contextmanager
    def shared(self, patience: float = PATIENCE) -> Iterator[None]:
        """Hold it together with others who hold it shared.

        Raises:
            PantryBusyError: Someone held it alone for longer than ``patience`` seconds.
            StorageError: The lock file cannot be made.
        """
        with self._take(True, patience, None):
            yield

    @contextlib.contextmanager
    def alone(
        self, patience: float = PATIENCE, cancel: CancelToken | None = None
    ) -> Iterator[None]:
        """Hold it alone.

        Raises:
            PantryBusyError: Others held it for longer than ``patience`` seconds, or this
                thread holds it shared.
            StorageError: The lock file cannot be made.
            Cancelled: Someone asked to stop while it waited.
        """
        with self._take(False, patience, cancel):
            yield

    @contextlib.contextmanager
    def _take(self, shared: bool, patience: float, cancel: CancelToken | None) -> Iterator[None]:
        mode: str | None = getattr(self._held, "mode", None)
        if mode is not None:
            if mode == "shared" and not shared:
                raise self._busy()
            yield
            return
        descriptor = self._acquire(shared, patience, cancel)
        self._held.mode = "shared" if shared else "alone"
        try:
            yield
        finally:
            self._held.mode = None
            if self._passing:
                with contextlib.suppress(OSError):
                    self.path.unlink()
            os.close(descriptor)

    def _acquire(self, shared: bool, patience: float, cancel: CancelToken | None) -> int:
        began, told = time.monotonic(), False
        while True:
            if cancel is not None:
                cancel.raise_if_cancelled()
            descriptor = self._attempt(shared)
            if descriptor is not None:
                return descriptor
            waited = time.monotonic() - began
            if waited >= patience:
                raise self._busy()
            if waited >= TOLD_AFTER and not told:
                told = True
                tell_wait(WAITING)
            time.sleep(_POLL)

    def _attempt(self, shared: bool) -> int | None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0))
        except OSError as error:
            raise storage_error(error, self.path, "locking") from error
        try:
            if try_lock(descriptor, shared) and (not self._passing or self._is_still(descriptor)):
                return descriptor
        except OSError as error:
            os.close(descriptor)
            raise storage_error(error, self.path, "locking") from error
        os.close(descriptor)
        return None

    def _is_still(self, descriptor: int) -> bool:
        """Say whether the locked file is the one at the path, not one removed meanwhile."""
        try:
            return os.path.samestat(os.fstat(descriptor), self.path.stat())
        except FileNotFoundError:
            return False

    def _busy(self) -> PantryBusyError:
        return PantryBusyError(
            f"{self.path.parent} is in use by another process",
            "Wait until it has finished, then run it again.",
        )
