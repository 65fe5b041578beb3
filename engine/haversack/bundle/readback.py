"""Reading back what lies on a device, past what the system keeps in memory."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from pathlib import Path

from haversack.bundle.device import check_blob
from haversack.bundle.errors import Invalid, PackError
from haversack.bundle.layout import blob_name
from haversack.bundle.parallel import for_all

FAKE_HINT = "The device does not keep what it is given; throw it away and use another one."


def sound_blobs(
    folder: Path, blobs: dict[str, int], jobs: int | None, on_bytes: Callable[[int], None]
) -> dict[str, int]:
    """Read blobs; give those whose bytes have their name, with their sizes.

    Raises:
        StorageError: The device fails.
    """
    sound: dict[str, int] = {}

    def check(blob: tuple[str, int]) -> None:
        sha256, size = blob
        with contextlib.suppress(Invalid):
            check_blob(folder, blob_name(sha256), sha256, size, on_bytes, uncached=True)
            sound[sha256] = size

    for_all(list(blobs.items()), check, jobs, lambda blob: blob[1])
    return sound


def read_back(
    folder: Path,
    files: Iterable[tuple[str, str, int]],
    jobs: int | None,
    on_bytes: Callable[[int], None],
) -> None:
    """Read files that were just written; each is given by its name, SHA-256 and size.

    Raises:
        PackError: The device gives other bytes than it was given.
        StorageError: The device fails.
    """

    def check(file: tuple[str, str, int]) -> None:
        name, sha256, size = file
        try:
            check_blob(folder, name, sha256, size, on_bytes, uncached=True)
        except Invalid as error:
            raise PackError(f"read back wrongly: {error.message}", FAKE_HINT) from error

    for_all(list(files), check, jobs, lambda file: file[2])
