"""Pinning: files of which only the source is known are fetched, checked and named by digest."""

from __future__ import annotations

import tempfile
from pathlib import Path

from haversack.base.digests import sha256_file
from haversack.base.progress import CancelToken
from haversack.pantry.assets import AssetRecord, Fetched
from haversack.pantry.fetch.call import Patience
from haversack.pantry.fetch.first import fetch_first
from haversack.pantry.pantry import Pantry
from haversack.recipe.assets import Pin, Unpinned
from haversack.recipe.tree import Recipe
from haversack.services.capture import convert_apart
from haversack.services.listen import Listener, Said, ignore


def pin(
    recipe: Recipe,
    pantry: Pantry,
    *,
    on_event: Listener = ignore,
    cancel: CancelToken | None = None,
    patience: Patience | None = None,
) -> Recipe:
    """Give the recipe with every file of it named by digest; itself where they all are.

    A file is fetched once and checked against what its source publishes; the pantry's record says
    when, from where, and what was published. A file that this pantry pinned before keeps its pin.

    Raises:
        FetchError: A file cannot be fetched, or is not what its source publishes.
        RunFailed: A conversion failed.
    """
    files = recipe.unpinned()
    if not files:
        return recipe
    pinned = recipe.copy()
    for path, file in files.items():
        record = _known(file, pantry) or _first(file, pantry, on_event, cancel, patience)
        asset = record.asset
        pinned[path] = str(Pin(asset.sha256, asset.size, asset.origin.sha256))
        line = f"{path}: {file.uri} fetched {record.fetched_at}, SHA-256 {asset.sha256}"
        pinned.history = (*pinned.history, line)
    return pinned


def _known(file: Unpinned, pantry: Pantry) -> AssetRecord | None:
    for record in pantry.assets.list():
        same = (record.asset.name, record.asset.origin.uri) == (file.name, file.uri)
        if same and pantry.assets.is_ready(record.asset):
            return record
    return None


def _first(
    file: Unpinned,
    pantry: Pantry,
    on_event: Listener,
    cancel: CancelToken | None,
    patience: Patience | None,
) -> AssetRecord:
    on_event(Said(f"fetching {file.name} from {file.uri} for the first time"))
    fetched = fetch_first(pantry, file, on_event, cancel, patience)
    source = pantry.store.path(fetched.raw_sha256)
    if file.convert is None:
        return _record(file, fetched, source, pantry)
    on_event(Said(f"converting {file.name} to safetensors"))
    try:
        with tempfile.TemporaryDirectory(prefix="haversack-convert-") as scratch:
            made = convert_apart(file.convert, source, pantry, Path(scratch).resolve(), on_event)
            return _record(file, made.noted(fetched), made.file, pantry)
    finally:
        pantry.store.discard(fetched.raw_sha256)


def _record(file: Unpinned, fetched: Fetched, kept: Path, pantry: Pantry) -> AssetRecord:
    found = Pin(sha256_file(kept), kept.stat().st_size, fetched.raw_sha256)
    is_here = found.sha256 == fetched.raw_sha256
    return pantry.assets.put(file.pinned(found), fetched, file=None if is_here else kept)
