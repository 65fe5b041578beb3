"""DSSE envelopes with one spelling: the bytes on disk are the canonical ones or are refused."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Any

from securesystemslib.dsse import Envelope as DsseEnvelope
from securesystemslib.signer import Signature, Signer

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.digests import is_sha256, sha256_bytes
from haversack.base.errors import FileFormatError
from haversack.trust.errors import Invalid, Unsigned

PAYLOAD_TYPE = "application/vnd.in-toto+json"
LIMIT = 8 * 1024 * 1024
MOST_SIGNATURES = 64
_HINT = "The envelope was changed or damaged; get the bundle again from its publisher."
_SIGNATURE = re.compile(r"[0-9a-f]{128}\Z")


@dataclass(frozen=True)
class Envelope:
    """A payload and its signatures by key id; nothing about it has been believed yet."""

    payload: bytes
    signatures: tuple[Signature, ...]

    @property
    def signed_bytes(self) -> bytes:
        """The bytes that signatures are made over (DSSE's pre-authentication encoding)."""
        return DsseEnvelope(self.payload, PAYLOAD_TYPE, {}).pae()

    @property
    def payload_sha256(self) -> str:
        """The digest of the payload, which names one sealing of one bundle."""
        return sha256_bytes(self.payload)


def sign_envelope(payload: bytes, signers: list[Signer]) -> bytes:
    """Give the canonical bytes of an envelope signed by every signer."""
    envelope = DsseEnvelope(payload, PAYLOAD_TYPE, {})
    signatures = [envelope.sign(signer) for signer in signers]
    return encode_envelope(Envelope(payload, tuple(signatures)))


def encode_envelope(envelope: Envelope) -> bytes:
    """Give an envelope's one spelling: sorted keys, no white space, signatures by key id."""
    ordered = sorted(envelope.signatures, key=lambda signature: signature.keyid)
    return dump_canonical(
        {
            "payload": base64.b64encode(envelope.payload).decode("ascii"),
            "payloadType": PAYLOAD_TYPE,
            "signatures": [
                {
                    "keyid": signature.keyid,
                    "sig": base64.b64encode(bytes.fromhex(signature.signature)).decode("ascii"),
                }
                for signature in ordered
            ],
        }
    )


def decode_envelope(content: bytes, file: str) -> Envelope:
    """Read an envelope without believing it.

    Args:
        content: The bytes of the file.
        file: Its name, for errors.

    Raises:
        Invalid: It is not an envelope, is of another payload type, or has another spelling.
        Unsigned: It holds no signature.
    """
    try:
        document = load_strict(content, file, LIMIT)
    except FileFormatError as error:
        raise Invalid(error.message, _HINT, file) from error
    if not isinstance(document, dict) or set(document) != {"payload", "payloadType", "signatures"}:
        raise Invalid(f"{file} is not a DSSE envelope", _HINT, file)
    if document["payloadType"] != PAYLOAD_TYPE:
        raise Invalid(f"{file} holds another type of payload than {PAYLOAD_TYPE}", _HINT, file)
    signatures = document["signatures"]
    if signatures == []:
        raise Unsigned(f"{file} holds no signature", "Only accept bundles that are signed.", file)
    if not isinstance(signatures, list) or len(signatures) > MOST_SIGNATURES:
        raise Invalid(f"{file} holds no list of at most {MOST_SIGNATURES} signatures", _HINT, file)
    envelope = Envelope(
        _from_base64(document["payload"], file), tuple(_signature(one, file) for one in signatures)
    )
    if len({signature.keyid for signature in envelope.signatures}) != len(signatures):
        raise Invalid(f"{file} holds two signatures of one key", _HINT, file)
    if encode_envelope(envelope) != content:
        raise Invalid(f"{file} is not spelled canonically", _HINT, file)
    return envelope


def _signature(entry: Any, file: str) -> Signature:
    if not isinstance(entry, dict) or set(entry) != {"keyid", "sig"}:
        raise Invalid(f"{file} holds a malformed signature", _HINT, file)
    keyid, value = entry["keyid"], _from_base64(entry["sig"], file).hex()
    if not isinstance(keyid, str) or not is_sha256(keyid) or not _SIGNATURE.match(value):
        raise Invalid(f"{file} holds a malformed signature", _HINT, file)
    return Signature(keyid, value)


def _from_base64(text: Any, file: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, TypeError) as error:
        raise Invalid(f"{file} is not base64 where it should be", _HINT, file) from error
