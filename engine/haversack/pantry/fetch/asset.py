"""Fetch an asset into a pantry, or an origin into a folder."""

from __future__ import annotations

import re
from pathlib import Path

from haversack.base.digests import copy_and_hash
from haversack.base.errors import IntegrityError
from haversack.base.files import atomic_writer
from haversack.base.progress import CancelToken, OnProgress, ignore_progress
from haversack.pantry.assets import Fetched
from haversack.pantry.downloads import Downloads
from haversack.pantry.fetch.call import Call, Patience, Whole
from haversack.pantry.fetch.sources import bring, opened, wrong_digest
from haversack.pantry.pantry import Pantry
from haversack.pantry.store import Store
from haversack.recipe.assets import Asset, Origin

_PLAIN_NAME = re.compile(r"[A-Za-z0-9_][\w.+-]{0,120}")


def fetch_asset(
    pantry: Pantry,
    asset: Asset,
    on_progress: OnProgress = ignore_progress,
    cancel: CancelToken | None = None,
    patience: Patience | None = None,
) -> Fetched:
    """Fetch the bytes behind an asset into the pantry's store, checked by digest.

    The asset is not recorded yet. Where it has no conversion, go on with
    ``pantry.assets.put(asset, fetched)``; where it has one, convert
    ``pantry.store.path(fetched.raw_sha256)`` and go on with
    ``pantry.assets.put(asset, fetched, file=CONVERTED)``.

    Returns:
        Where the bytes came from, and the digest under which the store has them.

    Raises:
        FetchError: No network, a dead address, a wrong digest, a missing client, a broken
            archive; nothing is left but what a resumed download goes on from.
        StorageError: The disk is full, read-only or failing.
        Cancelled: Someone asked to stop.
    """
    call = Call(on_progress, cancel, patience or Patience())
    with pantry.store.downloads.place(asset.origin.sha256, cancel) as place:
        whole = bring(asset.origin, place, call)
        raw_sha256 = _take_in(pantry.store, asset, whole, call)
        place.part.unlink(missing_ok=True)
    member = f", member {asset.origin.member}" if asset.origin.member else ""
    return Fetched(fetched_from=whole.place + member, raw_sha256=raw_sha256)


def fetch_origin(
    origin: Origin,
    into: Path,
    on_progress: OnProgress = ignore_progress,
    cancel: CancelToken | None = None,
    patience: Patience | None = None,
) -> Path:
    """Fetch what an origin names into a folder; errors as ``fetch_asset``.

    Args:
        origin: What to fetch; its digest is checked before anything is taken out of it.
        into: The folder; the part of a failed download stays in it, to go on from.
        on_progress: Told how far it has come.
        cancel: Asked whether to stop.
        patience: How long servers are waited for.

    Returns:
        The file, under the last name of the member or of the address.
    """
    call = Call(on_progress, cancel, patience or Patience())
    with Downloads(into).place(origin.sha256, cancel) as place:
        whole = bring(origin, place, call)
        target = into / _file_name(origin, whole)
        with opened(whole, origin, call) as (stream, size), atomic_writer(target) as file:
            meter = call.meter(f"writing {target.name}", size)
            found, _ = copy_and_hash(stream, file, meter.advance)
            if origin.member is None and found != origin.sha256:
                raise wrong_digest(whole.place)
        place.part.unlink(missing_ok=True)
    return target


def _take_in(store: Store, asset: Asset, whole: Whole, call: Call) -> str:
    """Put the wanted file into the store and give its digest."""
    origin = asset.origin
    pinned = origin.sha256 if origin.member is None else None
    wanted = asset.sha256 if asset.convert is None else pinned
    try:
        if whole.is_ours and wanted is not None and origin.member is None:
            meter = call.meter(f"taking in {asset.name}", whole.path.stat().st_size)
            store.move_in(whole.path, wanted, meter.advance)
            return wanted
        with opened(whole, origin, call) as (stream, size):
            meter = call.meter(f"taking in {asset.name}", size)
            return store.take_stream(stream, wanted, meter.advance)[0]
    except IntegrityError as error:
        raise wrong_digest(whole.place) from error


def _file_name(origin: Origin, whole: Whole) -> str:
    last = (origin.member or whole.path.name).rpartition("/")[2]
    if last.endswith(".part"):
        last = whole.place.rpartition("/")[2]
    return last if _PLAIN_NAME.fullmatch(last) else origin.sha256
