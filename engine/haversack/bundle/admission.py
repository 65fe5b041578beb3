"""From an envelope to a manifest that may be believed: the checks of opening, in their order."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from haversack.base.digests import sha256_bytes
from haversack.bundle.device import damaged, read_whole
from haversack.bundle.errors import Expired, Invalid, Need, Unsigned, Untrusted
from haversack.bundle.layout import ENVELOPE, README, ROOTS, blob_name
from haversack.bundle.listing import UNMEASURED, Listing, list_bundle
from haversack.bundle.manifest import Manifest, decode_manifest
from haversack.bundle.statement import Statement, Totals, decode_statement
from haversack.trust import envelope as envelopes
from haversack.trust import roots
from haversack.trust.chain import MOST_ROOTS, RootChain, check_chain
from haversack.trust.clock import judge
from haversack.trust.envelope import Envelope, decode_envelope
from haversack.trust.errors import Rollback
from haversack.trust.fingerprints import as_words
from haversack.trust.keyring import KeyRing
from haversack.trust.opening import Pinned, Received, Vouched

Decode = Callable[[bytes, str], Manifest]
_README_LIMIT = 64 * 1024
_HINT = "It was changed after signing; get the bundle again from its publisher."


@dataclass
class Policy:
    """What a person decided about opening, and how it is gone about.

    Attributes:
        refuse_expired: Refuse a bundle whose publisher's root has expired, not only warn.
        allow_downgrade: Why an older bundle than one opened before is wanted; empty: it is not.
        now: The time; None for this machine's clock.
        decode: What reads the manifest; the app has large ones read in a process apart.
    """

    refuse_expired: bool = False
    allow_downgrade: str = ""
    now: datetime | None = None
    decode: Decode = decode_manifest


@dataclass(frozen=True)
class Admitted:
    """A bundle whose envelope, roots, publisher, counter and manifest passed every check.

    Its blobs are there or not, with the right sizes where those were asked for, but none of
    their bytes was read.

    Attributes:
        folder: Where it lies.
        statement: What its envelope says.
        manifest: Its files.
        chain: The longest chain of roots known for its publisher.
        payload_sha256: The digest of what was signed.
        needs: The blobs that are missing.
        litter: Names of others that were ignored.
        warnings: Lines for a person.
        downgrade: Why a rollback was allowed; empty where it was none.
    """

    folder: Path
    statement: Statement
    manifest: Manifest
    chain: RootChain
    payload_sha256: str
    needs: tuple[Need, ...]
    litter: tuple[str, ...]
    warnings: tuple[str, ...]
    downgrade: str


@dataclass
class _Notes:
    warnings: list[str] = field(default_factory=list)
    downgrade: str = ""


def admit(folder: Path, keyring: KeyRing, policy: Policy, *, sizes: bool = True) -> Admitted:
    """Run every check that needs no blob but the manifest.

    Args:
        folder: The bundle.
        keyring: Whom this machine trusts and what it has seen.
        policy: What a person decided.
        sizes: Whether to compare the sizes of the blobs too; each is compared when it is read
            anyhow.

    Raises:
        Refused: The bundle is unsigned, untrusted, a rollback, expired, too new or invalid.
        StorageError: The device fails.
    """
    listing = list_bundle(folder, sizes=sizes)
    received = receive(folder, listing)
    vouched = Vouched(_pinned(folder, received, keyring))
    statement = decode_statement(vouched.payload)
    vouched.check_claims(statement.publisher, statement.root_version)
    notes = _Notes()
    _check_time(vouched.chain, keyring, policy, notes)
    _check_counter(statement, vouched.payload_sha256, keyring, policy, notes)
    _check_strangers(listing)
    readme = read_whole(folder, README, _README_LIMIT)
    if sha256_bytes(readme) != statement.readme:
        raise Invalid(f"{README} is not the one that was signed", _HINT, README)
    manifest = read_manifest(folder, statement, policy.decode)
    if not vouched.for_code and any(file.kind == "code" for file in manifest.files):
        raise Untrusted(
            f"{ENVELOPE} is signed with keys that may not sign code, and the bundle holds code",
            "Ask the publisher for a bundle without code, or signed by its code keys.",
            ENVELOPE,
        )
    return Admitted(
        folder,
        statement,
        manifest,
        vouched.chain,
        vouched.payload_sha256,
        _missing(manifest, statement, listing),
        tuple(listing.litter),
        tuple(notes.warnings),
        notes.downgrade,
    )


def receive(folder: Path, listing: Listing) -> Received:
    """Read the envelope and the roots without believing them.

    Raises:
        Unsigned: There is no envelope, or it has no signature.
        Invalid: It is none; there are no roots, one is missing, or one is wrong.
    """
    envelope = read_envelope(folder, listing)
    return Received(envelope, _root_files(folder, listing), ENVELOPE, ROOTS)


def read_envelope(folder: Path, listing: Listing) -> Envelope:
    """Read the envelope without believing it.

    Raises:
        Unsigned: There is none, or it has no signature.
        Invalid: It is not one.
    """
    if not listing.has_envelope:
        raise Unsigned(
            f"{ENVELOPE} is missing: {folder} is no bundle, or packing was not finished",
            "Run `haversack pack` again to finish it, or give another folder.",
            ENVELOPE,
        )
    return decode_envelope(read_whole(folder, ENVELOPE, envelopes.LIMIT), ENVELOPE)


def read_roots(folder: Path, listing: Listing) -> RootChain:
    """Read and check the chain of roots that a bundle carries.

    Raises:
        Invalid: There is none, one is missing, or one is wrong.
    """
    return check_chain(_root_files(folder, listing), ROOTS)


def _root_files(folder: Path, listing: Listing) -> list[bytes]:
    versions = listing.roots
    if not 1 <= len(versions) <= MOST_ROOTS or versions != list(range(1, len(versions) + 1)):
        raise Invalid(f"{ROOTS} holds no chain of roots without gaps from 1 on", _HINT, ROOTS)
    names = [f"{ROOTS}/{roots.file_name(version)}" for version in versions]
    return [read_whole(folder, name, roots.LIMIT) for name in names]


def read_manifest(folder: Path, statement: Statement, decode: Decode = decode_manifest) -> Manifest:
    """Read the manifest that a statement names.

    Raises:
        Invalid: It is missing, damaged, or breaks a rule of the format.
    """
    name = blob_name(statement.manifest)
    content = read_whole(folder, name, statement.manifest_size)
    if len(content) != statement.manifest_size or sha256_bytes(content) != statement.manifest:
        raise damaged(name, "the manifest")
    manifest = decode(content, name)
    totals = totals_of(manifest)
    if totals != statement.totals:
        raise Invalid(f"{ENVELOPE} has other totals than the manifest", _HINT, ENVELOPE)
    return manifest


def totals_of(manifest: Manifest) -> Totals:
    """Count what a manifest names."""
    return Totals(
        len(manifest.files), manifest.size, len(manifest.blobs), sum(manifest.blobs.values())
    )


def _pinned(folder: Path, received: Received, keyring: KeyRing) -> Pinned:
    carried = received.carried
    known = keyring.pinned(carried.fingerprint)
    if known is not None:
        return Pinned(received, known)
    received.check_by_itself()
    raise Untrusted(
        f"{carried.newest.publisher!r} ({carried.fingerprint[:16]}…) is not trusted here",
        "If that is whom you expect, compare the fingerprint and pin it with "
        f"`haversack keys trust {shlex.quote(str(folder))}`: {as_words(carried.fingerprint)}",
        f"{ROOTS}/{roots.file_name(1)}",
    )


def _check_time(chain: RootChain, keyring: KeyRing, policy: Policy, notes: _Notes) -> None:
    now, warning = judge(policy.now or datetime.now(UTC), keyring.proved_times())
    if warning:
        notes.warnings.append(warning)
    if not roots.is_expired(chain.newest, now):
        return
    ended = chain.newest.root.expires.strftime("%Y-%m-%d")
    text = f"the publisher's root {chain.newest.version} expired on {ended}"
    if policy.refuse_expired:
        raise Expired(
            text,
            "Ask the publisher for a bundle with a renewed root.",
            f"{ROOTS}/{roots.file_name(chain.newest.version)}",
        )
    notes.warnings.append(text)


def _check_counter(
    statement: Statement, payload: str, keyring: KeyRing, policy: Policy, notes: _Notes
) -> None:
    try:
        seen = keyring.ratchet.check(statement.publisher, statement.name, statement.counter)
    except Rollback:
        if not policy.allow_downgrade:
            raise
        notes.downgrade = policy.allow_downgrade
        notes.warnings.append(f"a downgrade was allowed: {policy.allow_downgrade}")
        return
    if seen and seen.counter == statement.counter and seen.payload != payload:
        notes.warnings.append(
            f"another bundle with counter {seen.counter} was opened here before; "
            "two workstations may share a key without sharing its counter"
        )


def _check_strangers(listing: Listing) -> None:
    for name in (*listing.strangers, *listing.temps):
        raise Invalid(f"{ascii(name)[1:-1]} does not belong to the bundle", _HINT, name)


def _missing(manifest: Manifest, statement: Statement, listing: Listing) -> tuple[Need, ...]:
    """Compare the blobs that are there with those that were signed, by name and size if known."""
    signed, there = manifest.blobs, listing.blobs
    for sha256 in sorted(there.keys() - signed.keys() - {statement.manifest}):
        name = blob_name(sha256)
        raise Invalid(f"{name} does not belong to the bundle", _HINT, name)
    wrong = there.items() - signed.items() if UNMEASURED not in there.values() else ()
    for sha256, found in sorted(wrong):
        if sha256 in signed:
            name = blob_name(sha256)
            raise Invalid(f"{name} has {found} bytes instead of {signed[sha256]}", _HINT, name)
    return tuple(Need(sha256, size) for sha256, size in signed.items() if sha256 not in there)
