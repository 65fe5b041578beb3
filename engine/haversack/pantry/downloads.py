"""Files on their way in: at most one piece of work for each digest, and nothing left lying."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from haversack.base.files import storage_error
from haversack.base.progress import CancelToken
from haversack.pantry.errors import PantryBusyError
from haversack.pantry.lock import FileLock

LONGEST_DOWNLOAD = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Place:
    """Where one fetch may write.

    Attributes:
        part: A file that survives a failed fetch so that the next one goes on from there.
        work: A folder that is emptied before and removed after.
    """

    part: Path
    work: Path


class Downloads:
    """Places for fetches, by the digest that is fetched.

    Args:
        folder: Where they lie.
    """

    def __init__(self, folder: Path) -> None:
        """Keep what is under way in a folder."""
        self.folder = folder

    @contextlib.contextmanager
    def place(self, sha256: str, cancel: CancelToken | None = None) -> Iterator[Place]:
        """Hold the place of one digest; wait while another process fetches the same.

        Raises:
            StorageError: The disk is full, read-only or failing.
            Cancelled: Someone asked to stop while it waited.
        """
        place = self._place(sha256)
        with self._lock(sha256).alone(LONGEST_DOWNLOAD, cancel):
            _remove_folder(place.work)
            try:
                place.work.mkdir(parents=True)
            except OSError as error:
                raise storage_error(error, place.work, "making") from error
            try:
                yield place
            finally:
                _remove_folder(place.work)

    @contextlib.contextmanager
    def capturing(self, sha256: str, cancel: CancelToken | None = None) -> Iterator[None]:
        """Hold the whole way of one asset into the pantry, its conversion included.

        Raises:
            StorageError: The lock file cannot be made.
            Cancelled: Someone asked to stop while it waited.
        """
        with self._lock(f"{sha256}-capture").alone(LONGEST_DOWNLOAD, cancel):
            yield

    def clear(self) -> None:
        """Remove what unfinished fetches left, but for those that are running."""
        for sha256 in {path.name.partition(".")[0] for path in self.folder.glob("*.*")}:
            place = self._place(sha256)
            with contextlib.suppress(PantryBusyError), self._lock(sha256).alone(patience=0.0):
                _remove_folder(place.work)
                try:
                    place.part.unlink(missing_ok=True)
                except OSError as error:
                    raise storage_error(error, place.part, "removing") from error

    def _place(self, sha256: str) -> Place:
        return Place(self.folder / f"{sha256}.part", self.folder / f"{sha256}.work")

    def _lock(self, sha256: str) -> FileLock:
        return FileLock(self.folder / f"{sha256}.lock", passing=True)


def _remove_folder(folder: Path) -> None:
    try:
        if folder.exists():
            shutil.rmtree(folder)
    except OSError as error:
        raise storage_error(error, folder, "removing") from error
