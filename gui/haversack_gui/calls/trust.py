"""The calls about trust: one's own keys, and the publishers that are pinned on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from haversack_gui.jobs import Changed, Told

if TYPE_CHECKING:
    from haversack.services.keys import KeyInfo, KeyRing

Replace = Literal["rotate", "revoke"]
_TOPICS = frozenset({"keys"})


@dataclass(frozen=True, slots=True)
class Key:
    """A key of one's own.

    Attributes:
        name: Its name on this machine.
        publisher: The name that others see.
        words: Its fingerprint as words.
        fingerprint: The same as 64 digits.
        until: The day on which its roots end.
        signers: How many keys must sign of how many, such as ``"1 of 1"``.
        for_code: Whether it may sign the app and runtimes as well.
    """

    name: str
    publisher: str
    words: str
    fingerprint: str
    until: str
    signers: str
    for_code: bool = False


@dataclass(frozen=True, slots=True)
class Publisher:
    """A publisher that is trusted here; fields as those of a key."""

    publisher: str
    words: str
    fingerprint: str
    until: str


@dataclass(frozen=True, slots=True)
class Trusted:
    """What the keyring of this machine holds."""

    keys: tuple[Key, ...]
    publishers: tuple[Publisher, ...]


def held(home: Path) -> Trusted:
    """Give the keys of one's own and the publishers trusted here."""
    ring = keyring(home)
    publishers = tuple(
        Publisher(info.publisher, info.words, info.fingerprint, f"{info.expires:%Y-%m-%d}")
        for info in ring.publishers()
    )
    return Trusted(tuple(_key(info) for info in ring.list()), publishers)


def keys(home: Path) -> list[Key]:
    """List one's own keys."""
    return [_key(info) for info in keyring(home).list()]


def new_key(home: Path, name: str, passphrase: str, code: bool, told: Told) -> Changed:
    """Make a key; with ``code`` one that may sign the app and runtimes as well."""
    told.cancel.raise_if_cancelled()
    info = keyring(home).new(name, passphrase, code=code)
    return Changed(_TOPICS, info.name, f"The key {info.name} is made.")


def replace_key(home: Path, how: Replace, name: str, passphrase: str, told: Told) -> Changed:
    """Give a key a new private half; what a revoked one signed counts no longer."""
    told.cancel.raise_if_cancelled()
    ring = keyring(home)
    (ring.rotate if how == "rotate" else ring.revoke)(name, passphrase)
    rest = (
        "what the old one signed stays good."
        if how == "rotate"
        else "others learn of it from the next bundle or publisher file that they see."
    )
    return Changed(_TOPICS, name, f"The key {name} signs with a new half; {rest}")


def export_publisher(home: Path, name: str, target: Path, told: Told) -> Changed:
    """Write the file by which other machines can trust a key's publisher."""
    told.cancel.raise_if_cancelled()
    file = keyring(home).export(name, target)
    return Changed(frozenset(), file, f"Saved {file}.")


def back_up(home: Path, name: str, target: Path, told: Told) -> Changed:
    """Write a key to one file, its private halves still encrypted."""
    told.cancel.raise_if_cancelled()
    file = keyring(home).backup(name, target)
    return Changed(frozenset(), file, f"Saved {file}.")


def restore(home: Path, file: Path, told: Told) -> Changed:
    """Put a key from its backup into the keyring."""
    told.cancel.raise_if_cancelled()
    info = keyring(home).restore(file)
    return Changed(_TOPICS, info.name, f"The key {info.name} is back.")


def read_publisher(file: Path) -> Publisher:
    """Say whom a publisher's file is of; nothing is trusted by that."""
    from haversack.services.keys import publisher_in

    info = publisher_in(file)
    return Publisher(info.publisher, info.words, info.fingerprint, f"{info.expires:%Y-%m-%d}")


def trust(source: Path, home: Path, fingerprint: str, told: Told) -> Changed:
    """Pin the publisher of a bundle or a file, if it still is the one that was shown."""
    told.cancel.raise_if_cancelled()
    info = keyring(home).trust(source, fingerprint)
    return Changed(
        frozenset({"publishers"}), info.publisher, f"{info.publisher} is trusted from now on."
    )


def distrust(home: Path, fingerprint: str, told: Told) -> Changed:
    """Trust a publisher no longer."""
    told.cancel.raise_if_cancelled()
    keyring(home).distrust(fingerprint)
    return Changed(frozenset({"publishers"}), None, "The publisher is no longer trusted here.")


def keyring(home: Path) -> KeyRing:
    """Give the keyring of the app's folder."""
    from haversack.services.keys import open_keyring

    return open_keyring(home)


def _key(info: KeyInfo) -> Key:
    signers = f"{info.threshold} of {len(info.data_keyids)}"
    return Key(
        info.name,
        info.publisher,
        info.words,
        info.fingerprint,
        f"{info.expires:%Y-%m-%d}",
        signers,
        bool(info.code_keyids),
    )
