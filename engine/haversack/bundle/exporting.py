"""What every export has in common."""

from __future__ import annotations

from pathlib import Path

from haversack.base.errors import UsageError
from haversack.base.files import storage_error


def refuse_what_is_there(out: Path) -> None:
    """Refuse a folder that holds something.

    Raises:
        UsageError: It does, or is no folder.
        StorageError: It cannot be read.
    """
    try:
        taken = out.exists() and (not out.is_dir() or any(out.iterdir()))
    except OSError as error:
        raise storage_error(error, out, "reading") from error
    if taken:
        raise UsageError(f"{out} is not empty", "Give a new folder.")
