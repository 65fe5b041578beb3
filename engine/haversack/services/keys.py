"""The keyring, and what a screen shows of keys and publishers."""

from __future__ import annotations

from pathlib import Path

from haversack.pantry.pantry import Pantry
from haversack.trust.keyring import KeyRing
from haversack.trust.own_keys import KeyInfo
from haversack.trust.publishers import PublisherInfo

__all__ = ["KeyInfo", "KeyRing", "PublisherInfo", "open_keyring", "publisher_of"]


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
