"""A folder that somebody brought: only what lies in it is read, and nothing without bound."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from haversack.base.files import storage_error
from haversack.data.byod.records import Problem
from haversack.data.errors import DataError
from haversack.data.readers.members import FolderMembers

MAX_BYTES = 1 << 30


class BroughtFolder(FolderMembers):
    """The files below a folder, listed once; a link that leads out of it is told, not followed.

    A name that is no UTF-8 is told and left out: no index could hold it.

    Args:
        folder: The folder.

    Raises:
        StorageError: It cannot be listed.
    """

    def __init__(self, folder: Path) -> None:
        """List the files below a folder."""
        super().__init__(folder)
        found: list[str] = []
        strange: list[str] = []
        links: list[str] = []
        try:
            home = folder.resolve()
            for path in folder.rglob("*"):
                name = path.relative_to(folder).as_posix()
                if not _is_text(name):
                    strange.append(name.encode(errors="backslashreplace").decode())
                elif path.is_symlink() and (path.is_dir() or not _within(path, home)):
                    links.append(name)
                elif path.is_file():
                    found.append(name)
        except OSError as error:
            raise storage_error(error, folder, "reading") from error
        self._names = sorted(found)
        self._known = frozenset(found)
        why = "is a link to a folder or out of this one; not followed"
        told = [Problem(name, why) for name in sorted(links)]
        told += [Problem(name, "has a name that is no UTF-8; left out") for name in sorted(strange)]
        self.problems = tuple(told)

    def names(self) -> list[str]:
        """Paths of all files, sorted."""
        return self._names

    def __contains__(self, name: str) -> bool:
        """Say whether a file of that name was listed."""
        return PurePosixPath(name).as_posix() in self._known

    def read(self, name: str) -> bytes:
        """Give one file's bytes.

        Raises:
            DataError: There is no such file, or it is larger than ``MAX_BYTES``.
        """
        path = self._folder / name
        try:
            large = name in self and path.stat().st_size > MAX_BYTES
        except OSError as error:
            raise storage_error(error, path, "reading") from error
        if large:
            raise DataError(f"{name} is larger than {MAX_BYTES >> 30} GiB", "Split or remove it.")
        return super().read(name)


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:  # bytes that are no letters
        return False
    return True


def _within(path: Path, home: Path) -> bool:
    try:
        return path.resolve().is_relative_to(home)
    except RuntimeError:  # a link that leads to itself
        return False
