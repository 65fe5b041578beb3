"""Replacing a whole folder: written beside its place, then renamed; the old one stands aside."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from haversack.base.files import TEMP_MARK, fsync_folder, storage_error

_TRIES = 8


@contextlib.contextmanager
def fresh_folder(folder: Path) -> Iterator[Path]:
    """Give an empty folder that takes the place of ``folder`` when the block ends well.

    Raises:
        StorageError: The disk is full, read-only or failing; the old folder stays.
    """
    fresh = folder.with_name(f"{TEMP_MARK}{secrets.token_hex(6)}")
    try:
        fresh.mkdir(parents=True)
        yield fresh
        _replace(fresh, folder)
    except OSError as error:
        raise storage_error(error, folder, "writing") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def is_there(folder: Path) -> bool:
    """Say whether a folder is there, or stands aside since its replacement was interrupted."""
    return folder.is_dir() or _aside(folder).is_dir()


def restore_if_writable(folder: Path) -> None:
    """Bring back the folder that stood aside when a replacement was interrupted."""
    if os.access(folder.parent, os.W_OK):
        with contextlib.suppress(OSError):
            _restore(folder)


def _replace(fresh: Path, folder: Path) -> None:
    for tries_left in reversed(range(_TRIES)):
        try:
            _put_aside_for(fresh, folder)
            break
        except OSError:
            restore_if_writable(folder)
            if not tries_left:
                raise
    fsync_folder(folder.parent)
    shutil.rmtree(_aside(folder), ignore_errors=True)


def _put_aside_for(fresh: Path, folder: Path) -> None:
    """Rename twice; in between a reader may bring the old folder back, and the second fails."""
    _restore(folder)
    if folder.exists():
        folder.rename(_aside(folder))
    fresh.rename(folder)


def _restore(folder: Path) -> None:
    aside = _aside(folder)
    if aside.exists() and not folder.exists():
        aside.rename(folder)
    elif aside.exists():
        shutil.rmtree(aside, ignore_errors=True)


def _aside(folder: Path) -> Path:
    return folder.with_name(f".previous-{folder.name}")
