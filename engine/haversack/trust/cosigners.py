"""Several keys that sign bundles in one publisher's name, and how many of them must."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from securesystemslib.signer import Key
from tuf.api.metadata import Root

from haversack.base.counting import counted
from haversack.base.errors import UsageError
from haversack.trust.chain_files import read_any_chain
from haversack.trust.envelope import MOST_SIGNATURES
from haversack.trust.roots import DATA_ROLE, MOST_KEYS, RootFile, next_root, revoke_keys

_WHAT = {DATA_ROLE: "bundles", Root.type: "roots"}


def public_half(source: Path, role: str = DATA_ROLE) -> Key:
    """Read a co-signer's public key from the file that ``haversack keys show -o`` wrote.

    Args:
        source: The file.
        role: TUF's name of the role that the key has there.

    Raises:
        UsageError: It names several keys.
        TrustError: It is no such file.
        Invalid: The roots in it are no chain.
    """
    root = read_any_chain(source).newest.root
    keyids = root.roles[role].keyids
    if len(keyids) != 1:
        raise UsageError(
            f"{source} names {len(keyids)} keys that sign {_WHAT[role]}, not one",
            "Give the file of a person's own key: `haversack keys show NAME -o FILE`.",
        )
    return root.keys[keyids[0]]


def set_signers(
    root: Root,
    add: Sequence[Key],
    remove: Sequence[Key],
    threshold: int,
    role_name: str = DATA_ROLE,
) -> None:
    """Change who signs bundles, or roots, under a root that is not signed yet.

    Raises:
        UsageError: A key is there already or is not there, or the threshold cannot be met.
    """
    role = root.roles[role_name]
    for key in remove:
        if key.keyid not in role.keyids:
            raise UsageError(
                f"key {key.keyid[:12]}… does not sign for this publisher", "Name another file."
            )
        root.revoke_key(key.keyid, role_name)
    for key in add:
        if key.keyid in role.keyids:
            raise UsageError(
                f"key {key.keyid[:12]}… signs for this publisher already", "Name another file."
            )
        root.add_key(key, role_name)
    if len(root.keys) > MOST_KEYS:
        raise UsageError(
            f"a root holds at most {MOST_KEYS} keys, not {len(root.keys)}", "Let fewer people sign."
        )
    most = min(len(role.keyids), MOST_SIGNATURES)
    if not 1 <= threshold <= most:
        raise UsageError(
            f"a threshold of {threshold} cannot be met by {counted(len(role.keyids), 'key')}",
            f"Give --threshold from 1 to {most}, or more keys with --with-key.",
        )
    role.threshold = threshold


def next_signers(
    newest: RootFile,
    now: datetime,
    add: Sequence[Key],
    remove: Sequence[Key],
    threshold: int | None,
    revoke: bool = False,
    role_name: str = DATA_ROLE,
) -> Root:
    """Give the root that follows, unsigned, with other keys that sign bundles, or roots.

    Args:
        newest: The root it follows.
        now: When its lifetime begins.
        add: Keys that sign from now on.
        remove: Keys that do so no longer.
        threshold: How many must sign; None for as many as before.
        revoke: Whether what the removed keys signed counts no longer.
        role_name: TUF's name of the role of these keys.

    Raises:
        UsageError: As ``set_signers``, or a key was revoked before.
    """
    for key in add:
        if key.keyid in newest.revoked:
            raise UsageError(
                f"key {key.keyid[:12]}… was revoked; its signatures count no longer",
                "Ask the co-signer for a new key.",
            )
    root = next_root(newest, now, {}, revoke=False)
    before = root.roles[role_name].threshold
    set_signers(root, add, remove, threshold or before, role_name)
    if revoke:
        revoke_keys(root, [key.keyid for key in remove])
    return root
