"""Deciding which blobs a packing carries, and on which stick of a set each of them goes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from haversack.bundle.errors import PackError
from haversack.bundle.items import PackItem
from haversack.bundle.layout import BLOB_SIZE
from haversack.bundle.manifest import MOST_STICKS, Manifest
from haversack.bundle.plan import Plan

SPARE = 256 * 1024
MANIFEST_BYTES = 1024
_LEAST_PIECE = 1 << 20
_LARGE = 1 << 30


@dataclass
class Share:
    """What goes onto one stick.

    Attributes:
        single: The blobs of files of one blob, with their sizes.
        pieces: The sizes of the blobs of larger files, whose digests are not known yet.
    """

    single: dict[str, int] = field(default_factory=dict)
    pieces: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Spread:
    """Which stick each blob goes to.

    Attributes:
        shares: What goes onto each stick.
        sticks: The number of the stick, from 0, of each blob of a file, by the file's digest;
            a file that is left out is not there.
    """

    shares: tuple[Share, ...]
    sticks: Mapping[str, tuple[int, ...]]


def blob_size_for(stick: int | None) -> int:
    """Give the size of blobs for sticks of so many bytes: small enough to fill them well."""
    if stick is None or stick >= 4 * BLOB_SIZE:
        return BLOB_SIZE
    return max(_LEAST_PIECE, 1 << max(0, (stick // 4).bit_length() - 1))


def spread(plan: Plan, leave_out: Collection[str], stick: int | None) -> Spread:
    """Fill stick after stick in the order in which the manifest uses the blobs.

    Args:
        plan: What is packed.
        leave_out: Digests of files that are named but not carried.
        stick: The bytes of one stick; None for one stick that holds everything.

    Raises:
        PackError: The sticks are too small.
    """
    fill = _Filling(stick, room_for_others(len(plan.items)))
    sticks = {
        item.sha256: tuple(fill.add(item, size) for size in piece_sizes(item, plan.blob_size))
        for item in plan.sources
        if item.sha256 not in leave_out
    }
    return Spread(tuple(fill.shares), sticks)


def piece_sizes(item: PackItem, blob_size: int) -> list[int]:
    """Give the sizes of a file's blobs."""
    whole, rest = divmod(item.size, blob_size)
    return [blob_size] * whole + ([rest] if rest else [])


def room_for_others(files: int) -> int:
    """Give the bytes that manifest, roots, README, envelope and folders may take at most."""
    return files * MANIFEST_BYTES + SPARE


def counts(spread_: Spread, manifest: Manifest) -> tuple[tuple[int, ...], list[set[str]]]:
    """Say how many blobs each stick stands for, and which it carries.

    Returns:
        For the manifest, empty where there is one stick only; and the blobs carried by each.
    """
    numbers, at = [0] * len(spread_.shares), 0
    carried: list[set[str]] = [set() for _ in spread_.shares]
    seen: dict[str, int] = {}
    for file in manifest.files:
        sticks = spread_.sticks.get(file.sha256)
        for index, blob in enumerate(file.blobs):
            if blob not in seen:
                at = sticks[index] if sticks else at
                seen[blob] = at
                numbers[at] += 1
            if sticks:
                carried[seen[blob]].add(blob)
    return (tuple(numbers) if len(numbers) > 1 else ()), carried


@dataclass
class _Filling:
    stick: int | None
    others: int
    shares: list[Share] = field(default_factory=lambda: [Share()])
    _used: int = 0

    def add(self, item: PackItem, size: int) -> int:
        """Give the number of the stick that the next blob goes to."""
        if self.stick is not None:
            cluster = 32768 if self.stick >= _LARGE else 4096
            taken = -(-size // cluster) * cluster
            if self.others + taken > self.stick:
                raise PackError(
                    f"a stick of {self.stick / 1e6:.1f} MB cannot hold a blob of "
                    f"{item.logical_path}, {size / 1e6:.1f} MB, and the manifest",
                    "Give a larger --split.",
                )
            if self.others + self._used + taken > self.stick:
                self.shares.append(Share())
                self._used = 0
            self._used += taken
            if len(self.shares) > MOST_STICKS:
                raise PackError(f"more than {MOST_STICKS} sticks", "Give a larger --split.")
        share = self.shares[-1]
        if size == item.size:
            share.single[item.sha256] = size
        else:
            share.pieces.append(size)
        return len(self.shares) - 1
