"""The first fetch of a file whose digest is not known: it must be what its source publishes."""

from __future__ import annotations

from haversack.base.digests import is_sha256, sha256_bytes, sha256_file
from haversack.base.progress import CancelToken, OnProgress, ignore_progress
from haversack.pantry.assets import Fetched
from haversack.pantry.errors import FetchError
from haversack.pantry.fetch.call import Call, Patience
from haversack.pantry.fetch.published import Published, published
from haversack.pantry.fetch.sources import download_first
from haversack.pantry.pantry import Pantry
from haversack.recipe.assets import Unpinned


def fetch_first(
    pantry: Pantry,
    file: Unpinned,
    on_progress: OnProgress = ignore_progress,
    cancel: CancelToken | None = None,
    patience: Patience | None = None,
) -> Fetched:
    """Fetch a file into the pantry's store under the digest that it turns out to have.

    It is checked against what its source publishes; what is published and from where goes into the
    record. The file is not recorded as an asset yet.

    Returns:
        Where the bytes came from, and the digest under which the store has them.

    Raises:
        FetchError: It cannot be had, its source publishes no digest, or the bytes have another.
        StorageError: The disk is full, read-only or failing.
        Cancelled: Someone asked to stop.
    """
    call = Call(on_progress, cancel, patience or Patience())
    said = published(file.uri, call)
    key = said.beginning if is_sha256(said.beginning) else sha256_bytes(file.uri.encode())
    with pantry.store.downloads.place(key, cancel) as place:
        whole = download_first(file.uri, place, call)
        found, size = sha256_file(whole.path), whole.path.stat().st_size
        if not found.startswith(said.beginning) or said.size not in (None, size):
            place.part.unlink(missing_ok=True)
            raise _differs(file, said, found)
        pantry.store.move_in(whole.path, found)
    return Fetched(fetched_from=f"{whole.place}; {said.words}", raw_sha256=found)


def _differs(file: Unpinned, said: Published, found: str) -> FetchError:
    return FetchError(
        f"{file.name} is not what its source publishes ({said.words}): it has {found[:16]}\u2026",
        "It was not kept. Run it again; where it stays so, do not use this source.",
        "wrong digest",
    )
