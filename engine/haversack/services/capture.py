"""Bringing what a recipe needs into the pantry: fetch, convert, check, record."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from haversack.base.progress import CancelToken, Meter, Progress
from haversack.pantry.assets import Fetched
from haversack.pantry.fetch.asset import fetch_asset
from haversack.pantry.pantry import Pantry
from haversack.recipe.assets import Asset
from haversack.runs.spec import RunKind, RunSpec
from haversack.runs.supervisor import run_worker
from haversack.services.isolation import isolation
from haversack.services.listen import Listener, Said, ignore
from haversack.services.report import Captured


def capture(
    assets: tuple[Asset, ...],
    pantry: Pantry,
    *,
    on_event: Listener = ignore,
    cancel: CancelToken | None = None,
) -> tuple[Captured, ...]:
    """Bring assets into the pantry; those that are there are verified and not fetched again.

    Raises:
        FetchError: No network, a dead address, a wrong digest, a client that is not installed.
        RunFailed: A conversion failed.
        IntegrityError: A converted file has another digest than the catalogue says.
    """
    return tuple(_capture_one(asset, pantry, on_event, cancel) for asset in assets)


def _capture_one(
    asset: Asset, pantry: Pantry, on_event: Listener, cancel: CancelToken | None
) -> Captured:
    present = pantry.assets.is_ready(asset)
    if not present:
        with pantry.store.downloads.capturing(asset.sha256, cancel):
            present = pantry.assets.is_ready(asset)  # another process may have brought it
            if not present:
                on_event(Said(f"fetching {asset.name} from {asset.origin.uri}"))
                _fetch(asset, pantry, on_event, cancel)
    if present:
        meter = Meter(f"checking {asset.name}", asset.size, on_event, cancel=cancel)
        pantry.store.verify(asset.sha256, meter.advance)
    return Captured(
        name=asset.name,
        kind=asset.kind,
        size=asset.size,
        sha256=asset.sha256,
        licence=asset.licence,
        source=asset.origin.uri,
        fetched=not present,
    )


def _fetch(asset: Asset, pantry: Pantry, on_event: Listener, cancel: CancelToken | None) -> None:
    fetched = fetch_asset(pantry, asset, on_progress=on_event, cancel=cancel)
    if asset.convert is None:
        pantry.assets.put(asset, fetched)
        return
    on_event(Said(f"converting {asset.name}"))
    on_event(Progress("converting", 0, unit=""))  # how long it takes nobody can know
    try:
        with tempfile.TemporaryDirectory(prefix="haversack-convert-") as scratch:
            source = pantry.store.path(fetched.raw_sha256)
            made = convert_apart(asset.convert, source, pantry, Path(scratch).resolve(), on_event)
            pantry.assets.put(asset, made.noted(fetched), file=made.file)
    finally:
        pantry.store.discard(fetched.raw_sha256)


@dataclass(frozen=True, slots=True)
class Converted:
    """What a conversion made.

    Attributes:
        file: The file.
        apart: Whether the worker that made it had no network.
    """

    file: Path
    apart: bool

    def noted(self, fetched: Fetched) -> Fetched:
        """Give the note on where the bytes came from, with how they were converted."""
        return fetched.model_copy(update={"converted_apart": self.apart})


def convert_apart(
    conversion: str, source: Path, pantry: Pantry, folder: Path, on_event: Listener = ignore
) -> Converted:
    """Convert a foreign file once, in a worker without a network.

    Where no network namespace can be made the worker has the network, which is said.

    Args:
        conversion: As of an asset.
        source: The foreign file.
        pantry: Where the asset goes; the worker may read it and not change it.
        folder: An empty folder for what is made.
        on_event: Hears where the network could not be cut off.

    Raises:
        RunFailed: The conversion failed.
    """
    target = folder / "converted"
    apart = isolation()
    if not apart.possible:
        why = f"no network namespace can be made here ({apart.why_not})"
        on_event(Said(f"this conversion is not cut off from the network: {why}"))
    run_worker(
        RunSpec(
            kind=RunKind.CONVERT,
            run_id="convert",
            run_dir=folder / "run",
            options={
                "conversion": conversion,
                "source": str(source),
                "target": str(target),
            },
        ),
        prefix=apart.prefix([pantry.path]) if apart.possible else (),
    )
    return Converted(target, apart.possible)
