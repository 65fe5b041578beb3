"""Ed25519 keys on a hardware token, reached through its PKCS#11 module; they never leave it."""

from __future__ import annotations

import contextlib
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from securesystemslib.signer import Key, SecretsHandler, Signature, Signer, SSlibKey

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.errors import FileFormatError, UsageError
from haversack.base.files import read_bytes, write_bytes
from haversack.trust.errors import TrustError, WrongPassphrase

if TYPE_CHECKING:
    from pkcs11 import Session, Token

_FORMAT = "haversack-token-key/1"
_LIMIT = 16 * 1024
_ED25519 = bytes.fromhex("06032b6570")  # the curve's object identifier, 1.3.101.112, in DER
_RAW = 32
_ALONE = threading.Lock()  # a token knows one login at a time within a process


@dataclass(frozen=True)
class TokenPlace:
    """Which token keys are on.

    Attributes:
        module: The token's PKCS#11 module, a shared library that a person named.
        label: The token's label; empty where only one is plugged in.
        serial: Its serial number; empty where the label is enough.
    """

    module: Path
    label: str = ""
    serial: str = ""


class TokenSigner(Signer):
    """Signs on the token; made by ``new_token_key`` and ``open_token_key``."""

    def __init__(self, place: TokenPlace, public_key: SSlibKey, handle: bytes, pin: str) -> None:
        """Hold a key that stays on its token."""
        self.place = place
        self.handle = handle
        self._public_key = public_key
        self._pin = pin

    @property
    def public_key(self) -> SSlibKey:
        """The public half."""
        return self._public_key

    @classmethod
    def from_priv_key_uri(
        cls, priv_key_uri: str, public_key: Key, secrets_handler: SecretsHandler | None = None
    ) -> Signer:
        """Refuse: a key on a token is opened from its file alone."""
        raise TrustError(f"{priv_key_uri} names no key file")

    def sign(self, payload: bytes) -> Signature:
        """Give the token's signature over ``payload``.

        Raises:
            TrustError: The token is gone or says no.
        """
        from pkcs11 import Mechanism

        with _session(self.place, self._pin) as session:
            signed = _private(session, self.handle).sign(payload, mechanism=Mechanism.EDDSA)
        return Signature(self._public_key.keyid, bytes(signed).hex())

    def save(self, path: Path) -> None:
        """Write where the key is; nothing of that is secret, and the module is not named.

        Raises:
            StorageError: The disk says no.
        """
        document = {
            "format": _FORMAT,
            "keyid": self._public_key.keyid,
            "label": self.place.label,
            "object": self.handle.hex(),
            "public": self._public_key.keyval["public"],
            "serial": self.place.serial,
        }
        write_bytes(path, dump_canonical(document) + b"\n")

    def destroy(self) -> None:
        """Remove both halves from the token; a token that says no keeps them."""
        from pkcs11 import Attribute

        with contextlib.suppress(TrustError), _session(self.place, self._pin, rw=True) as session:
            for found in list(session.get_objects({Attribute.ID: self.handle})):
                found.destroy()


def new_token_key(place: TokenPlace, pin: str, label: str) -> TokenSigner:
    """Make a key on a token, from which it cannot be read.

    Args:
        place: The token.
        pin: Its user's PIN.
        label: What the token's own tools will call the key.

    Raises:
        WrongPassphrase: That is not the PIN.
        TrustError: There is no such token, or it makes no Ed25519 keys.
        UsageError: Several tokens are plugged in and none was named.
    """
    _library()
    from pkcs11 import Attribute, KeyType, Mechanism

    handle = secrets.token_bytes(16)
    with _session(place, pin, rw=True) as session:
        found = TokenPlace(place.module, session.token.label, _serial(session.token))
        curve = session.create_domain_parameters(
            KeyType.EC_EDWARDS, {Attribute.EC_PARAMS: _ED25519}, local=True
        )
        public, _ = curve.generate_keypair(
            mechanism=Mechanism.EC_EDWARDS_KEY_PAIR_GEN,
            store=True,
            label=label,
            id=handle,
            private_template={Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False},
        )
        raw = bytes(public[Attribute.EC_POINT])[-_RAW:]
    return TokenSigner(found, _public_key(raw), handle, pin)


def is_token_key(path: Path) -> bool:
    """Say whether a key's file says that it is on a token."""
    try:
        document = load_strict(read_bytes(path, _LIMIT), path.name, _LIMIT)
    except FileFormatError:
        return False
    return isinstance(document, dict) and document.get("format") == _FORMAT


def token_label(path: Path) -> str:
    """Give the label of the token that a key is on.

    Raises:
        TrustError: The file is damaged.
    """
    return _read(path, Path())[0].label


def open_token_key(path: Path, module: Path | None, pin: str) -> TokenSigner:
    """Log in to the token that a key's file names, and find the key there.

    Raises:
        WrongPassphrase: That is not the PIN.
        TrustError: The token or the key on it is not there, or the file is damaged.
    """
    if module is None:
        raise TrustError(
            f"the module by which the token of {path.parent.name} is reached is not known here",
            "Restore the key from its backup with --token MODULE.",
        )
    place, public_key, handle = _read(path, module)
    with _session(place, pin) as session:
        _private(session, handle)
    return TokenSigner(place, public_key, handle, pin)


def _read(path: Path, module: Path) -> tuple[TokenPlace, SSlibKey, bytes]:
    try:
        document = load_strict(read_bytes(path, _LIMIT), path.name, _LIMIT)
        place = TokenPlace(module, str(document["label"]), str(document["serial"]))
        public_key = _public_key(bytes.fromhex(document["public"]))
        if public_key.keyid != document["keyid"]:
            raise ValueError("its key id is another key's")
        return place, public_key, bytes.fromhex(document["object"])
    except (FileFormatError, KeyError, TypeError, ValueError) as error:
        raise TrustError(f"{path} is damaged: {error}", "Restore the key from a backup.") from error


@contextlib.contextmanager
def _session(place: TokenPlace, pin: str, *, rw: bool = False) -> Iterator[Session]:
    """Log in to a token while the block runs, and tell its errors in our words."""
    _library()
    from pkcs11 import exceptions as wrong

    with _ALONE:
        try:
            with _token(place).open(user_pin=pin, rw=rw) as session:
                yield session
        except (wrong.PinIncorrect, wrong.PinInvalid, wrong.PinLenRange) as error:
            raise WrongPassphrase(
                "the PIN does not open the token",
                "Try again, but not often: a token locks itself after a few wrong ones.",
            ) from error
        except wrong.PinLocked as error:
            raise TrustError(
                "the token has locked itself after wrong PINs", "Unlock it with its own tool."
            ) from error
        except wrong.PKCS11Error as error:
            cause = " ".join(f"{type(error).__name__} {error}".split())
            raise TrustError(
                f"the token said no: {cause}",
                "Plug it in again; it must know Ed25519 (CKM_EDDSA of PKCS#11 3.0).",
            ) from error


def _library() -> Any:
    try:
        import pkcs11
    except ImportError as error:
        raise TrustError(
            "keys on a token take python-pkcs11, which is not installed",
            "Install it: pip install 'haversack[token]'",
        ) from error
    return pkcs11


def _token(place: TokenPlace) -> Token:
    from pkcs11 import TokenFlag
    from pkcs11.exceptions import PKCS11Error

    hint = "Give the path of the token's PKCS#11 module, such as libsofthsm2.so."
    if not place.module.is_file():
        raise TrustError(f"there is no module {place.module}", hint)
    try:
        found = list(_library().lib(str(place.module.absolute())).get_tokens())
    except PKCS11Error as error:
        raise TrustError(
            f"{place.module} is no PKCS#11 module that works: {error}", hint
        ) from error
    tokens: list[Token] = [
        token
        for token in found
        if TokenFlag.TOKEN_INITIALIZED in token.flags
        and place.label in ("", token.label)
        and place.serial in ("", _serial(token))
    ]
    if not tokens:
        called = f" labelled {place.label!r}" if place.label else ""
        raise TrustError(f"no token{called} is plugged in", "Plug it in and try again.")
    if len(tokens) > 1:
        labels = ", ".join(sorted(repr(token.label) for token in tokens))
        raise UsageError(f"several tokens are plugged in: {labels}", "Name one: --token-label.")
    return tokens[0]


def _serial(token: Token) -> str:
    return token.serial.decode("utf-8", "replace").strip()


def _private(session: Session, handle: bytes) -> Any:
    from pkcs11 import ObjectClass
    from pkcs11.exceptions import MultipleObjectsReturned, NoSuchKey

    try:
        return session.get_key(object_class=ObjectClass.PRIVATE_KEY, id=handle)
    except (NoSuchKey, MultipleObjectsReturned) as error:
        raise TrustError(
            "the key is not on the token any more", "Plug in the token that it was made on."
        ) from error


def _public_key(raw: bytes) -> SSlibKey:
    return SSlibKey.from_crypto(Ed25519PublicKey.from_public_bytes(raw))
