"""What imported data give: a page about them, and a folder in a format that other tools read."""

from __future__ import annotations

from pathlib import Path

from haversack.base.files import atomic_folder, write_text
from haversack.base.progress import CancelToken, Meter
from haversack.data.byod.shard import Shard
from haversack.data.byod.shard_index import read_told
from haversack.data.report.facts import gather
from haversack.data.report.page import page
from haversack.data.writers.formats import check_format, write_set
from haversack.pantry.pantry import Pantry
from haversack.services.datasets import own_set
from haversack.services.licences import stated
from haversack.services.listen import Listener, ignore


def write_report(
    pantry: Pantry,
    name: str,
    target: Path,
    *,
    on_event: Listener = ignore,
    cancel: CancelToken | None = None,
) -> None:
    """Write one HTML page about an imported set: counts, sizes, pictures, problems.

    Raises:
        NotInPantryError: There is none of that name.
        DataError: What is kept cannot be read.
        StorageError: The page cannot be written.
        Cancelled: Someone asked to stop.
    """
    found = own_set(pantry, name)
    path = pantry.store.path(found.sha256)
    shard = Shard(path)
    meter = Meter("looking", len(shard), on_event, "pictures", cancel)
    facts = gather(shard, meter.advance)
    about = {
        "licence": stated(found.licence),
        "imported from": found.source,
        "imported at": found.imported_at,
        "sha256": found.sha256,
    }
    write_text(target, page(found.name, about, facts, *read_told(path)))


def export_data(
    pantry: Pantry,
    name: str,
    form: str,
    out: Path,
    *,
    on_event: Listener = ignore,
    cancel: CancelToken | None = None,
) -> None:
    """Write an imported set back into a format that other tools read; pictures byte for byte.

    Args:
        pantry: Where the set is.
        name: Its name.
        form: One of ``haversack.data.writers.formats.FORMATS``.
        out: The folder that is made; it appears whole or not at all.
        on_event: Hears progress.
        cancel: Stops between pictures.

    Raises:
        NotInPantryError: There is none of that name.
        UsageError: The format is unknown, or cannot hold such labels.
        DataError: A class or a mask cannot be said in that format.
        StorageError: The folder is there already, or cannot be written.
        Cancelled: Someone asked to stop.
    """
    found = own_set(pantry, name)
    pantry.store.verify(found.sha256)
    shard = Shard(pantry.store.path(found.sha256))
    check_format(form, shard.task)
    meter = Meter("writing", len(shard), on_event, "pictures", cancel)
    with atomic_folder(out) as folder:
        write_set(shard, form, folder, meter.advance)
