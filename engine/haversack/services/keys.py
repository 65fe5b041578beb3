"""The keyring, and what a screen shows of keys and publishers."""

from __future__ import annotations

from pathlib import Path

from haversack.pantry.pantry import Pantry
from haversack.trust.chain_files import read_any_chain
from haversack.trust.fingerprints import as_words
from haversack.trust.key_info import KeyInfo
from haversack.trust.keyring import KeyRing
from haversack.trust.publishers import PublisherInfo

__all__ = ["KeyInfo", "KeyRing", "PublisherInfo", "open_keyring", "publisher_in", "publisher_of"]


def open_keyring(home: Path | None = None) -> KeyRing:
    """Give the keyring of this machine's user, or the one in a folder."""
    return KeyRing(home)


def publisher_of(pantry: Pantry, keyring: KeyRing) -> str:
    """Name who signed the newest bundle of which something lies in a pantry; empty for none.

    Only openings that this keyring's receipts record count: a bundle's own words do not.
    """
    came = {record.fetched_from for record in pantry.assets.list()}
    for receipt in reversed(keyring.receipts.list()):
        if f"bundle {receipt.get('bundle')} {receipt.get('counter')}" in came:
            return str(receipt.get("publisher_name", ""))
    return ""


def publisher_in(source: Path) -> PublisherInfo:
    """Say whom a publisher's file (or a bundle) is of; nothing is trusted by reading it.

    Raises:
        TrustError: It names no publisher.
        Invalid: Its roots are no chain.
        StorageError: It cannot be read.
    """
    newest = (chain := read_any_chain(source)).newest
    words = as_words(chain.fingerprint)
    return PublisherInfo(
        newest.publisher, chain.fingerprint, words, newest.version, newest.root.expires
    )
