"""Co-signing: a second person puts their signature on a bundle that another has packed."""

from __future__ import annotations

from pathlib import Path

from haversack.bundle.cosigning import Signed, add_signature
from haversack.trust.keyring import KeyRing

__all__ = ["Signed", "cosign"]


def cosign(bundle: Path, keyring: KeyRing, name: str, passphrase: str) -> Signed:
    """Add the signature of one's own key to a bundle; its blobs are not read.

    Raises:
        WrongPassphrase: That is not the key's passphrase.
        TrustError: There is no such key, or its private half is not here.
        UsageError: The publisher's root does not name the key, or it has signed already.
        Refused: The bundle is unsigned or invalid.
        StorageError: The device says no.
    """
    return add_signature(bundle, keyring.unlock(name, passphrase).signer, keyring)
