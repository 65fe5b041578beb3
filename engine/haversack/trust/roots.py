"""The publisher's root: TUF root metadata that says which keys may sign what."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from securesystemslib.signer import Key, Signer
from tuf.api.exceptions import RepositoryError
from tuf.api.metadata import Metadata, Role, Root
from tuf.api.serialization import SerializationError

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.digests import is_sha256
from haversack.base.errors import FileFormatError
from haversack.trust.errors import Invalid
from haversack.trust.private_keys import is_plain_ed25519

LIMIT = 256 * 1024
MOST_KEYS = 64
DATA_ROLE = "targets"
LIFETIME = timedelta(days=3650)
_PUBLISHER, _CODE, _REVOKED = "x-haversack-publisher", "x-haversack-code", "x-haversack-revoked"
_EXTRA = {_PUBLISHER, _CODE, _REVOKED}
_HINT = "The publisher's root was changed or damaged; get the bundle again from its publisher."
_SIGNATURE = re.compile(r"[0-9a-f]{128}\Z")
_MOST_CAUSE = 200


@dataclass(frozen=True)
class RootFile:
    """One version of a publisher's root: its bytes on disk and what they say.

    Attributes:
        content: The canonical bytes.
        metadata: The parsed TUF metadata.
        publisher: The publisher's name for people.
        revoked: Ids of keys whose signatures count no longer, whenever they were made.
        code_keyids: Ids of keys that may sign code.
        code_threshold: How many of those must sign.
    """

    content: bytes
    metadata: Metadata[Root]
    publisher: str
    revoked: frozenset[str]
    code_keyids: tuple[str, ...]
    code_threshold: int

    @property
    def root(self) -> Root:
        """The signed part."""
        return self.metadata.signed

    @property
    def version(self) -> int:
        """Its place in the chain, from 1."""
        return self.root.version

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the signed part in TUF's canonical JSON; of version 1, the publisher's."""
        return hashlib.sha256(self.metadata.signed_bytes).hexdigest()


def file_name(version: int) -> str:
    """Give the name of a root's file within ``root/``."""
    return f"{version}.root.json"


def new_root(publisher: str, root_keys: list[Key], data_keys: list[Key], now: datetime) -> Root:
    """Give the first root of a publisher, unsigned, with thresholds of 1."""
    root = Root(
        version=1,
        expires=_whole_second(now + LIFETIME),
        consistent_snapshot=True,
        unrecognized_fields={
            _PUBLISHER: publisher,
            _CODE: {"keyids": [], "threshold": 1},
            _REVOKED: [],
        },
    )
    for key in root_keys:
        root.add_key(key, Root.type)
    for key in data_keys:
        root.add_key(key, DATA_ROLE)
    return root


def next_root(
    newest: RootFile,
    now: datetime,
    swaps: Mapping[str, Mapping[str, Key]],
    revoke: bool,
) -> Root:
    """Give the root that follows, unsigned.

    Args:
        newest: The root it follows.
        now: When its lifetime begins.
        swaps: Role -> id of an old key -> the key that takes its place.
        revoke: Whether signatures by the old keys stop counting, earlier ones too.
    """
    root = decode_root(newest.content, "root").root
    root.version += 1
    root.expires = _whole_second(now + LIFETIME)
    for role, keys in swaps.items():
        for old, new in keys.items():
            root.revoke_key(old, role)
            root.add_key(new, role)
        if revoke:
            revoke_keys(root, keys)
    return root


def revoke_keys(root: Root, keyids: Iterable[str]) -> None:
    """Let what keys signed count no longer, under a root that is not signed yet."""
    revoked = {*root.unrecognized_fields[_REVOKED], *keyids}
    root.unrecognized_fields[_REVOKED] = sorted(revoked)


def give_code_key(root: Root, key: Key, in_place_of: Collection[str], revoke: bool) -> None:
    """Let a key sign code under a root that is not signed yet, in place of earlier ones.

    Args:
        root: The root.
        key: The key; one that signs nothing else.
        in_place_of: Ids of keys that sign code no longer.
        revoke: Whether what those signed counts no longer.
    """
    role = root.unrecognized_fields[_CODE]
    for keyid in in_place_of:
        del root.keys[keyid]
    role["keyids"] = sorted({*role["keyids"], key.keyid} - set(in_place_of))
    root.keys[key.keyid] = key
    if revoke:
        revoke_keys(root, in_place_of)


def sign_root(root: Root, signers: list[Signer]) -> bytes:
    """Give the canonical bytes of a root signed by every signer."""
    metadata: Metadata[Root] = Metadata(root)
    for signer in signers:
        metadata.sign(signer, append=True)
    metadata.signatures = dict(sorted(metadata.signatures.items()))
    return dump_canonical(metadata.to_dict())


def decode_root(content: bytes, file: str) -> RootFile:
    """Read one root without believing it.

    Args:
        content: The bytes of the file.
        file: Its name, for errors.

    Raises:
        Invalid: It is not a root, or has another spelling than the canonical one.
    """
    try:
        document = load_strict(content, file, LIMIT)
        _check_shape(document)
        signed = document["signed"]
        publisher, revoked, code = signed[_PUBLISHER], signed[_REVOKED], signed[_CODE]
        metadata: Metadata[Root] = Metadata.from_bytes(content)
        if not all(is_plain_ed25519(key) for key in metadata.signed.keys.values()):
            raise ValueError("a key that is not Ed25519 or bears another id than its own")
        if dump_canonical(metadata.to_dict()) != content:
            raise ValueError("it is not spelled canonically")
        if set(metadata.signed.unrecognized_fields) != _EXTRA:
            raise ValueError("unknown fields")
    except (FileFormatError, RepositoryError, SerializationError) as error:
        raise _no_root(file, error) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _no_root(file, error) from error
    return RootFile(
        content,
        metadata,
        publisher,
        frozenset(revoked),
        tuple(code["keyids"]),
        code["threshold"],
    )


def _no_root(file: str, error: Exception) -> Invalid:
    """Say why, in one line that a hostile root cannot make long."""
    cause = " ".join(str(error).split())
    if len(cause) > _MOST_CAUSE:
        cause = f"{cause[:_MOST_CAUSE]}…"
    return Invalid(f"{file} is not a publisher's root: {cause}", _HINT, file)


def is_expired(root: RootFile, now: datetime) -> bool:
    """Say whether a root's lifetime is over at ``now``."""
    return root.root.is_expired(now)


def _check_shape(document: Any) -> None:
    """Check what TUF's own reader leaves open."""
    if set(document) != {"signatures", "signed"} or document["signed"].get("_type") != Root.type:
        raise ValueError("other parts than signed and signatures")
    signed = document["signed"]
    if max(len(signed["keys"]), len(document["signatures"])) > MOST_KEYS:
        raise ValueError(f"more than {MOST_KEYS} keys or signatures")  # each takes its time
    if type(signed["version"]) is not int or not 1 <= signed["version"] < 2**31:
        raise ValueError("its version is no positive number")
    for signature in document["signatures"]:
        if set(signature) != {"keyid", "sig"} or not _SIGNATURE.match(signature["sig"]):
            raise ValueError("a malformed signature")
    for role in (*signed["roles"].values(), signed[_CODE]):
        if set(role) != {"keyids", "threshold"} or type(role["threshold"]) is not int:
            raise ValueError("a malformed role")
        Role(list(role["keyids"]), role["threshold"])
    publisher, revoked = signed[_PUBLISHER], signed[_REVOKED]
    if not isinstance(publisher, str) or not publisher.isprintable() or len(publisher) > 200:
        raise ValueError("the publisher's name cannot be shown")
    code = set(signed[_CODE]["keyids"])
    if not code <= set(signed["keys"]):
        raise ValueError("a key for code that is not among its keys")
    if any(code & set(role["keyids"]) for role in signed["roles"].values()):
        raise ValueError("a key for code that signs something else too")
    if not isinstance(revoked, list) or sorted(set(revoked)) != revoked:
        raise ValueError("the revoked keys are no sorted list")
    if not all(is_sha256(keyid) for keyid in revoked):
        raise ValueError("a revoked key has no key id")


def _whole_second(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)
