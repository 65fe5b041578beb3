"""Looking at a bundle and checking it: what it claims, and whether that holds."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from haversack.base.digests import sha256_bytes
from haversack.base.errors import UsageError
from haversack.base.progress import CancelToken, Meter, OnProgress, ignore_progress
from haversack.bundle.admission import Admitted, Policy, admit, read_envelope, read_roots
from haversack.bundle.device import check_blob, damaged
from haversack.bundle.donors import Places, locate
from haversack.bundle.errors import Need, Refused
from haversack.bundle.layout import blob_name
from haversack.bundle.listing import list_bundle
from haversack.bundle.manifest import ManifestFile
from haversack.bundle.parallel import Counting, for_all
from haversack.bundle.statement import Statement, decode_statement
from haversack.bundle.sticks import partial
from haversack.bundle.stream import FileStream, check_weights
from haversack.trust.errors import RefusedState
from haversack.trust.fingerprints import as_words
from haversack.trust.keyring import KeyRing

InspectedState = Literal["signed"] | RefusedState
BROWSE_LIMIT = 64 * 1024 * 1024


@dataclass(frozen=True)
class Inspection:
    """What a bundle says of itself; none of its blobs was read but the manifest.

    Attributes:
        folder: Where it lies.
        state: ``"signed"`` where everything that can be checked without reading the blobs is
            right; otherwise why it is refused, or ``"partial"``.
        message: One line on that state.
        hint: What to do about it.
        file: The file to blame; empty where there is none.
        claims: What the envelope says, believed or not; None where it cannot be read.
        publisher: The name that the publisher gives itself; empty where it has no sound roots.
        fingerprint: The publisher's fingerprint; empty likewise.
        words: The same as words.
        trusted: Whether the publisher is pinned here.
        files: What the manifest names; empty unless ``state`` is signed or partial.
        needs: The blobs that are missing.
        litter: Names by others that were ignored.
        warnings: Lines for a person.
    """

    folder: Path
    state: InspectedState
    message: str
    hint: str
    file: str
    claims: Statement | None
    publisher: str
    fingerprint: str
    words: str
    trusted: bool
    files: tuple[ManifestFile, ...]
    needs: tuple[Need, ...]
    litter: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Verified:
    """A bundle of which everything was checked.

    Attributes:
        folder: Where it lies.
        statement: What its envelope says.
        files: What its manifest names.
        publisher: The publisher's name.
        blobs: How many blobs were read.
        bytes: How many bytes they have.
        litter: Names by others that were ignored.
        warnings: Lines for a person.
    """

    folder: Path
    statement: Statement
    files: tuple[ManifestFile, ...]
    publisher: str
    blobs: int
    bytes: int
    litter: tuple[str, ...]
    warnings: tuple[str, ...]
    state: Literal["verified"] = "verified"


def inspect(folder: Path, keyring: KeyRing, policy: Policy | None = None) -> Inspection:
    """Say what a bundle claims and what state it is in, as far as a look can tell.

    Raises:
        StorageError: The folder cannot be read.
        TrustError: The keyring is damaged.
    """
    claims, publisher, fingerprint = _claims(folder)
    words = as_words(fingerprint) if fingerprint else ""
    trusted = bool(fingerprint) and keyring.pinned(fingerprint) is not None
    who = (claims, publisher, fingerprint, words, trusted)
    try:
        found = admit(folder, keyring, policy or Policy(), sizes=False)
    except Refused as error:
        state: InspectedState = error.state
        return Inspection(
            folder, state, error.message, error.hint, error.file, *who, (), (), (), ()
        )
    known = found.chain.fingerprint  # what was checked, though the first look may have seen other
    who = (found.statement, found.chain.newest.publisher, known, as_words(known), True)
    rest = (found.manifest.files, found.needs, found.litter, found.warnings)
    if found.needs:
        lack = partial(found, Places(folder, {}, found.needs))
        return Inspection(folder, lack.state, lack.message, lack.hint, lack.file, *who, *rest)
    return Inspection(
        folder,
        "signed",
        "rightly signed by a trusted publisher; its files were not read yet",
        "Check it with `haversack verify`, or take it in: that checks it as well.",
        "",
        *who,
        *rest,
    )


def verify(
    folder: Path,
    keyring: KeyRing,
    policy: Policy | None = None,
    *,
    donors: Sequence[Path] = (),
    jobs: int | None = None,
    on_progress: OnProgress = ignore_progress,
    cancel: CancelToken | None = None,
) -> Verified:
    """Check everything about a bundle; nothing is written anywhere.

    Args:
        folder: The bundle.
        keyring: Whom this machine trusts and what it has seen.
        policy: What a person decided; None for the ordinary.
        donors: Folders of its other sticks, or of older bundles, for blobs that it lacks.
        jobs: Threads; None for one per core.
        on_progress: Told about the bytes read.
        cancel: Asked between pieces.

    Raises:
        Refused: It is unsigned, untrusted, a rollback, expired, too new or invalid.
        Partial: What is there is right, but blobs are missing.
        StorageError: The device fails.
        Cancelled: Someone asked to stop.
    """
    found = admit(folder, keyring, policy or Policy())
    places = locate(found, donors)
    lacking = {need.sha256 for need in places.needs}
    present = {one: size for one, size in found.manifest.blobs.items() if one not in lacking}
    total = sum(present.values())
    count = Counting(Meter("checking", total, on_progress, cancel=cancel).advance)
    for_all(
        present.items(),
        lambda blob: check_blob(places.of(blob[0]), blob_name(blob[0]), blob[0], blob[1], count),
        jobs,
        lambda blob: blob[1],
    )
    for file in found.manifest.files:
        if file.kind == "weights" and not lacking.intersection(file.blobs):
            check_weights(places, found.manifest, file)
    if places.needs:
        raise partial(found, places, donors)
    return Verified(
        folder,
        found.statement,
        found.manifest.files,
        found.chain.newest.publisher,
        len(present),
        total,
        found.litter,
        found.warnings,
    )


def read_file(found: Admitted, path: str, limit: int = BROWSE_LIMIT) -> bytes:
    """Give the bytes of one file straight from the stick, checked in memory.

    Args:
        found: The bundle, as ``admit`` gave it.
        path: The file's logical path.
        limit: The most bytes that are read.

    Raises:
        UsageError: There is no such file, or it is larger than ``limit``.
        Invalid: It is missing or damaged.
        StorageError: The device fails.
    """
    file = find_file(found, path)
    if file.size > limit:
        raise UsageError(
            f"{path} is larger than {limit} bytes", "Take the bundle in, then use it from there."
        )
    with FileStream(Places(found.folder), found.manifest, file, file.kind == "weights") as stream:
        content = stream.readall()
    if sha256_bytes(content) != file.sha256:
        raise damaged(blob_name(file.blobs[0]) if file.blobs else path, path)
    return content


def find_file(found: Admitted, path: str) -> ManifestFile:
    """Give the entry of a logical path.

    Raises:
        UsageError: There is none.
    """
    for file in found.manifest.files:
        if file.path == path:
            return file
    raise UsageError(
        f"the bundle has no file {path[:120]!r}", "See `haversack inspect` for its files."
    )


def _claims(folder: Path) -> tuple[Statement | None, str, str]:
    claims, publisher, fingerprint = None, "", ""
    listing = list_bundle(folder, blobs=False)
    with contextlib.suppress(Refused):
        claims = decode_statement(read_envelope(folder, listing).payload)
    with contextlib.suppress(Refused):
        chain = read_roots(folder, listing)
        publisher, fingerprint = chain.newest.publisher, chain.fingerprint
    return claims, publisher, fingerprint
