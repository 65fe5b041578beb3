"""Packing: blobs, manifest, README and roots, and last of all the envelope."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from haversack.base.digests import sha256_bytes
from haversack.base.files import fsync_folder, storage_error
from haversack.base.progress import CancelToken, Meter, OnProgress, ignore_progress
from haversack.bundle import target
from haversack.bundle.admission import read_manifest
from haversack.bundle.blobs import BlobWriter
from haversack.bundle.errors import PackError, Refused
from haversack.bundle.items import Contents, PackItem, PackReceipt
from haversack.bundle.layout import BLOB_SIZE, ENVELOPE, README, blob_name
from haversack.bundle.listing import Listing, list_bundle
from haversack.bundle.manifest import Manifest, ManifestFile, make_manifest
from haversack.bundle.parallel import Counting
from haversack.bundle.plan import make_plan
from haversack.bundle.readback import read_back, sound_blobs
from haversack.bundle.sealing import make_statement, seal, small_files, write_small_files
from haversack.bundle.statement import Statement
from haversack.trust.chain import RootChain
from haversack.trust.own_keys import PublisherSigner


@dataclass(frozen=True)
class PackOptions:
    """How to pack.

    Attributes:
        read_back: Read everything back from the device before signing; what is reused too.
        blob_size: The size of every blob of a file but its last; at most 256 MiB.
        jobs: Threads for reading back; None for one per core.
        now: The time of signing; None for this machine's clock.
    """

    read_back: bool = True
    blob_size: int = BLOB_SIZE
    jobs: int | None = None
    now: datetime | None = None


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
        out: The bundle's folder; made if it is not there.
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
    plan = make_plan(items, contents, options.blob_size)
    listing = target.look_at_target(out)
    earlier = target.earlier_statement(out, listing, contents.name, signer.chain)
    known = _known_pieces(out, earlier, options.blob_size)
    kept = known.kept | ({earlier.manifest} if earlier else set())
    doomed = [one for one in target.surely_useless(plan, listing) if one not in kept]
    target.check_space(out, plan, listing, doomed)

    _begin(out, [*listing.temps, *(blob_name(one) for one in doomed)])
    there = {one: size for one, size in listing.blobs.items() if one not in doomed}
    if options.read_back:
        count = _counting("reading again", there.values(), on_progress, cancel)
        there = sound_blobs(out, there, options.jobs, count)
    writer = BlobWriter(out, Meter("packing", plan.size, on_progress, cancel=cancel).advance, there)
    pieces = {item.sha256: _bring(item, writer, known, options) for item in plan.sources}
    manifest = make_manifest((_entry(item, pieces) for item in plan.items), options.blob_size)
    written = dict(writer.written)

    content = manifest.encode()
    writer.write(content, sha256_bytes(content))
    small = small_files(signer.chain, contents.name)
    write_small_files(out, small)
    writer.settle()
    _tidy(out, manifest, sha256_bytes(content), signer.chain)
    if options.read_back:
        files = [(blob_name(one), one, size) for one, size in writer.written.items()]
        files += [(name, sha256_bytes(file), len(file)) for name, file in small.items()]
        count = _counting("reading back", (size for *_, size in files), on_progress, cancel)
        read_back(out, files, options.jobs, count)
    statement = make_statement(manifest, content, small[README], signer, contents, options.now)
    payload_sha256 = seal(out, statement, signer)
    return PackReceipt(
        out,
        statement.name,
        statement.counter,
        signer.chain.newest.publisher,
        statement.publisher,
        payload_sha256,
        statement.totals.files,
        statement.totals.bytes,
        len(written),
        sum(written.values()),
        len(manifest.blobs.keys() - written.keys()),
        options.read_back,
    )


@dataclass(frozen=True)
class _Known:
    """Which blobs the larger files of an earlier bundle were made of, by the file's digest."""

    pieces: dict[str, tuple[str, ...]]

    @property
    def kept(self) -> frozenset[str]:
        return frozenset(blob for blobs in self.pieces.values() for blob in blobs)


def _known_pieces(out: Path, earlier: Statement | None, blob_size: int) -> _Known:
    if earlier is None:
        return _Known({})
    try:
        manifest = read_manifest(out, earlier)
    except Refused:
        return _Known({})
    if manifest.blob_size != blob_size:
        return _Known({})
    return _Known({file.sha256: file.blobs for file in manifest.files if len(file.blobs) > 1})


def _begin(out: Path, useless: list[str]) -> None:
    """Take the seal off and clear away what is surely of no use."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        (out / ENVELOPE).unlink(missing_ok=True)
        fsync_folder(out)
        for name in useless:
            (out / name).unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(error, out, "writing") from error


def _bring(
    item: PackItem, writer: BlobWriter, known: _Known, options: PackOptions
) -> tuple[str, ...]:
    """Give the blobs of a file, writing those that do not lie there."""
    if 0 < item.size <= options.blob_size and writer.there.get(item.sha256) == item.size:
        writer.on_bytes(item.size)
        return (item.sha256,)
    before = known.pieces.get(item.sha256, ())
    if before and all(blob in writer.there for blob in before):
        writer.on_bytes(item.size)
        return before
    return writer.copy_item(item, options.blob_size)


def _entry(item: PackItem, pieces: dict[str, tuple[str, ...]]) -> ManifestFile:
    return ManifestFile(
        item.logical_path,
        item.kind,
        item.media_type,
        item.licence,
        item.source,
        item.sha256,
        item.size,
        pieces[item.sha256],
    )


def _tidy(out: Path, manifest: Manifest, manifest_sha256: str, chain: RootChain) -> None:
    """Remove whatever in the folder is no part of the bundle that is about to be sealed."""
    listing: Listing = list_bundle(out)
    if listing.strangers:
        raise PackError(
            f"{listing.strangers[0]} appeared in {out} meanwhile", "Remove it, then pack again."
        )
    names = [*listing.temps, *target.stale_roots(listing, chain)]
    names += [
        blob_name(one)
        for one in listing.blobs
        if one not in manifest.blobs and one != manifest_sha256
    ]
    try:
        for name in names:
            (out / name).unlink(missing_ok=True)
            fsync_folder((out / name).parent)
    except OSError as error:
        raise storage_error(error, out, "tidying") from error


def _counting(
    phase: str, sizes: Iterable[int], on_progress: OnProgress, cancel: CancelToken | None
) -> Counting:
    return Counting(Meter(phase, sum(sizes), on_progress, cancel=cancel).advance)
