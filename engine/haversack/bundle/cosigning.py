"""One more signature on a sealed bundle; no blob is read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from securesystemslib.signer import Signer
from tuf.api.metadata import Role

from haversack.base.errors import UsageError
from haversack.base.files import write_bytes
from haversack.bundle.admission import read_envelope, read_roots
from haversack.bundle.device import read_whole
from haversack.bundle.errors import Invalid, PackError
from haversack.bundle.layout import ENVELOPE
from haversack.bundle.listing import list_bundle
from haversack.bundle.readback import FAKE_HINT
from haversack.bundle.statement import Statement, decode_statement
from haversack.trust.chain import RootChain, check_signatures, longer_chain
from haversack.trust.envelope import LIMIT, Envelope, decode_envelope, encode_envelope
from haversack.trust.keyring import KeyRing
from haversack.trust.roots import DATA_ROLE


@dataclass(frozen=True)
class Signed:
    """A bundle's signatures after one was added.

    Attributes:
        name: The bundle's name.
        counter: Its counter.
        publisher: The publisher's name.
        fingerprint: The publisher's fingerprint.
        signatures: How many signatures count now.
        threshold: How many the root demands under which it was packed.
    """

    name: str
    counter: int
    publisher: str
    fingerprint: str
    signatures: int
    threshold: int


def add_signature(folder: Path, signer: Signer, keyring: KeyRing) -> Signed:
    """Sign what a bundle's envelope says, beside those who signed it before.

    Args:
        folder: The bundle, or one stick of a set.
        signer: An unlocked key that the publisher's root names.
        keyring: What is known here of the publisher's newer roots.

    Raises:
        UsageError: The key may not sign for the publisher, or did so already.
        Refused: The bundle is unsigned or invalid.
        PackError: The envelope was read back wrongly.
        StorageError: The device says no.
    """
    listing = list_bundle(folder)
    envelope, carried = read_envelope(folder, listing), read_roots(folder, listing)
    known = keyring.pinned(carried.fingerprint)
    chain = carried if known is None else longer_chain(known, carried)
    signed_by = check_signatures(envelope, chain, ENVELOPE)
    statement = decode_statement(envelope.payload)
    role = _role(chain, statement)
    keyid = signer.public_key.keyid
    if keyid in chain.revoked or keyid not in role.keyids:
        raise UsageError(
            f"key {keyid[:12]}… is not in the root of {chain.newest.publisher!r} "
            f"under which {statement.name} was packed",
            "The publisher adds it with `haversack keys signers NAME --with-key FILE`, "
            "then packs again.",
        )
    if keyid in signed_by:
        raise UsageError(
            f"{statement.name} is signed with key {keyid[:12]}… already", "Sign with another key."
        )
    signature = signer.sign(envelope.signed_bytes)
    content = encode_envelope(Envelope(envelope.payload, (*envelope.signatures, signature)))
    signed_by = check_signatures(decode_envelope(content, ENVELOPE), chain, ENVELOPE)
    write_bytes(folder / ENVELOPE, content)
    if read_whole(folder, ENVELOPE, LIMIT) != content:
        raise PackError(f"{ENVELOPE} was read back wrongly", FAKE_HINT)
    counted = len((signed_by - chain.revoked) & set(role.keyids))
    return Signed(
        statement.name,
        statement.counter,
        chain.newest.publisher,
        chain.fingerprint,
        counted,
        role.threshold,
    )


def _role(chain: RootChain, statement: Statement) -> Role:
    """Give who may sign under the root that a statement names."""
    for root in chain.roots:
        if statement.publisher == chain.fingerprint and root.version == statement.root_version:
            return root.root.roles[DATA_ROLE]
    raise Invalid(
        f"{ENVELOPE} names a root that its publisher's chain does not hold",
        "Get the bundle again from its publisher.",
        ENVELOPE,
    )
