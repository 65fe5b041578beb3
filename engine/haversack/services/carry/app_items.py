"""What ``haversack pack --app`` adds to a bundle: the app's archive and the list of its parts."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from haversack.base.digests import sha256_file
from haversack.base.errors import UsageError
from haversack.base.files import TEMP_MARK
from haversack.base.progress import CancelToken, Meter
from haversack.bundle.items import PackItem
from haversack.services.carry.app_archive import frozen_app, own_folder, write_archive
from haversack.services.carry.app_parts import LIST_TYPE, Part, parts_beside
from haversack.services.listen import Listener, ignore

ARCHIVE = ".tar.gz"
PARTS = ".cdx.json"
_PLACE = "app/"
_SOURCE = "made by `make freeze`"
_LICENCE = "Apache-2.0, with parts of others"


@dataclass(frozen=True, slots=True)
class AppPlan:
    """What the app would be.

    Attributes:
        name: Such as ``haversack-0.1.0-linux-x86_64``.
        parts: What it is made of; None where no list beside it tells that.
    """

    name: str
    parts: tuple[Part, ...] | None


def plan_app(app: Path | None) -> AppPlan:
    """Look at an app without packing it; arguments and errors as ``app_items``."""
    chosen = _chosen(app)
    name = chosen.name.removesuffix(ARCHIVE) if _is_archive(chosen) else frozen_app(chosen).name
    return AppPlan(name, parts_beside(chosen.with_name(f"{name}{PARTS}")))


@contextlib.contextmanager
def app_items(
    app: Path | None,
    work: Path,
    on_event: Listener = ignore,
    cancel: CancelToken | None = None,
) -> Iterator[tuple[PackItem, ...]]:
    """Give the files of the app for the time of a packing.

    Args:
        app: A frozen folder, or an archive that `make release` made; None for the folder that
            the frozen app runs from.
        work: A folder on the disk where an archive can be written meanwhile.
        on_event: Hears progress.
        cancel: Stops between files.

    Raises:
        UsageError: There is no frozen app.
        StorageError: A disk says no.
    """
    chosen = _chosen(app)
    if _is_archive(chosen):
        yield _items(chosen, chosen.with_name(chosen.name.removesuffix(ARCHIVE) + PARTS))
        return
    found = frozen_app(chosen)
    with tempfile.TemporaryDirectory(prefix=TEMP_MARK, dir=work) as temporary:
        archive = Path(temporary) / f"{found.name}{ARCHIVE}"
        total = sum(p.stat().st_size for p in chosen.rglob("*") if p.is_file())
        meter = Meter("archiving the app", total, on_event, cancel=cancel)
        write_archive(found, archive, meter.advance)
        yield _items(archive, chosen.with_name(f"{found.name}{PARTS}"))


def is_app(item: PackItem) -> bool:
    """Say whether a file that is packed is the app's archive."""
    return item.kind == "code" and item.logical_path.startswith(_PLACE)


def _chosen(app: Path | None) -> Path:
    chosen = app or own_folder()
    if chosen is None:
        raise UsageError(
            "this is not the frozen app, so it cannot carry itself",
            "Name a frozen folder with --app-from, such as dist/haversack after `make freeze`.",
        )
    return chosen


def _is_archive(chosen: Path) -> bool:
    return chosen.name.endswith(ARCHIVE) and chosen.is_file()


def _items(archive: Path, parts: Path) -> tuple[PackItem, ...]:
    items = [file_item(archive, _PLACE, "code", "application/gzip", _LICENCE, _SOURCE)]
    if parts.is_file():
        items.append(file_item(parts, _PLACE, "licence", LIST_TYPE, "Apache-2.0", _SOURCE))
    return tuple(items)


def file_item(
    path: Path, place: str, kind: str, media_type: str, licence: str, source: str
) -> PackItem:
    """Give a file of this machine as one to pack, at ``place`` under its own name."""
    return PackItem(
        logical_path=f"{place}{path.name}",
        kind=kind,
        media_type=media_type,
        licence=licence,
        source=source,
        sha256=sha256_file(path),
        size=path.stat().st_size,
        open=lambda: path.open("rb"),
    )
