"""The frozen app as one archive: the same folder gives the same bytes, so one checksum names it."""

from __future__ import annotations

import gzip
import re
import sys
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from haversack.base.canonical_json import load_strict
from haversack.base.errors import FileFormatError, UsageError
from haversack.base.files import StorageError, atomic_writer, read_bytes, storage_error

BUILD = "haversack.build.json"
EPOCH = 1_600_000_000  # every file of the archive has this time
_LIMIT = 4096
_FIELDS = {
    "version": re.compile(r"[0-9][0-9A-Za-z.+]{0,40}\Z"),
    "system": re.compile(r"[a-z0-9]{1,20}\Z"),
    "machine": re.compile(r"[A-Za-z0-9_]{1,20}\Z"),
}
_HINT = "Give the folder that `make freeze` made, or run the frozen app itself."


@dataclass(frozen=True, slots=True)
class FrozenApp:
    """A folder that `make freeze` made.

    Attributes:
        folder: Where it lies.
        name: Such as ``haversack-0.1.0-linux-x86_64``.
    """

    folder: Path
    name: str


def own_folder() -> Path | None:
    """Give the folder that the frozen app runs from; None where this is no frozen app."""
    return Path(sys.executable).resolve().parent if getattr(sys, "frozen", False) else None


def frozen_app(folder: Path) -> FrozenApp:
    """Look at a frozen app's folder; nothing of it is run.

    Raises:
        UsageError: It is none.
    """
    try:
        found = load_strict(read_bytes(folder / BUILD, _LIMIT), BUILD, _LIMIT)
        words = [found[field] for field in _FIELDS]
        right = all(
            isinstance(word, str) and form.match(word)
            for word, form in zip(words, _FIELDS.values(), strict=True)
        )
    except (FileFormatError, StorageError, KeyError, TypeError) as error:
        raise UsageError(f"{folder} is not a frozen app", _HINT) from error
    if not right or not any((folder / name).is_file() for name in ("haversack", "haversack.exe")):
        raise UsageError(f"{folder} is not a whole frozen app", _HINT)
    return FrozenApp(folder, "-".join(["haversack", *words]))


def write_archive(app: FrozenApp, target: Path, on_bytes: Callable[[int], None]) -> None:
    """Write the app as a compressed tar that depends on its bytes, names and modes alone.

    Raises:
        StorageError: A disk says no.
    """
    try:
        with (
            atomic_writer(target) as raw,
            gzip.GzipFile("", "wb", 6, raw, EPOCH) as zipped,
            tarfile.open(fileobj=zipped, mode="w", format=tarfile.PAX_FORMAT) as tar,
        ):
            for path in sorted(app.folder.rglob("*")):
                name = f"{app.name}/{path.relative_to(app.folder).as_posix()}"
                tar.add(path, name, recursive=False, filter=_plain)
                on_bytes(path.lstat().st_size if path.is_file() else 0)
    except OSError as error:
        raise storage_error(error, app.folder, "archiving") from error


def _plain(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.mtime, member.uid, member.gid, member.uname, member.gname = EPOCH, 0, 0, "", ""
    member.mode = 0o755 if member.isdir() or member.mode & 0o100 else 0o644
    return member
