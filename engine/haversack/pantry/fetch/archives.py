"""One file out of a zip, a wheel, a tar or a tgz: streamed, capped, and never by its own path."""

from __future__ import annotations

import contextlib
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NoReturn, cast

from haversack.pantry.errors import FetchError
from haversack.pantry.fetch.addresses import check_inner_path

_BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
)
_HINT = "The catalogue's entry for it is wrong; report this."


class Capped:
    """A stream of a stated length that gives no byte more than a limit.

    Args:
        file: The stream inside the archive.
        name: What it is, for messages.
        limit: The most bytes that are given.
    """

    def __init__(self, file: BinaryIO, name: str, limit: int) -> None:
        """Give no byte of ``file`` beyond ``limit``."""
        self._file = file
        self._left = limit
        self.name = name

    def read(self, size: int) -> bytes:
        """Read up to ``size`` bytes.

        Raises:
            FetchError: The stream is longer than the limit, or damaged.
        """
        try:
            chunk = self._file.read(size)
        except _BROKEN as error:
            _broken(self.name, error)
        self._left -= len(chunk)
        if self._left < 0:
            raise too_large(self.name)
        return chunk


@contextlib.contextmanager
def open_member(archive: BinaryIO, member: str, limit: int) -> Iterator[tuple[BinaryIO, int]]:
    """Open one regular file of an archive; give its stream and its stated length.

    Args:
        archive: The archive, at its beginning; zip or tar, compressed or not.
        member: Path inside it, exactly as the archive spells it.
        limit: The most bytes that may come out.

    Raises:
        FetchError: No archive, damaged, no such member, not a plain file, or too long.
    """
    check_inner_path(member, "the member")
    magic = archive.read(4)
    archive.seek(0)
    opened = _zip_member if magic[:2] == b"PK" else _tar_member
    with opened(archive, member) as (stream, size):
        if size > limit:
            raise too_large(member)
        yield cast(BinaryIO, Capped(stream, member, min(limit, size))), size


@contextlib.contextmanager
def _zip_member(archive: BinaryIO, member: str) -> Iterator[tuple[BinaryIO, int]]:
    with contextlib.ExitStack() as stack:
        try:
            opened = stack.enter_context(zipfile.ZipFile(archive))
            found = [info for info in opened.infolist() if info.filename == member]
            if len(found) != 1 or found[0].is_dir():
                _missing(member, len(found))
            stream = stack.enter_context(opened.open(found[0]))
        except _BROKEN as error:
            _broken("the archive", error)
        yield cast(BinaryIO, stream), found[0].file_size


@contextlib.contextmanager
def _tar_member(archive: BinaryIO, member: str) -> Iterator[tuple[BinaryIO, int]]:
    with contextlib.ExitStack() as stack:
        try:
            opened = stack.enter_context(tarfile.open(fileobj=archive, mode="r|*"))
            found = next((info for info in opened if info.name == member and info.isreg()), None)
            stream = opened.extractfile(found) if found is not None else None
        except (*_BROKEN, OSError) as error:
            _broken("the archive", error)
        if found is None or stream is None:
            _missing(member, 0)
        yield cast(BinaryIO, stream), found.size


def too_large(name: str) -> FetchError:
    """Build the error for something that exceeds its cap."""
    return FetchError(f"{name} is larger than it may be", _HINT, "too large")


def _missing(member: str, times: int) -> NoReturn:
    many = "no plain file" if times == 0 else f"{times} entries"
    raise FetchError(f"the archive holds {many} {member}", _HINT, "bad archive")


def _broken(what: str, error: BaseException) -> NoReturn:
    message = f"{what} cannot be unpacked: {error or type(error).__name__}"
    raise FetchError(message, _HINT, "bad archive") from error
