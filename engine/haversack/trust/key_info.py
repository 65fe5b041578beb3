"""What can be said of one's own key without its passphrase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class KeyInfo:
    """What can be said of one's own key without its passphrase.

    Attributes:
        name: Its name on this machine.
        publisher: The name that other machines show.
        fingerprint: SHA-256 of the first root: what others pin.
        words: The same as words.
        root_version: How often the roots were renewed, from 1.
        expires: When the newest root ends.
        data_keyids: Ids of the keys that sign bundles now.
        threshold: How many of them must sign a bundle.
        code_keyids: Ids of the keys that may sign code; empty where none may.
        revoked: Ids of keys that were revoked.
        counters: The last counter given out, by bundle name.
        token: The label of the token that signs; empty where the key is in a file.
        root_keyids: Ids of the keys that sign roots now.
        root_threshold: How many of them must sign the next root.
    """

    name: str
    publisher: str
    fingerprint: str
    words: str
    root_version: int
    expires: datetime
    data_keyids: tuple[str, ...]
    threshold: int
    code_keyids: tuple[str, ...]
    revoked: tuple[str, ...]
    counters: dict[str, int]
    token: str = ""
    root_keyids: tuple[str, ...] = ()
    root_threshold: int = 1
