"""Gathering: blobs of one stick after the other, put aside until a bundle is whole."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Sequence
from pathlib import Path

from haversack.base.files import atomic_writer, storage_error
from haversack.base.progress import CancelToken, Meter, OnProgress, ignore_progress
from haversack.bundle.admission import Admitted
from haversack.bundle.device import check_blob
from haversack.bundle.donors import locate
from haversack.bundle.layout import BLOBS, blob_name, blob_path
from haversack.bundle.parallel import Counting, for_all
from haversack.bundle.sink import Sink


def gather(
    found: Admitted,
    sink: Sink,
    aside: Path,
    *,
    donors: Sequence[Path] = (),
    jobs: int | None = None,
    on_progress: OnProgress = ignore_progress,
    cancel: CancelToken | None = None,
) -> int:
    """Copy the blobs that a partial bundle has, and that are still wanted, to a folder of ours.

    Args:
        found: The bundle, as ``admit`` gave it.
        sink: The store; what it has is not gathered.
        aside: The folder; ``take_in`` is given it as a donor later.
        donors: Other folders to gather from at the same time.
        jobs: Threads; None for one per core.
        on_progress: Told about the bytes copied.
        cancel: Asked between pieces.

    Returns:
        The bytes copied; what lay there already is not copied again.

    Raises:
        Invalid: A blob is damaged; what was copied before stays.
        StorageError: The stick or the disk fails.
    """
    places = locate(found, donors)
    lacking = {need.sha256 for need in places.needs}
    wanted = {
        blob: size
        for file in found.manifest.files
        if not sink.has(file.sha256)
        for blob, size in found.manifest.parts(file)
        if blob not in lacking and not blob_path(aside, blob).is_file()
    }
    meter = Meter("gathering", sum(wanted.values()), on_progress, cancel=cancel)
    count = Counting(meter.advance)

    def copy(blob: tuple[str, int]) -> None:
        sha256, size = blob
        name = blob_name(sha256)
        with atomic_writer(aside / name) as file:
            check_blob(places.of(sha256), name, sha256, size, count, also=file.write)

    for_all(list(wanted.items()), copy, jobs, lambda blob: blob[1])
    return sum(wanted.values())


def let_go(found: Admitted, aside: Path) -> None:
    """Remove what was gathered for a bundle that is in the store now.

    Raises:
        StorageError: The disk says no.
    """
    try:
        for sha256 in found.manifest.blobs:
            blob_path(aside, sha256).unlink(missing_ok=True)
        with contextlib.suppress(StopIteration):
            next(path for path in (aside / BLOBS).rglob("*") if path.is_file())
            return
        shutil.rmtree(aside, ignore_errors=True)
    except OSError as error:
        raise storage_error(error, aside, "removing") from error
