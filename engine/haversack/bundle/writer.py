"""Packing: blobs, manifest, README and roots, and last of all the envelope."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from haversack.base.digests import sha256_bytes
from haversack.base.files import fsync_folder, storage_error
from haversack.base.progress import CancelToken, OnProgress, ignore_progress
from haversack.bundle import target
from haversack.bundle.alone import only_writer
from haversack.bundle.blobs import BlobWriter, copy_item, name_blobs
from haversack.bundle.earlier import KnownPieces, known_pieces
from haversack.bundle.errors import PackError
from haversack.bundle.finishing import counting, read_all_back, tidy
from haversack.bundle.items import Contents, PackItem, PackReceipt
from haversack.bundle.layout import ENVELOPE, README, blob_name
from haversack.bundle.listing import Listing, list_bundle
from haversack.bundle.manifest import make_manifest
from haversack.bundle.parallel import for_all
from haversack.bundle.plan import Plan, make_plan
from haversack.bundle.readback import sound_blobs
from haversack.bundle.sealing import make_statement, seal, small_files, write_small_files
from haversack.bundle.set_sealing import seal_others
from haversack.bundle.spread import Share, Spread, blob_size_for, counts, piece_sizes, spread
from haversack.trust.chain import RootChain
from haversack.trust.counters import HIGHEST
from haversack.trust.publisher_signer import PublisherSigner

_MOST_JOBS = 4


@dataclass(frozen=True)
class PackOptions:
    """How to pack.

    Attributes:
        read_back: Read everything back from the device before signing; what is reused too.
        blob_size: The size of every blob of a file but its last; at most 256 MiB. None: that,
            or less where the sticks are small.
        jobs: Threads; None for one per core, four at most.
        now: The time of signing; None for this machine's clock.
        leave_out: The SHA-256 of files that are named but not carried: a delta.
        stick: The bytes of one stick, to make a set of sticks; None for one folder.
    """

    read_back: bool = True
    blob_size: int | None = None
    jobs: int | None = None
    now: datetime | None = None
    leave_out: Collection[str] = frozenset()
    stick: int | None = None


@dataclass(frozen=True)
class _Stick:
    """One folder that is written to, and the counter of the bundle that lies there, or 0."""

    folder: Path
    share: Share
    listing: Listing
    doomed: list[str]
    counter: int


def pack(
    items: Sequence[PackItem],
    out: Path,
    signer: PublisherSigner,
    contents: Contents,
    options: PackOptions | None = None,
    *,
    on_progress: OnProgress = ignore_progress,
    cancel: CancelToken | None = None,
) -> PackReceipt:
    """Write a bundle.

    An earlier bundle of the same name in ``out`` is replaced: its envelope goes first, what can
    be used again stays. Until the new envelope is there the folder is no bundle, so that a kill
    at any moment leaves nothing that verifies; run again, it goes on.

    Args:
        items: The files.
        out: The bundle's folder; made if it is not there. Of a set of sticks, the folder of
            their folders ``stick-1``, ``stick-2`` and so on, which may be mounted there.
        signer: An unlocked key.
        contents: What the envelope says beside the files.
        options: How to pack; None for the ordinary.
        on_progress: Told about the bytes of the files.
        cancel: Asked between pieces.

    Returns:
        What was packed.

    Raises:
        PackError: An item may not be packed or has changed, or the target will not do.
        UsageError: The bundle's name is none.
        StorageError: The source or the target fails, or the disk is full after all.
        Cancelled: Someone asked to stop.
    """
    options = options or PackOptions()
    blob_size = options.blob_size or blob_size_for(options.stick)
    plan = make_plan(items, contents, blob_size, signer.may_sign_code)
    shares = spread(plan, options.leave_out, options.stick)
    folders = [out]
    if options.stick is not None:
        folders = target.stick_folders(out, len(shares.shares))
    sticks, known = _look(folders, shares, plan, contents, signer.chain)

    with only_writer(folders):
        return _write(plan, shares, sticks, known, signer, contents, options, on_progress, cancel)


def _write(
    plan: Plan,
    shares: Spread,
    sticks: Sequence[_Stick],
    known: KnownPieces,
    signer: PublisherSigner,
    contents: Contents,
    options: PackOptions,
    on_progress: OnProgress,
    cancel: CancelToken | None,
) -> PackReceipt:
    jobs = options.jobs or min(os.cpu_count() or 1, _MOST_JOBS)
    folders = [stick.folder for stick in sticks]
    for stick in sticks:
        _begin(stick)
    reusable = [
        {one: size for one, size in stick.listing.blobs.items() if one not in stick.doomed}
        for stick in sticks
    ]
    if options.read_back:
        sizes = [size for blobs in reusable for size in blobs.values()]
        count = counting("reading again", sizes, on_progress, cancel)
        reusable = [
            sound_blobs(stick.folder, blobs, jobs, count)
            for stick, blobs in zip(sticks, reusable, strict=True)
        ]
    count = counting("packing", (item.size for item in plan.sources), on_progress, cancel)
    writers = [
        BlobWriter(stick.folder, count, blobs)
        for stick, blobs in zip(sticks, reusable, strict=True)
    ]
    pieces = _bring_all(plan, shares, writers, known, jobs)
    manifest = make_manifest(
        (item.listed(pieces[item.sha256]) for item in plan.items), plan.blob_size
    )
    del pieces  # many, where there are many files
    numbers, carried = counts(shares, manifest)
    manifest = replace(manifest, sticks=numbers)

    content = manifest.encode()
    small = small_files(signer.chain, contents.name, manifest)
    for writer, blobs in zip(writers, carried, strict=True):
        writer.write(content, sha256_bytes(content))
        write_small_files(writer.folder, small)
        writer.settle()
        kept = {*blobs, sha256_bytes(content)}
        tidy(writer.folder, kept, signer.chain)
        writer.written = {one: size for one, size in writer.written.items() if one in kept}
    if options.read_back:
        read_all_back(writers, small, jobs, on_progress, cancel)
    last = max(stick.counter for stick in sticks)  # perhaps another workstation's
    if 0 < last < HIGHEST:
        signer.counters.raise_to(contents.name, last)
    statement = make_statement(manifest, content, small[README], signer, contents, options.now)
    payload_sha256 = seal(folders[0], statement, signer)
    seal_others(folders[0], folders[1:])
    borne = {blob for blobs in carried for blob in blobs}
    written = {one: manifest.blobs[one] for one in borne if any(one in w.written for w in writers)}
    left_out = {one: size for one, size in manifest.blobs.items() if one not in borne}
    return PackReceipt(
        folders[0].parent if options.stick is not None else folders[0],
        statement.name,
        statement.counter,
        signer.chain.newest.publisher,
        statement.publisher,
        payload_sha256,
        statement.totals.files,
        statement.totals.bytes,
        len(written),
        sum(written.values()),
        len(borne - written.keys()),
        options.read_back,
        len(left_out),
        sum(left_out.values()),
        tuple(folders) if options.stick is not None else (),
    )


def _look(
    folders: list[Path], shares: Spread, plan: Plan, contents: Contents, chain: RootChain
) -> tuple[list[_Stick], KnownPieces]:
    """Check every folder before any is written to."""
    sticks, known = [], KnownPieces({})
    for folder, share in zip(folders, shares.shares, strict=True):
        listing = target.look_at_target(folder)
        earlier = target.earlier_statement(folder, listing, contents.name, chain)
        known = known.joined(known_pieces(folder, earlier, plan.blob_size))
        kept = known.kept | ({earlier.manifest} if earlier else set())
        doomed = [one for one in target.surely_useless(share, listing) if one not in kept]
        target.check_space(folder, share, len(plan.items), listing, doomed)
        counter = earlier.counter if earlier else 0
        sticks.append(_Stick(folder, share, listing, doomed, counter))
    return sticks, known


def _begin(stick: _Stick) -> None:
    """Take the seal off and clear away what is surely of no use."""
    out = stick.folder
    if list_bundle(out) != stick.listing:
        raise PackError(f"{out} was changed meanwhile", "Pack again.")
    try:
        (out / ENVELOPE).unlink(missing_ok=True)
        fsync_folder(out)
        for name in (*stick.listing.temps, *(blob_name(one) for one in stick.doomed)):
            (out / name).unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(error, out, "writing") from error


def _bring_all(
    plan: Plan, shares: Spread, writers: Sequence[BlobWriter], known: KnownPieces, jobs: int
) -> dict[str, tuple[str, ...]]:
    """Bring the blobs of every file to where they go; give them by the file's digest."""
    pieces: dict[str, tuple[str, ...]] = {}

    def bring(item: PackItem) -> None:
        sticks = shares.sticks.get(item.sha256)
        if sticks is None:
            blobs = _name(item, writers[0], known, plan.blob_size)
        else:
            blobs = _bring(item, [writers[stick] for stick in sticks], known, plan.blob_size)
        pieces[item.sha256] = blobs

    for_all(plan.sources, bring, jobs, lambda item: item.size)
    return pieces


def _bring(
    item: PackItem, writers: Sequence[BlobWriter], known: KnownPieces, blob_size: int
) -> tuple[str, ...]:
    """Give the blobs of a file, writing those that do not lie there."""
    if len(writers) == 1 and writers[0].there.get(item.sha256) == item.size:
        writers[0].on_bytes(item.size)
        return (item.sha256,)
    before = known.pieces.get(item.sha256, ())
    if before and all(blob in writer.there for blob, writer in zip(before, writers, strict=True)):
        writers[0].on_bytes(item.size)
        return before
    return tuple(copy_item(item, writers, piece_sizes(item, blob_size)))


def _name(
    item: PackItem, writer: BlobWriter, known: KnownPieces, blob_size: int
) -> tuple[str, ...]:
    """Give the blobs of a file that is left out; a large one is read, none is written."""
    if item.size <= blob_size:
        writer.on_bytes(item.size)
        return (item.sha256,) if item.size else ()
    before = known.pieces.get(item.sha256, ())
    if before:
        writer.on_bytes(item.size)
        return before
    return tuple(name_blobs(item, piece_sizes(item, blob_size), writer.on_bytes))
