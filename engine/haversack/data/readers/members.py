"""Files of a dataset by their path inside it, from a folder or from a plain tar by one pread each.

A tar is read with ``pread``, never mapped: a stick that is pulled gives an error, not a crash.
"""

from __future__ import annotations

import os
import tarfile
import threading
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Protocol

from haversack.base.files import storage_error
from haversack.data.errors import DataError


class Members(Protocol):
    """Named byte strings."""

    @property
    def label(self) -> str:
        """What a person would call the whole: the folder's or the tar's name."""
        ...

    def names(self) -> Iterable[str]:
        """Paths of all files, sorted, with forward slashes."""
        ...

    def __contains__(self, name: str) -> bool:
        """Say whether there is a file of that name."""
        ...

    def read(self, name: str) -> bytes:
        """Give one file's bytes; raise ``DataError`` where there is no such file."""
        ...


def open_members(path: Path) -> Members:
    """Open a folder or a plain tar.

    Raises:
        DataError: It is neither.
    """
    if path.is_dir():
        return FolderMembers(path)
    if path.is_file():
        return TarMembers(path)
    raise DataError(f"{path} does not exist", "Give the folder or the tar that holds the dataset.")


def _absent(name: str, label: str) -> DataError:
    return DataError(f"{name} is missing in {label}", "Add the file, or import the dataset again.")


class FolderMembers:
    """The files below one folder."""

    def __init__(self, folder: Path) -> None:
        """Look below a folder."""
        self._folder = folder
        self.label = folder.name or folder.resolve().name  # Path(".") has none

    def names(self) -> list[str]:
        """Paths of all files, sorted."""
        found = (p for p in self._folder.rglob("*") if p.is_file())
        return sorted(p.relative_to(self._folder).as_posix() for p in found)

    def __contains__(self, name: str) -> bool:
        """Say whether there is a file of that name below the folder."""
        return _is_inside(name) and (self._folder / name).is_file()

    def read(self, name: str) -> bytes:
        """Give one file's bytes."""
        if name not in self:
            raise _absent(name, self.label)
        try:
            return (self._folder / name).read_bytes()
        except OSError as error:
            raise storage_error(error, self._folder / name, "reading") from error


class PreadFile:
    """A local file, or one on a stick, of which pieces are read by one ``pread`` each.

    It can be handed to other processes; each opens the file for itself.
    """

    def __init__(self, path: Path) -> None:
        """Name a file; each process opens it when it first reads."""
        self._path = path
        self.label = path.name
        self._lock = threading.Lock()
        self._descriptor: tuple[int, int] | None = None  # process id, file descriptor

    def read(self, offset: int, size: int, name: str) -> bytes:
        """Give a piece, called ``name`` in errors.

        Raises:
            StorageError: The device fails.
            DataError: The file ends before the piece does.
        """
        try:
            content = os.pread(self._open(), size, offset)
        except OSError as error:
            raise storage_error(error, self._path, "reading") from error
        if len(content) != size:
            raise DataError(f"{name} is cut short in {self.label}", "Fetch the dataset again.")
        return content

    def _open(self) -> int:
        with self._lock:
            if self._descriptor is None or self._descriptor[0] != os.getpid():
                self._descriptor = (os.getpid(), os.open(self._path, os.O_RDONLY | os.O_CLOEXEC))
            return self._descriptor[1]

    def __reduce__(self) -> tuple[type[PreadFile], tuple[Path]]:
        """Be opened anew in another process."""
        return PreadFile, (self._path,)

    def __del__(self) -> None:
        """Close the file."""
        descriptor = getattr(self, "_descriptor", None)
        if descriptor is not None and descriptor[0] == os.getpid():
            os.close(descriptor[1])


class TarMembers:
    """The files in an uncompressed tar, by an index of offsets made once."""

    def __init__(self, path: Path) -> None:
        """Read the offsets of all members once."""
        self.label = path.name
        self._index = _index_tar(path)
        self._file = PreadFile(path)

    def names(self) -> list[str]:
        """Paths of all files, sorted."""
        return sorted(self._index)

    def __contains__(self, name: str) -> bool:
        """Say whether there is a member of that name."""
        return name in self._index

    def place(self, name: str) -> tuple[int, int]:
        """Give where a file's bytes begin, and how many they are."""
        if name not in self._index:
            raise _absent(name, self.label)
        return self._index[name]

    def read(self, name: str) -> bytes:
        """Give one file's bytes with one ``pread``."""
        return self._file.read(*self.place(name), name)


def _index_tar(path: Path) -> dict[str, tuple[int, int]]:
    try:
        with tarfile.open(path, "r:") as archive:
            return {
                entry.name.removeprefix("./"): (entry.offset_data, entry.size)
                for entry in archive
                if entry.isreg() and not entry.issparse()
            }
    except tarfile.TarError as error:
        raise DataError(
            f"{path.name} is not a plain tar: {error}", "Fetch or import the dataset again."
        ) from error
    except OSError as error:
        raise storage_error(error, path, "reading") from error


def _is_inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts
