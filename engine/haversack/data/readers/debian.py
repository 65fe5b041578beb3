"""The files in a Debian package, streamed out of it; nothing of it is run or installed.

Source: deb(5): an ar archive of which the member ``data.tar.*`` holds the files.
"""

from __future__ import annotations

import lzma
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from haversack.base.files import storage_error
from haversack.data.errors import DataError

_MAGIC = b"!<arch>\n"
_HEAD = 60
_HINT = "Fetch the dataset again."


def package_files(
    path: Path, wanted: Callable[[str], bool], largest: int
) -> Iterator[tuple[str, bytes]]:
    """Give the wanted files of a package in its order, by their paths without the first slash.

    Args:
        path: The package.
        wanted: Says whether a path is.
        largest: The most bytes that one file may have.

    Raises:
        DataError: It is no Debian package, is damaged, or a wanted file is too large.
        StorageError: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            _seek_data(file, path.name)
            with tarfile.open(fileobj=file, mode="r|*") as tar:
                for entry in tar:
                    name = entry.name.removeprefix("./")
                    if not entry.isreg() or not wanted(name):
                        continue
                    if entry.size > largest:
                        raise DataError(f"{name} in {path.name} is too large", _HINT)
                    content = tar.extractfile(entry)
                    yield name, b"" if content is None else content.read()
    except (tarfile.TarError, lzma.LZMAError, zlib.error, EOFError) as error:
        raise DataError(f"{path.name} cannot be unpacked: {error}", _HINT) from error
    except OSError as error:
        raise storage_error(error, path, "reading") from error


def _seek_data(file: BinaryIO, name: str) -> None:
    """Go to where the tar of files begins."""
    if file.read(len(_MAGIC)) != _MAGIC:
        raise DataError(f"{name} is no Debian package", _HINT)
    while len(head := file.read(_HEAD)) == _HEAD:
        if head.startswith(b"data.tar"):
            return
        size = head[48:58].strip()
        if head[58:] != b"`\n" or not size.isdigit():
            break
        file.seek(int(size) + int(size) % 2, 1)
    raise DataError(f"{name} is a Debian package without files, or damaged", _HINT)
