"""What a pantry has, for a workstation that packs a delta for it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from haversack.base.errors import IntegrityError
from haversack.base.progress import CancelToken, Meter
from haversack.bundle.have import HaveList, read_have_list, write_have_list
from haversack.pantry.pantry import Pantry
from haversack.services.contents import holdings
from haversack.services.listen import Listener, ignore

__all__ = ["Have", "HaveList", "have", "read_have_list"]


@dataclass(frozen=True, slots=True)
class Have:
    """A have-list that was written.

    Attributes:
        file: Where it lies.
        files: How many files it names.
        bytes: Their bytes.
        damaged: The paths of files that are damaged here, and therefore not named.
        read: Whether every file was read; otherwise its size was believed.
    """

    file: Path
    files: int
    bytes: int
    damaged: tuple[str, ...]
    read: bool


def have(
    pantry: Pantry,
    target: Path,
    *,
    quick: bool = False,
    on_event: Listener = ignore,
    cancel: CancelToken | None = None,
) -> Have:
    """Write the list of what a pantry has; a delta packed with it opens on that pantry.

    Args:
        pantry: The field machine's pantry.
        target: The file to write.
        quick: Believe the sizes instead of reading every file.
        on_event: Hears progress.
        cancel: Stops between pieces.

    Raises:
        StorageError: A file cannot be read, or the list not be written.
        Cancelled: Someone asked to stop.
    """
    kept = holdings(pantry)
    stored = [item for item in kept.values() if pantry.store.has(item.sha256)]
    damaged = []
    if not quick:
        total = sum(item.size for item in stored)
        meter = Meter("reading what is here", total, on_event, cancel=cancel)
        for item in stored:
            try:
                pantry.store.verify(item.sha256, meter.advance)
            except IntegrityError:
                damaged.append(item.logical_path)
                del kept[item.sha256]
    have_list = HaveList({sha256: item.size for sha256, item in kept.items()})
    write_have_list(have_list, target)
    return Have(target, len(have_list.files), have_list.size, tuple(damaged), not quick)
