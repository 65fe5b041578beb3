"""Receipts that leave their machine: exported under its signature, checked on another."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.errors import FileFormatError, UsageError
from haversack.base.files import read_bytes, write_bytes
from haversack.bundle.admission import receive
from haversack.bundle.errors import Untrusted
from haversack.bundle.listing import list_bundle
from haversack.bundle.statement import STATEMENT_TYPE
from haversack.trust.clock import stamp
from haversack.trust.envelope import decode_envelope
from haversack.trust.fingerprints import as_words
from haversack.trust.keyring import KeyRing
from haversack.trust.opening import Pinned, Received, Vouched
from haversack.trust.receipts import LIMIT, faults

PREDICATE_TYPE = "urn:haversack:receipts"
_FORMAT = "haversack-receipts/1"
_HINT = "Export it again: haversack bundle receipts -o FILE --key NAME"


@dataclass(frozen=True)
class CheckedReceipts:
    """Receipts of another machine, whose signature holds.

    Attributes:
        publisher: Who signed them, as pinned here.
        fingerprint: That publisher's fingerprint.
        exported_at: When, by that machine's clock.
        receipts: The receipts, the oldest first.
        faults: Where one was changed or taken out before they were signed.
        opened_at: When the bundle that was asked about was opened there; empty for never.
    """

    publisher: str
    fingerprint: str
    exported_at: str
    receipts: tuple[dict[str, Any], ...]
    faults: tuple[str, ...]
    opened_at: tuple[str, ...]


def export_receipts(keyring: KeyRing, key: str, passphrase: str, target: Path) -> int:
    """Write all receipts of this machine to one file, signed; give how many they are.

    Raises:
        UsageError: Nothing was opened here.
        WrongPassphrase: That is not the key's passphrase.
        TrustError: There is no such key, or a receipt is damaged.
        StorageError: The disk says no.
    """
    receipts = keyring.receipts.list()
    if not receipts:
        raise UsageError("nothing was opened here yet", "There is no receipt to export.")
    signer = keyring.unlock(key, passphrase)
    subjects = {f"{one['bundle']} {one['counter']}": one["payload"] for one in receipts}
    statement = {
        "_type": STATEMENT_TYPE,
        "subject": [{"name": n, "digest": {"sha256": d}} for n, d in subjects.items()],
        "predicateType": PREDICATE_TYPE,
        "predicate": {"exported_at": stamp(datetime.now(UTC)), "receipts": list(receipts)},
    }
    envelope = signer.sign(dump_canonical(statement))
    document = {
        "envelope": load_strict(envelope, "the envelope", LIMIT),
        "format": _FORMAT,
        "roots": [base64.b64encode(root.content).decode("ascii") for root in signer.chain.roots],
    }
    write_bytes(target, dump_canonical(document) + b"\n")
    return len(receipts)


def check_receipts(file: Path, keyring: KeyRing, bundle: Path | None = None) -> CheckedReceipts:
    """Check receipts that another machine exported.

    Args:
        file: What was exported.
        keyring: The pinned publishers; whose key signed it must be among them.
        bundle: A bundle whose opening is looked for among the receipts.

    Raises:
        FileFormatError: It is no export of receipts.
        Refused: It is unsigned, invalid, or signed by nobody whom this machine trusts.
        StorageError: It cannot be read.
    """
    received = _read(file)
    known = keyring.pinned(received.carried.fingerprint)
    if known is None:
        received.check_by_itself()
        raise Untrusted(
            f"{file} is signed by {received.carried.newest.publisher!r}, who is not trusted here",
            "Pin the machine that exported it by its own publisher file; its fingerprint is "
            + as_words(received.carried.fingerprint),
            file.name,
        )
    vouched = Vouched(Pinned(received, known))
    exported_at, receipts = _payload(vouched.payload, file)
    asked = "" if bundle is None else receive(bundle, list_bundle(bundle)).envelope.payload_sha256
    return CheckedReceipts(
        vouched.chain.newest.publisher,
        vouched.chain.fingerprint,
        exported_at,
        receipts,
        faults(receipts),
        tuple(str(one.get("opened_at")) for one in receipts if asked == one.get("payload")),
    )


def _read(file: Path) -> Received:
    try:
        document = load_strict(read_bytes(file, LIMIT), file.name, LIMIT)
        if document["format"] != _FORMAT:
            raise ValueError("it has another form")
        envelope = dump_canonical(document["envelope"])
        roots = [base64.b64decode(root, validate=True) for root in document["roots"]]
    except (FileFormatError, KeyError, TypeError, ValueError) as error:
        raise FileFormatError(f"{file} is no export of receipts: {error}", _HINT) from error
    return Received(decode_envelope(envelope, file.name), roots, file.name, file.name)


def _payload(payload: bytes, file: Path) -> tuple[str, tuple[dict[str, Any], ...]]:
    try:
        statement = load_strict(payload, file.name, LIMIT)
        if statement["predicateType"] != PREDICATE_TYPE:
            raise ValueError("it says something else")
        said = statement["predicate"]
        receipts = tuple(said["receipts"])
        if not all(isinstance(one, dict) for one in receipts):
            raise TypeError("something in it is no receipt")
        return str(said["exported_at"]), receipts
    except (FileFormatError, KeyError, TypeError, ValueError) as error:
        raise FileFormatError(f"{file} is no export of receipts: {error}", _HINT) from error
