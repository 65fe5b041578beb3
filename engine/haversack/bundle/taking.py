"""Taking in: checking a bundle while copying it into a store, in one pass over the stick."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, cast

from haversack.base.errors import HaversackError, IntegrityError
from haversack.base.progress import CancelToken, Meter, OnProgress, ignore_progress
from haversack.bundle.admission import Admitted, Policy, admit
from haversack.bundle.device import check_blob, damaged
from haversack.bundle.donors import Places, locate
from haversack.bundle.errors import Invalid, Partial, Refused
from haversack.bundle.layout import blob_name
from haversack.bundle.manifest import ManifestFile
from haversack.bundle.parallel import Counting, for_all
from haversack.bundle.reader import find_file
from haversack.bundle.sink import Sink
from haversack.bundle.sticks import partial
from haversack.bundle.stream import FileStream, unsound
from haversack.bundle.weights import HeaderGate, NotWeights
from haversack.trust.clock import stamp
from haversack.trust.keyring import KeyRing
from haversack.trust.ratchet import Seen

AtHand = Mapping[str, Callable[[], BinaryIO]]
Shelve = Callable[[Admitted, tuple[ManifestFile, ...]], None]
Later = list[tuple[Path, str]]
_NOTHING: AtHand = {}
_SMALL = 1 << 20
_FIRST_GROUP, _LARGEST_GROUP = 16, 256


@dataclass(frozen=True)
class TakenIn:
    """What came in from a bundle.

    Attributes:
        bundle: What was checked before anything was copied.
        files: The files that are in the store now.
        copied: How many bytes were copied; the rest was there already.
        receipt: The receipt of the opening.
    """

    bundle: Admitted
    files: tuple[ManifestFile, ...]
    copied: int
    receipt: Path


@dataclass(frozen=True)
class _Job:
    """One digest to bring in: a file that has it, one that is called weights if there is one."""

    file: ManifestFile
    is_weights: bool


@dataclass(frozen=True)
class _Sources:
    """Where the bytes come from."""

    bundle: Admitted
    places: Places
    donors: tuple[Path, ...]
    at_hand: AtHand

    def lacks(self, file: ManifestFile) -> bool:
        return bool(self.places.needs) and not self._lacking.isdisjoint(file.blobs)

    @cached_property
    def _lacking(self) -> frozenset[str]:
        return frozenset(need.sha256 for need in self.places.needs)

    def partial(self, files: Collection[ManifestFile]) -> Partial:
        wanted = {blob for file in files for blob in file.blobs}
        needs = tuple(need for need in self.places.needs if need.sha256 in wanted)
        return partial(self.bundle, replace(self.places, needs=needs), self.donors)


@dataclass
class _Tally:
    added: list[str] = field(default_factory=list)
    copied: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


def take_in(
    folder: Path,
    sink: Sink,
    keyring: KeyRing,
    policy: Policy | None = None,
    *,
    items: Collection[str] | None = None,
    donors: Sequence[Path] = (),
    at_hand: AtHand = _NOTHING,
    shelve: Shelve | None = None,
    jobs: int | None = None,
    on_progress: OnProgress = ignore_progress,
    cancel: CancelToken | None = None,
) -> TakenIn:
    """Check a bundle and copy its files into a store.

    Nothing enters before envelope, roots, publisher, counter and manifest are right. Where a
    blob then proves wrong, what this call had copied is taken out again. Killed or unplugged, it
    goes on where it stopped: what the store has is checked there and not copied again. The
    ratchet moves and the receipt is written when everything is in and on its shelf.

    Args:
        folder: The bundle.
        sink: The store.
        keyring: Whom this machine trusts and what it has seen.
        policy: What a person decided; None for the ordinary.
        items: Logical paths to take in; None for all.
        donors: Folders of its other sticks, or of older bundles, for blobs that it lacks.
        at_hand: Opens files that this machine has outside the store, by their SHA-256; used
            where the bundle lacks them.
        shelve: Puts the files to use when all are in; where it fails, the opening is not over:
            the ratchet stays, and there is no receipt.
        jobs: Threads; None for one per core.
        on_progress: Told about the bytes of the files.
        cancel: Asked between pieces.

    Raises:
        Refused: It is unsigned, untrusted, a rollback, expired, too new or invalid.
        Partial: Blobs of what was asked for are missing.
        UsageError: One of ``items`` is not in the bundle.
        StorageError: The stick or the store fails.
        Cancelled: Someone asked to stop.
    """
    policy = policy or Policy()
    found = admit(folder, keyring, policy)
    files = found.manifest.files if items is None else _chosen(found, items)
    sources = _Sources(found, locate(found, donors), tuple(donors), at_hand)
    _refuse_partial(sources, files, sink)
    work = _jobs(files)
    total = sum(job.file.size for job in work)
    count = Counting(Meter("taking in", total, on_progress, cancel=cancel).advance)
    tally = _Tally()
    try:
        for_all(
            _groups(work),
            lambda group: _take_together(sources, group, sink, count, tally),
            jobs,
            lambda group: sum(job.file.size for job in group),
        )
    except Refused:
        for sha256 in tally.added:
            sink.discard(sha256)
        raise
    if shelve is not None:
        shelve(found, files)
    receipt = _remember(found, files, items is None, tally.copied, keyring, policy)
    return TakenIn(found, files, tally.copied, receipt)


def _chosen(found: Admitted, items: Collection[str]) -> tuple[ManifestFile, ...]:
    return tuple(find_file(found, path) for path in sorted(set(items)))


def _refuse_partial(sources: _Sources, files: tuple[ManifestFile, ...], sink: Sink) -> None:
    """Refuse unless every file is on a stick, in the store or at hand."""
    lacking = [
        file
        for file in files
        if sources.lacks(file) and file.sha256 not in sources.at_hand and not sink.has(file.sha256)
    ]
    if lacking:
        raise sources.partial(lacking)


def _jobs(files: tuple[ManifestFile, ...]) -> list[_Job]:
    jobs: dict[str, _Job] = {}
    for file in files:
        is_weights = file.kind == "weights"
        if file.sha256 not in jobs or (is_weights and not jobs[file.sha256].is_weights):
            jobs[file.sha256] = _Job(file, is_weights)
    return list(jobs.values())


def _groups(jobs: Sequence[_Job]) -> Iterator[Sequence[_Job]]:
    """Put small files into growing groups that become durable together; large ones stay alone."""
    small = [job for job in jobs if job.file.size < _SMALL]
    at, count = 0, _FIRST_GROUP
    while at < len(small):
        yield small[at : at + count]
        at, count = at + count, min(2 * count, _LARGEST_GROUP)
    yield from ((job,) for job in jobs if job.file.size >= _SMALL)


def _take_together(
    sources: _Sources, group: Sequence[_Job], sink: Sink, count: Counting, tally: _Tally
) -> None:
    with sink.together() as later:
        for job in group:
            _take(sources, job, sink, count, tally, later)


def _take(
    sources: _Sources, job: _Job, sink: Sink, count: Counting, tally: _Tally, later: Later
) -> None:
    file = job.file
    was_there = sink.has(file.sha256)
    if was_there and _is_sound(job, sink):
        count(file.size)
        return
    if sources.lacks(file):
        _from_here(sources, job, sink, count)
    else:
        _from_sticks(sources, job, sink, count, later)
    with tally.lock:
        tally.copied += file.size
        if not was_there:
            tally.added.append(file.sha256)


def _from_here(sources: _Sources, job: _Job, sink: Sink, count: Counting) -> None:
    """Take a file that the bundle lacks from where this machine has it."""
    sha256 = job.file.sha256
    opener = sources.at_hand.get(sha256)
    if opener is None:
        raise sources.partial([job.file])
    try:
        with opener() as source:
            sink.take_stream(source, sha256, count)
        if not _is_sound(job, sink):
            raise sources.partial([job.file])
    except (IntegrityError, OSError) as error:
        raise sources.partial([job.file]) from error
    except Refused:
        sink.discard(sha256)
        raise


def _from_sticks(sources: _Sources, job: _Job, sink: Sink, count: Counting, later: Later) -> None:
    """Copy a file from the stick, or from those that donate its blobs."""
    file, manifest = job.file, sources.bundle.manifest
    with FileStream(sources.places, manifest, file, job.is_weights) as stream:
        try:
            taken, _ = sink.take_stream(cast("BinaryIO", stream), file.sha256, count, later)
        except IntegrityError as error:
            raise _culprit(sources, file) or _whole_file_damaged(file) from error
        except Invalid as error:
            raise _culprit(sources, file) or error from None
    if taken != file.sha256:
        raise _whole_file_damaged(file)


def _is_sound(job: _Job, sink: Sink) -> bool:
    """Check a file that the store had before; one that is damaged there is copied again."""
    gate = HeaderGate(job.file.size)
    try:
        with sink.open(job.file.sha256) as stored:
            while job.is_weights and gate.missing:
                piece = stored.read(gate.missing)
                if not piece:
                    gate.finish()
                gate.feed(piece)
    except IntegrityError:
        return False
    except NotWeights as error:
        raise unsound(job.file.path, str(error)) from error
    return True


def _culprit(sources: _Sources, file: ManifestFile) -> Invalid | None:
    """Find which blob is to blame for a file that is not what was signed."""
    for sha256, size in sources.bundle.manifest.parts(file):
        name = blob_name(sha256)
        try:
            check_blob(sources.places.of(sha256), name, sha256, size, lambda _: None)
        except Invalid as error:
            return error
        except HaversackError:
            return None
    return None


def _whole_file_damaged(file: ManifestFile) -> Invalid:
    return damaged(blob_name(file.blobs[0]) if file.blobs else file.path, file.path)


def _remember(
    found: Admitted,
    files: tuple[ManifestFile, ...],
    whole: bool,
    copied: int,
    keyring: KeyRing,
    policy: Policy,
) -> Path:
    """Advance the ratchet, learn newer roots, write the receipt."""
    said, now = found.statement, policy.now or datetime.now(UTC)
    keyring.ratchet.advance(
        said.publisher, said.name, Seen(said.counter, found.payload_sha256, said.created)
    )
    keyring.learn(found.chain)
    keyring.last_run.note(now)
    return keyring.receipts.write(
        {
            "format": 1,
            "opened_at": stamp(now),
            "bundle": said.name,
            "counter": said.counter,
            "created": said.created,
            "publisher": said.publisher,
            "publisher_name": found.chain.newest.publisher,
            "root_version": said.root_version,
            "payload": found.payload_sha256,
            "manifest": said.manifest,
            "items": "all" if whole else [file.path for file in files],
            "files": len(files),
            "bytes": sum(file.size for file in files),
            "copied": copied,
            "downgrade": found.downgrade,
            "warnings": list(found.warnings),
        }
    )
