"""Code that was verified and taken in is put where a person can run it; nothing here runs it."""

from __future__ import annotations

import contextlib
import gzip
import os
import re
import secrets
import shutil
import tarfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from haversack.base.errors import FileFormatError, HaversackError
from haversack.base.files import TEMP_MARK, fsync_folder, storage_error
from haversack.bundle.manifest import ManifestFile
from haversack.pantry.pantry import Pantry

FOLDER = "code"
MOST_BYTES = 16 << 30
MOST_FILES = 100_000
_APP = re.compile(r"app/(haversack-[^/]+)\.tar\.gz")
_RUNTIME = re.compile(r"runtime/([^/]+)/.+")
_HINT = "Tell its publisher."


def place_code(
    files: Iterable[ManifestFile], pantry: Pantry
) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Put the app and the runtimes of a bundle into the pantry's folder ``code``.

    What lies there under the same name stays as it is: a version is never changed in place.

    Args:
        files: What was taken in.
        pantry: Whose store it lies in.

    Returns:
        The folders, and one line for each thing that fits no place.

    Raises:
        StorageError: The disk says no.
    """
    code = [file for file in files if file.kind == "code"]
    placed: list[Path] = []
    refused: list[str] = []
    for file in code:
        if found := _APP.fullmatch(file.path):
            target = pantry.path / FOLDER / found[1]
            try:
                if not target.is_dir():
                    _unpack(pantry, file, target)
                placed.append(target)
            except HaversackError as error:
                refused.append(f"{file.path}: {error.message}")
        elif not _RUNTIME.fullmatch(file.path):
            refused.append(f"{file.path}: code that is neither the app nor a runtime")
    for name in sorted({found[1] for file in code if (found := _RUNTIME.fullmatch(file.path))}):
        target = pantry.path / FOLDER / f"runtime-{name}"
        if not target.is_dir():
            _lay_out(pantry, [file for file in code if _is_of(file, name)], target, name)
        placed.append(target)
    return tuple(placed), tuple(refused)


def _is_of(file: ManifestFile, name: str) -> bool:
    return file.path.startswith(f"runtime/{name}/")


def _unpack(pantry: Pantry, file: ManifestFile, target: Path) -> None:
    """Unpack an archive whose only folder bears the target's name; modes come back with it."""
    with _new_folder(target) as folder, pantry.store.open(file.sha256) as stored:
        try:
            with tarfile.open(fileobj=stored, mode="r:gz") as tar:
                _extract(tar, folder.parent, target.name)
        except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise FileFormatError(f"its archive cannot be unpacked: {error}", _HINT) from error


def _extract(tar: tarfile.TarFile, parent: Path, name: str) -> None:
    size = 0
    for count, member in enumerate(tar, start=1):
        size += member.size
        if count > MOST_FILES or size > MOST_BYTES:
            raise FileFormatError("it unpacks to more than an app ever has", _HINT)
        if member.name != name and not member.name.startswith(f"{name}/"):
            raise FileFormatError(f"it holds more than the folder {name}", _HINT)
        tar.extract(member, parent, filter="data")


def _lay_out(pantry: Pantry, files: Iterable[ManifestFile], target: Path, name: str) -> None:
    """Put the files of a runtime into a folder; wheels share their bytes with the store."""
    with _new_folder(target) as folder:
        for file in files:
            place = folder.joinpath(*PurePosixPath(file.path).parts[2:])
            place.parent.mkdir(parents=True, exist_ok=True)
            stored = pantry.store.path(file.sha256)
            if place.suffix == ".whl":
                with contextlib.suppress(OSError):
                    os.link(stored, place)
                    continue
            shutil.copyfile(stored, place)


@contextlib.contextmanager
def _new_folder(target: Path) -> Iterator[Path]:
    """Fill a folder that appears where it belongs when the block ends well."""
    temp = target.with_name(f"{TEMP_MARK}{secrets.token_hex(6)}")
    try:
        (temp / target.name).mkdir(parents=True)
        yield temp / target.name
        if hasattr(os, "sync"):
            os.sync()
        (temp / target.name).rename(target)
        fsync_folder(target.parent)
    except OSError as error:
        raise storage_error(error, target, "unpacking into") from error
    finally:
        shutil.rmtree(temp, ignore_errors=True)
