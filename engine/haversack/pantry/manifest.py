"""``pantry.json``: what makes a folder a pantry, and which format it has."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.errors import FileFormatError
from haversack.base.files import read_bytes, storage_error, write_bytes
from haversack.pantry.errors import DamagedPantryError, NotAPantryError, PantryTooNewError

FILE = "pantry.json"
FORMAT = "haversack-pantry"
VERSION = 1
FOLDERS = ("store", "assets", "recipes", "volumes", "attestations", "runs")
_LIMIT = 1 << 16
_LITTER = {"lost+found", "system volume information", "$recycle.bin", "thumbs.db", "desktop.ini"}


def check(path: Path) -> None:
    """Raise unless the folder is a pantry that this Haversack can use.

    Raises:
        NotAPantryError: There is no ``pantry.json``.
        DamagedPantryError: It cannot be understood.
        PantryTooNewError: A newer Haversack made it.
        StorageError: It cannot be read.
    """
    file = path / FILE
    if not file.is_file():
        raise NotAPantryError(
            f"{path} is not a pantry", "Make one there with `haversack setup`, or name another."
        )
    try:
        content = load_strict(read_bytes(file, _LIMIT), str(file), _LIMIT)
    except FileFormatError as error:
        raise DamagedPantryError(error.message, _rebuild(path)) from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise NotAPantryError(f"{file} was not written by Haversack", "Name another folder.")
    version = content.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise DamagedPantryError(f"{file} names no format version", _rebuild(path))
    if version > VERSION:
        raise PantryTooNewError(
            f"{path} has pantry format {version}; this Haversack knows up to {VERSION}",
            "Update Haversack, or use another pantry.",
        )


def is_claimed(path: Path) -> bool:
    """Say whether a folder without ``pantry.json`` holds what no unfinished pantry would hold.

    Raises:
        NotAPantryError: It is not a folder.
        StorageError: It cannot be read.
    """
    if path.exists() and not path.is_dir():
        raise NotAPantryError(f"{path} is a file, not a folder", "Name another folder.")
    try:
        names = [p.name.lower() for p in path.iterdir()] if path.exists() else []
    except OSError as error:
        raise storage_error(error, path, "reading") from error
    return any(n not in _LITTER and n not in FOLDERS and not n.startswith(".") for n in names)


def create(path: Path) -> None:
    """Make the folders, then ``pantry.json``, so that what has one is whole.

    A ``pantry.json`` that is there already is put aside as ``pantry.json.damaged``.

    Raises:
        StorageError: The disk is full, read-only or failing.
    """
    for name in FOLDERS:
        try:
            (path / name).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise storage_error(error, path / name, "making") from error
    file = path / FILE
    try:
        if file.exists():
            file.replace(file.with_name(FILE + ".damaged"))
    except OSError as error:
        raise storage_error(error, file, "renaming") from error
    created = datetime.now(UTC).isoformat(timespec="seconds")
    content = {"format": FORMAT, "version": VERSION, "created": created}
    write_bytes(file, dump_canonical(content) + b"\n")


def _rebuild(path: Path) -> str:
    command = f"haversack setup {shlex.quote(str(path))} --rebuild"
    return f"Rebuild it: {command}; what is sound in it stays."
