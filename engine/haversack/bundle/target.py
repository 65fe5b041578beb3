"""Looking at the folder that a bundle is to be written to, before anything is written."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from haversack.base.files import storage_error
from haversack.bundle.admission import read_envelope
from haversack.bundle.errors import PackError, Refused, TooNew
from haversack.bundle.layout import ENVELOPE, LITTER, ROOTS
from haversack.bundle.listing import Listing, list_bundle
from haversack.bundle.spread import Share, room_for_others
from haversack.bundle.statement import Statement, decode_statement
from haversack.trust.chain import RootChain, authorise
from haversack.trust.roots import file_name


def look_at_target(out: Path) -> Listing:
    """Say what lies in the folder that is to be written to.

    Raises:
        PackError: It holds things that are no part of a bundle, or cannot be written to.
        StorageError: It cannot be read.
    """
    existing = _nearest(out)
    if not existing.is_dir():
        raise PackError(f"{existing} is no folder", "Give a folder to write the bundle to.")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise PackError(
            f"{existing} is read-only or may not be written to",
            "Make it writable or choose another folder.",
        )
    listing = list_bundle(out) if out.exists() else Listing()
    if listing.strangers:
        raise PackError(
            f"{out} holds {listing.strangers[0]}, which is no part of a bundle",
            "Give a new folder, or one that holds nothing but a bundle.",
        )
    return listing


def earlier_statement(out: Path, listing: Listing, name: str, chain: RootChain) -> Statement | None:
    """Give what an earlier bundle in the folder says, if one is there that this key signed.

    Raises:
        PackError: There is a bundle of another name or publisher, or of a newer format.
    """
    if not listing.has_envelope:
        return None
    try:
        envelope = read_envelope(out, listing)
        found = decode_statement(envelope.payload)
    except TooNew as error:
        raise PackError(
            f"{out} holds a bundle of a newer format", "Choose another folder, or remove it first."
        ) from error
    except Refused:
        return None
    if (found.name, found.publisher) != (name, chain.fingerprint):
        raise PackError(
            f"{out} holds another bundle: {found.name}, counter {found.counter}",
            "Choose another folder, or remove that bundle first.",
        )
    try:
        authorise(envelope, chain, ENVELOPE)
    except Refused:
        return None
    return found


def check_space(out: Path, share: Share, files: int, listing: Listing, doomed: list[str]) -> None:
    """Check that everything will fit.

    Args:
        out: The folder.
        share: What is to be written.
        files: How many files the manifest will name.
        listing: What is there.
        doomed: Blobs there that will be removed first.

    Raises:
        PackError: The disk is too small; both sizes are named.
    """
    existing = _nearest(out)
    cluster = _cluster(existing)
    new = [size for one, size in share.single.items() if listing.blobs.get(one) != size]
    new += share.pieces
    folders = min(256, len(new) + 1)
    needed = sum(-(-size // cluster) * cluster for size in new)
    needed += folders * cluster + room_for_others(files)
    try:
        free = shutil.disk_usage(existing).free
    except OSError as error:
        raise storage_error(error, existing, "reading") from error
    free += sum(listing.blobs[sha256] for sha256 in doomed)
    free += _pieces_that_may_lie_there(share, listing)
    if needed > free:
        raise PackError(
            f"{out} has {free / 1e6:.1f} MB free, but {needed / 1e6:.1f} MB are needed",
            "Free some space, choose a larger disk, or pack fewer recipes.",
        )


def surely_useless(share: Share, listing: Listing) -> list[str]:
    """Give the blobs of an earlier bundle that cannot be part of this one."""
    known, sizes = share.single, set(share.pieces)
    return [
        sha256
        for sha256, size in listing.blobs.items()
        if known.get(sha256) != size and size not in sizes
    ]


def stick_folders(out: Path, count: int) -> list[Path]:
    """Give the folders of a set of sticks.

    Raises:
        PackError: The folder holds other things, or sticks of an earlier, larger set.
        StorageError: It cannot be read.
    """
    wanted = [out / f"stick-{number}" for number in range(1, count + 1)]
    try:
        found = sorted(path.name for path in out.iterdir()) if out.is_dir() else []
    except OSError as error:
        raise storage_error(error, out, "reading") from error
    for name in found:
        if name not in LITTER and out / name not in wanted:
            raise PackError(
                f"{out} holds {name}, which is no stick of this set of {count}",
                "Remove it, or give a new folder.",
            )
    return wanted


def stale_roots(listing: Listing, chain: RootChain) -> list[str]:
    """Give the roots that are there and not in the chain."""
    return [
        f"{ROOTS}/{file_name(version)}" for version in listing.roots if version > len(chain.roots)
    ]


def _pieces_that_may_lie_there(share: Share, listing: Listing) -> int:
    known, sizes = share.single, set(share.pieces)
    return sum(
        size for sha256, size in listing.blobs.items() if size in sizes and sha256 not in known
    )


def _nearest(path: Path) -> Path:
    path = path.absolute()
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def _cluster(folder: Path) -> int:
    if not hasattr(os, "statvfs"):
        return 4096
    try:
        return max(512, os.statvfs(folder).f_frsize)
    except OSError as error:
        raise storage_error(error, folder, "reading") from error
