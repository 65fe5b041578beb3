"""What a packing would write and what lies there already, said before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from haversack.bundle.have import HaveList
from haversack.bundle.items import Contents
from haversack.bundle.plan import make_plan
from haversack.bundle.spread import blob_size_for, spread
from haversack.bundle.target import look_at_target
from haversack.pantry.pantry import Pantry
from haversack.services.contents import Selection, select


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a packing would write, before anything is written.

    Attributes:
        selection: What the bundle would hold.
        sticks: The bytes of blobs on each stick; one entry where all goes into one folder.
        left_out: The digests of files that are named and not carried.
        bytes_left_out: Their bytes, each digest once.
    """

    selection: Selection
    sticks: tuple[int, ...]
    left_out: frozenset[str]
    bytes_left_out: int


def foresee(
    pantry: Pantry,
    name: str,
    recipes: tuple[str, ...] | None = None,
    since: HaveList | None = None,
    stick: int | None = None,
) -> Foreseen:
    """Say what ``pack`` would write with the same arguments.

    Raises:
        HaversackError: As ``pack`` does for what goes in, and for sticks that are too small.
    """
    chosen = select(pantry, recipes)
    contents = Contents(name, chosen.recipes, chosen.volumes)
    planned = make_plan(chosen.items, contents, blob_size_for(stick))
    there = frozenset(since.files if since is not None else ())
    shares = spread(planned, there, stick).shares
    lacking = {item.sha256: item.size for item in planned.sources if item.sha256 in there}
    sizes = tuple(sum(share.single.values()) + sum(share.pieces) for share in shares)
    return Foreseen(chosen, sizes, frozenset(lacking), sum(lacking.values()))


def bytes_there(out: Path) -> int:
    """Give the bytes of an earlier bundle's blobs in the folder that is to be written to.

    Raises:
        PackError: The folder will not do: it holds other things or cannot be written to.
        StorageError: It cannot be read.
    """
    return sum(look_at_target(out).blobs.values())
