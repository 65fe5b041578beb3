"""The steps between the last blob and the seal: tidying up, and reading everything back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

from haversack.base.digests import sha256_bytes
from haversack.base.files import fsync_folder, storage_error
from haversack.base.progress import CancelToken, Meter, OnProgress
from haversack.bundle import target
from haversack.bundle.blobs import BlobWriter
from haversack.bundle.errors import PackError
from haversack.bundle.layout import blob_name
from haversack.bundle.listing import Listing, list_bundle
from haversack.bundle.parallel import Counting
from haversack.bundle.readback import read_back
from haversack.trust.chain import RootChain


def tidy(out: Path, keep: Collection[str], chain: RootChain) -> None:
    """Remove whatever in the folder is no part of the bundle that is about to be sealed.

    Args:
        out: The folder.
        keep: The digests of the blobs that stay.
        chain: The roots that stay.

    Raises:
        PackError: Something appeared in it that is no part of any bundle.
        StorageError: The device fails.
    """
    listing: Listing = list_bundle(out)
    if listing.strangers:
        raise PackError(
            f"{listing.strangers[0]} appeared in {out} meanwhile", "Remove it, then pack again."
        )
    names = [*listing.temps, *target.stale_roots(listing, chain)]
    names += [blob_name(one) for one in listing.blobs if one not in keep]
    try:
        for name in names:
            (out / name).unlink(missing_ok=True)
            fsync_folder((out / name).parent)
    except OSError as error:
        raise storage_error(error, out, "tidying") from error


def read_all_back(
    writers: Sequence[BlobWriter],
    small: Mapping[str, bytes],
    jobs: int,
    on_progress: OnProgress,
    cancel: CancelToken | None,
) -> None:
    """Read back everything that was written to every stick.

    Raises:
        PackError: A device gives other bytes than it was given.
        StorageError: A device fails.
    """
    files = [
        [(blob_name(one), one, size) for one, size in writer.written.items()]
        + [(name, sha256_bytes(file), len(file)) for name, file in small.items()]
        for writer in writers
    ]
    sizes = [size for names in files for *_, size in names]
    count = counting("reading back", sizes, on_progress, cancel)
    for writer, names in zip(writers, files, strict=True):
        read_back(writer.folder, names, jobs, count)


def counting(
    phase: str, sizes: Iterable[int], on_progress: OnProgress, cancel: CancelToken | None
) -> Counting:
    """Give what several threads tell their progress to, for bytes that are known beforehand."""
    return Counting(Meter(phase, sum(sizes), on_progress, cancel=cancel).advance)
