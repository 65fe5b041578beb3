"""One walk over a bundle's folder: its blobs and roots, known litter, and strangers."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from haversack.base.digests import is_sha256
from haversack.base.files import TEMP_MARK, StorageError, storage_error
from haversack.bundle.layout import ALGORITHM, BLOBS, ENVELOPE, LITTER, README, ROOTS

UNMEASURED = -1
_ROOT_FILE = re.compile(r"([1-9][0-9]{0,3})\.root\.json\Z")
_FAN = re.compile(r"[0-9a-f]{2}\Z")


@dataclass
class Listing:
    """What lies in a bundle's folder; names are paths within it, with forward slashes.

    Attributes:
        blobs: The size of every blob by the digest that it is named by; ``UNMEASURED`` for all
            where sizes were not asked for.
        roots: The versions of the roots.
        has_envelope: Whether the envelope is there.
        has_readme: Whether README.txt is there.
        litter: Names that operating systems leave behind.
        temps: What a killed writer left half-done.
        strangers: Everything else.
    """

    blobs: dict[str, int] = field(default_factory=dict)
    roots: list[int] = field(default_factory=list)
    has_envelope: bool = False
    has_readme: bool = False
    litter: list[str] = field(default_factory=list)
    temps: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)


def list_bundle(folder: Path, blobs: bool = True, sizes: bool = True) -> Listing:
    """Walk over a bundle's folder without opening a file or following a link.

    Args:
        folder: The bundle.
        blobs: Whether to go into the folder of blobs.
        sizes: Whether to ask for the size of each blob, which takes as long as all the rest.

    Raises:
        StorageError: There is no such folder, or the device fails.
    """
    if not folder.is_dir():
        what = "is no folder" if folder.exists() else "is not there"
        hint = "Plug the stick in again, or give the folder that holds the bundle."
        raise StorageError(f"{folder} {what}", hint)
    listing = Listing()
    for entry in _entries(folder, "", listing):
        if entry.name == ENVELOPE and _is_file(entry):
            listing.has_envelope = True
        elif entry.name == README and _is_file(entry):
            listing.has_readme = True
        elif entry.name == ROOTS and _is_folder(entry):
            _list_roots(folder, listing)
        elif entry.name == BLOBS and _is_folder(entry):
            if blobs:
                _list_blobs(folder, listing, sizes)
        else:
            listing.strangers.append(entry.name)
    listing.roots.sort()
    return listing


def _list_roots(folder: Path, listing: Listing) -> None:
    for entry in _entries(folder, ROOTS, listing):
        found = _ROOT_FILE.match(entry.name)
        if found and _is_file(entry):
            listing.roots.append(int(found[1]))
        else:
            listing.strangers.append(f"{ROOTS}/{entry.name}")


def _list_blobs(folder: Path, listing: Listing, sizes: bool) -> None:
    for entry in _entries(folder, BLOBS, listing):
        if entry.name != ALGORITHM or not _is_folder(entry):
            listing.strangers.append(f"{BLOBS}/{entry.name}")
            continue
        base = f"{BLOBS}/{ALGORITHM}"
        for fan in _entries(folder, base, listing):
            if _FAN.match(fan.name) and _is_folder(fan):
                _list_fan(folder, f"{base}/{fan.name}", fan.name, listing, sizes)
            else:
                listing.strangers.append(f"{base}/{fan.name}")


def _list_fan(folder: Path, within: str, prefix: str, listing: Listing, sizes: bool) -> None:
    path, blobs = f"{folder}/{within}", listing.blobs
    others: list[os.DirEntry[str]] = []
    try:
        with _scan(path) as entries:
            for entry in entries:
                name = entry.name
                if not (is_sha256(name) and name.startswith(prefix) and _is_file(entry)):
                    others.append(entry)
                elif sizes:
                    blobs[name] = entry.stat(follow_symlinks=False).st_size
                else:
                    blobs[name] = UNMEASURED
            kept = _without_litter(others, within, listing)
    except OSError as error:
        raise storage_error(error, Path(path), "reading") from error
    listing.strangers += (f"{within}/{entry.name}" for entry in kept)


@contextlib.contextmanager
def _scan(path: str) -> Iterator[Iterator[os.DirEntry[str]]]:
    """Scan a folder by its descriptor where that can be: sizes are then found without its path."""
    if os.scandir not in os.supports_fd:
        with os.scandir(path) as entries:
            yield entries
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with os.scandir(descriptor) as entries:
            yield entries
    finally:
        os.close(descriptor)


def _entries(folder: Path, within: str, listing: Listing) -> list[os.DirEntry[str]]:
    """Give what lies in a folder, in order, less litter and half-written files."""
    try:
        with os.scandir(folder / within) as entries:
            found = list(entries)
    except OSError as error:
        raise storage_error(error, folder / within, "reading") from error
    return _without_litter(found, within, listing)


def _without_litter(
    found: list[os.DirEntry[str]], within: str, listing: Listing
) -> list[os.DirEntry[str]]:
    kept = []
    for entry in sorted(found, key=lambda entry: entry.name):
        name = f"{within}/{entry.name}" if within else entry.name
        if entry.name in LITTER:
            listing.litter.append(name)
        elif entry.name.startswith(TEMP_MARK) and _is_file(entry):
            listing.temps.append(name)
        else:
            kept.append(entry)
    return kept


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file(follow_symlinks=False)
    except OSError as error:
        raise storage_error(error, Path(entry.path), "reading") from error


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError as error:
        raise storage_error(error, Path(entry.path), "reading") from error
