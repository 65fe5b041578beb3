"""The last steps of packing: README and roots, the statement, and the envelope."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from haversack.base.digests import sha256_bytes
from haversack.base.files import write_bytes
from haversack.bundle.admission import totals_of
from haversack.bundle.device import read_whole
from haversack.bundle.errors import PackError
from haversack.bundle.items import Contents
from haversack.bundle.layout import ENVELOPE, README, ROOTS
from haversack.bundle.manifest import Manifest
from haversack.bundle.readback import FAKE_HINT
from haversack.bundle.readme import apps, readme_text
from haversack.bundle.statement import Statement, decode_statement
from haversack.trust import roots
from haversack.trust.chain import RootChain, check_signatures
from haversack.trust.clock import stamp
from haversack.trust.envelope import LIMIT, decode_envelope
from haversack.trust.publisher_signer import PublisherSigner


def small_files(chain: RootChain, name: str, manifest: Manifest) -> dict[str, bytes]:
    """Give README and roots of a bundle by their names."""
    files = {f"{ROOTS}/{roots.file_name(root.version)}": root.content for root in chain.roots}
    files[README] = readme_text(name, chain.newest.publisher, chain.fingerprint, apps(manifest))
    return files


def write_small_files(folder: Path, files: dict[str, bytes]) -> None:
    """Write small files, each whole or not at all.

    Raises:
        StorageError: The device says no.
    """
    for name, content in files.items():
        write_bytes(folder / name, content)


def make_statement(
    manifest: Manifest,
    content: bytes,
    readme: bytes,
    signer: PublisherSigner,
    contents: Contents,
    now: datetime | None,
) -> Statement:
    """Say what is to be signed; takes the next counter."""
    return Statement(
        contents.name,
        signer.chain.fingerprint,
        signer.chain.newest.version,
        signer.counters.reserve(contents.name),
        stamp(now or datetime.now(UTC)),
        sha256_bytes(content),
        len(content),
        sha256_bytes(readme),
        totals_of(manifest),
        contents.recipes,
        contents.volumes,
        tuple(sorted({*contents.licences, *(file.licence for file in manifest.files)})),
    )


def seal(folder: Path, statement: Statement, signer: PublisherSigner) -> str:
    """Write the envelope and read it back; give the digest of what was signed.

    Where the publisher's root demands several signatures, it opens once the others were added.

    Raises:
        Refused: A reader would not accept it, so it was not written.
        PackError: It was read back wrongly.
        StorageError: The device says no.
    """
    content = signer.sign(statement.encode(), code=True)
    envelope = decode_envelope(content, ENVELOPE)
    check_signatures(envelope, signer.chain, ENVELOPE)
    decode_statement(envelope.payload)
    write_bytes(folder / ENVELOPE, content)
    if read_whole(folder, ENVELOPE, LIMIT) != content:
        raise PackError(f"{ENVELOPE} was read back wrongly", FAKE_HINT)
    return envelope.payload_sha256
