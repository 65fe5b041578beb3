"""The content-addressed store: a file's name is the SHA-256 of its bytes."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

from haversack.base.digests import copy_and_hash, is_sha256, read_verified, sha256_stream
from haversack.base.errors import UsageError
from haversack.base.files import TEMP_MARK, WriteOut, fsync_folder, storage_error
from haversack.pantry.downloads import Downloads
from haversack.pantry.errors import NotInPantryError
from haversack.pantry.lock import FileLock
from haversack.pantry.streams import NamedSource, check_digest, name_of, open_regular

OnBytes = Callable[[int], None]
Later = list[tuple[Path, str]]
_MOST_AT_ONCE = 16


class Store:
    """Files by digest in ``FOLDER/sha256/ab/<64 hex>``.

    A file appears whole or not at all, and its bytes are hashed again whenever the store is
    asked for them. Reading needs no lock and works on a read-only disk. Taking in holds the
    store's lock shared, collecting garbage holds it alone.

    Args:
        folder: Where the store lies; made when something is first taken in.

    Attributes:
        downloads: Where fetched files lie until they are whole.
    """

    def __init__(self, folder: Path) -> None:
        """Keep files below a folder."""
        self.folder = folder
        self.downloads = Downloads(folder / "partial")
        self._lock = FileLock(folder / "lock")

    def path(self, sha256: str) -> Path:
        """Give where a file of that digest lies or would lie; nothing is checked.

        Raises:
            UsageError: It is not a SHA-256 in lowercase hexadecimal digits.
        """
        if not is_sha256(sha256):
            raise UsageError(f"not a SHA-256: {sha256[:80]!r}", "Give 64 lowercase hex digits.")
        return self.folder / "sha256" / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Say whether a file of that digest is here; its bytes are not read."""
        return self.path(sha256).is_file()

    def size(self, sha256: str) -> int:
        """Give the bytes of a file.

        Raises:
            NotInPantryError: There is none of that digest.
        """
        with self._missing_is_an_error(sha256):
            return self.path(sha256).stat().st_size

    def digests(self) -> Iterator[str]:
        """Give the digest of every file here, in order."""
        for folder in sorted((self.folder / "sha256").glob("??")):
            for name in sorted(path.name for path in folder.iterdir()):
                if is_sha256(name) and name[:2] == folder.name:
                    yield name

    def read(self, sha256: str) -> bytes:
        """Give the bytes of a file after checking them.

        Raises:
            NotInPantryError: There is none of that digest.
            IntegrityError: The file is damaged.
            StorageError: It cannot be read.
        """
        path = self.path(sha256)
        if not path.is_file():
            raise _not_here(sha256)
        return read_verified(path, sha256)

    def open(self, sha256: str, on_bytes: OnBytes | None = None) -> BinaryIO:
        """Open a file after checking all of its bytes; the same descriptor is handed out.

        Raises:
            NotInPantryError: There is none of that digest.
            IntegrityError: The file is damaged.
            StorageError: It cannot be read.
        """
        path = self.path(sha256)
        with self._missing_is_an_error(sha256):
            raw = path.open("rb", buffering=0)
        try:
            found, _ = sha256_stream(raw, on_bytes)
            check_digest(found, sha256, path.name)
            raw.seek(0)
        except OSError as error:
            raw.close()
            raise storage_error(error, path, "reading") from error
        except BaseException:
            raw.close()
            raise
        return io.BufferedReader(raw)

    def verify(self, sha256: str, on_bytes: OnBytes | None = None) -> None:
        """Read a file and raise as ``open`` does where it is not what it should be."""
        self.open(sha256, on_bytes).close()

    def take_stream(
        self,
        file: BinaryIO,
        sha256: str | None = None,
        on_bytes: OnBytes | None = None,
        later: Later | None = None,
    ) -> tuple[str, int]:
        """Copy what is left of a stream into the store, hashing on the way.

        What lay there under the same digest is replaced, so taking in again mends damage.

        Args:
            file: Where the bytes come from.
            sha256: The digest they must have; None where it is not known before.
            on_bytes: Told the length of each piece; may raise to stop, and nothing is kept.
            later: What ``together`` gave: the file appears when that block ends.

        Returns:
            The digest and the size in bytes.

        Raises:
            IntegrityError: The bytes have another digest; nothing was kept.
            StorageError: The disk is full, read-only or failing; nothing was kept.
        """
        if sha256 is not None:
            self.path(sha256)
        with self.writing(), self._incoming() as (temp, target):
            source = NamedSource(file)
            told = WriteOut(target, on_bytes)
            found, size = copy_and_hash(source, target, told)  # type: ignore[arg-type] # it reads
            if sha256 is not None:
                check_digest(found, sha256, name_of(file))
            target.flush()
            if later is None:
                os.fsync(target.fileno())
                self._place([(temp, found)])
            else:
                later.append((self._put_by(temp), found))
        return found, size

    @contextlib.contextmanager
    def together(self) -> Iterator[Later]:
        """Let the files that are taken in within the block appear at its end, each of them whole.

        A disk makes many small files durable at once in about the time that one of them takes.
        Where the block raises, what was whole before appears all the same.

        Raises:
            StorageError: The disk says no.
        """
        later: Later = []
        with self.writing():
            try:
                yield later
            except BaseException:
                with contextlib.suppress(OSError):
                    self._settle(later)
                raise
            else:
                try:
                    self._settle(later)
                except OSError as error:
                    raise storage_error(error, self.folder, "writing") from error
            finally:
                for temp, _ in later:
                    with contextlib.suppress(OSError):
                        temp.unlink(missing_ok=True)

    def take_file(
        self, path: Path, sha256: str | None = None, on_bytes: OnBytes | None = None
    ) -> tuple[str, int]:
        """Copy a regular file into the store; arguments and errors as ``take_stream``."""
        with open_regular(path) as file:
            return self.take_stream(file, sha256, on_bytes)

    def take_bytes(self, content: bytes, sha256: str | None = None) -> tuple[str, int]:
        """Put bytes into the store; arguments and errors as ``take_stream``."""
        return self.take_stream(io.BytesIO(content), sha256)

    def move_in(self, path: Path, sha256: str, on_bytes: OnBytes | None = None) -> int:
        """Check a file of the store's own disk and rename it into place; give its size.

        Raises:
            IntegrityError: It has another digest; it stays where it is.
            StorageError: It cannot be read or moved.
        """
        target = self.path(sha256)
        with self.writing():
            try:
                with path.open("rb+") as file:
                    found, size = sha256_stream(file, on_bytes)
                    check_digest(found, sha256, path.name)
                    os.fsync(file.fileno())
                self._place([(path, sha256)])
            except OSError as error:
                raise storage_error(error, target, "writing") from error
        return size

    def discard(self, sha256: str) -> None:
        """Remove a file if it is here."""
        with self.writing():
            self._remove(self.path(sha256))

    def collect_garbage(self, keep: set[str], spare_younger_than: float = 0.0) -> list[str]:
        """Remove every file that is not kept, and what dead processes left half-done.

        Args:
            keep: Digests to keep. Work them out while holding ``alone()``, or what another
                process took in meanwhile is removed.
            spare_younger_than: Also keep what came in during the last so many seconds.

        Returns:
            The digests that were removed.

        Raises:
            PantryBusyError: Someone takes something in and does not finish.
        """
        oldest = time.time() - spare_younger_than
        with self.alone():
            doomed = [
                sha256
                for sha256 in self.digests()
                if sha256 not in keep
                and (spare_younger_than <= 0 or self.path(sha256).stat().st_mtime < oldest)
            ]
            for sha256 in doomed:
                self._remove(self.path(sha256))
            for leftover in (self.folder / "incoming").glob(f"{TEMP_MARK}*"):
                self._remove(leftover)
        return doomed

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Keep garbage collection away, for taking in and recording as one step."""
        with self._lock.shared():
            yield

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Keep every writer away."""
        with self._lock.alone():
            yield

    @contextlib.contextmanager
    def _incoming(self) -> Iterator[tuple[Path, BinaryIO]]:
        temp = self.folder / "incoming" / f"{TEMP_MARK}{secrets.token_hex(8)}"
        try:
            temp.parent.mkdir(parents=True, exist_ok=True)
            with temp.open("xb") as file:
                yield temp, file
        except OSError as error:
            raise storage_error(error, self.folder, "writing") from error
        finally:
            with contextlib.suppress(OSError):
                temp.unlink(missing_ok=True)

    def _put_by(self, temp: Path) -> Path:
        """Give a whole file another temporary name, which outlives the copying."""
        target = temp.with_name(f"{temp.name}-whole")
        temp.replace(target)
        return target

    def _settle(self, files: Later) -> None:
        """Make whole files durable, then give them their names."""
        _fsync_all([temp for temp, _ in files])
        self._place(files)

    def _place(self, files: Later) -> None:
        """Give durable files their names, and make those durable."""
        folders = {self.path(sha256).parent for _, sha256 in files}
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
        for temp, sha256 in files:
            if os.name == "posix":
                temp.chmod(0o444)
            temp.replace(self.path(sha256))
        for folder in (*folders, self.folder / "sha256", self.folder):
            fsync_folder(folder)  # those above too: another process may have made what lies below

    def _remove(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise storage_error(error, path, "removing") from error

    @contextlib.contextmanager
    def _missing_is_an_error(self, sha256: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise _not_here(sha256) from error
        except OSError as error:
            raise storage_error(error, self.path(sha256), "reading") from error


def _fsync_all(paths: Sequence[Path]) -> None:
    """Make files durable, several at once: a journal then writes for many what it would for one."""

    def fsync(path: Path) -> None:
        with path.open("rb+") as file:
            os.fsync(file.fileno())

    if len(paths) == 1:
        fsync(paths[0])
    elif paths:
        with ThreadPoolExecutor(min(_MOST_AT_ONCE, len(paths))) as pool:
            list(pool.map(fsync, paths))


def _not_here(sha256: str) -> NotInPantryError:
    return NotInPantryError(
        f"the pantry holds no file {sha256[:12]}…",
        "Fetch it, or open a bundle that carries it.",
    )
