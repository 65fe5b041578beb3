"""Ed25519 keys; private halves on disk only under a passphrase (scrypt, ChaCha20-Poly1305)."""

from __future__ import annotations

import base64
import binascii
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from securesystemslib.signer import CryptoSigner, SSlibKey

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.errors import FileFormatError, UsageError
from haversack.base.files import read_bytes, write_bytes
from haversack.trust.errors import TrustError, WrongPassphrase

_LIMIT = 16 * 1024
_FORMAT = "haversack-private-key/1"


class Cost(NamedTuple):
    """How dear one guess at a passphrase is: scrypt's N = 2 ** log_n, r and p."""

    log_n: int = 17
    r: int = 8
    p: int = 1


DEFAULT_COST = Cost()
_DEAREST = Cost(log_n=20, r=16, p=4)


@dataclass(frozen=True)
class KeyFile:
    """A private key as it lies on disk: what can be said of it without the passphrase."""

    path: Path
    keyid: str
    header: dict[str, Any]
    sealed: bytes


def generate() -> Ed25519PrivateKey:
    """Make a new Ed25519 key."""
    return Ed25519PrivateKey.generate()


def signer_of(private: Ed25519PrivateKey) -> CryptoSigner:
    """Give what signs with a private key."""
    return CryptoSigner(private)


def save_private(private: Ed25519PrivateKey, path: Path, passphrase: str, cost: Cost) -> None:
    """Write a private key, encrypted; the file is readable by its owner only.

    Raises:
        UsageError: The passphrase is empty.
        StorageError: The disk says no.
    """
    if not passphrase:
        raise UsageError("the passphrase is empty", "Give one that is long and that you can keep.")
    salt, nonce = os.urandom(32), os.urandom(12)
    header = {
        "aead": "chacha20-poly1305",
        "format": _FORMAT,
        "kdf": {"log_n": cost.log_n, "name": "scrypt", "p": cost.p, "r": cost.r},
        "keyid": CryptoSigner(private).public_key.keyid,
        "nonce": base64.b64encode(nonce).decode(),
        "salt": base64.b64encode(salt).decode(),
    }
    cipher = ChaCha20Poly1305(_stretch(passphrase, salt, cost))
    sealed = cipher.encrypt(nonce, private.private_bytes_raw(), dump_canonical(header))
    document = {**header, "sealed": base64.b64encode(sealed).decode()}
    write_bytes(path, dump_canonical(document) + b"\n")
    if os.name == "posix":
        path.chmod(0o600)


def read_key_file(path: Path) -> KeyFile:
    """Read a private key's file without opening it.

    Raises:
        TrustError: It is damaged or of an unknown form.
    """
    try:
        document = load_strict(read_bytes(path, _LIMIT), path.name, _LIMIT)
        sealed = base64.b64decode(document.pop("sealed"), validate=True)
        if document["format"] != _FORMAT or document["aead"] != "chacha20-poly1305":
            raise ValueError("unknown form")
        return KeyFile(path, str(document["keyid"]), document, sealed)
    except (FileFormatError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise TrustError(
            f"{path} is not a private key of Haversack: {error}", "Restore it from a backup."
        ) from error


def open_private(file: KeyFile, passphrase: str) -> CryptoSigner:
    """Decrypt a private key.

    Raises:
        WrongPassphrase: The passphrase is wrong (or the file was changed: nobody can tell).
        TrustError: The file asks for more memory than is reasonable, or names another key.
    """
    try:
        kdf = file.header["kdf"]
        cost = Cost(int(kdf["log_n"]), int(kdf["r"]), int(kdf["p"]))
        salt = base64.b64decode(file.header["salt"], validate=True)
        nonce = base64.b64decode(file.header["nonce"], validate=True)
        if any(not 1 <= asked <= most for asked, most in zip(cost, _DEAREST, strict=True)):
            raise ValueError(f"cost out of range: {tuple(cost)}")
        key = ChaCha20Poly1305(_stretch(passphrase, salt, cost))
        secret = key.decrypt(nonce, file.sealed, dump_canonical(file.header))
    except InvalidTag as error:
        raise WrongPassphrase(
            "the passphrase does not open this key", "Try again; there is no way around it."
        ) from error
    except (KeyError, TypeError, ValueError, binascii.Error) as error:
        raise TrustError(
            f"{file.path} is damaged: {error}", "Restore the key from a backup."
        ) from error
    signer = CryptoSigner(Ed25519PrivateKey.from_private_bytes(secret))
    if signer.public_key.keyid != file.keyid:
        raise TrustError(f"{file.path} holds another key than it says", "Restore it from a backup.")
    return signer


def is_plain_ed25519(key: object) -> bool:
    """Say whether a public key is Ed25519 and bears the id that follows from its bytes."""
    return (
        isinstance(key, SSlibKey)
        and (key.keytype, key.scheme) == ("ed25519", "ed25519")
        and not key.unrecognized_fields
        and set(key.keyval) == {"public"}
        and _keyid(key) == key.keyid
    )


def _keyid(key: SSlibKey) -> str | None:
    try:
        raw = bytes.fromhex(key.keyval["public"])
        return SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(raw)).keyid
    except (ValueError, TypeError):
        return None


def _stretch(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    kdf = Scrypt(salt=salt, length=32, n=2**cost.log_n, r=cost.r, p=cost.p)
    return kdf.derive(passphrase.encode("utf-8"))
