"""A publisher's chain of roots, checked from the first; pure, without any file."""

from __future__ import annotations

from dataclasses import dataclass

from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.signer import Key

from haversack.base.counting import counted
from haversack.trust.envelope import Envelope
from haversack.trust.errors import Invalid, TrustError, Untrusted
from haversack.trust.roots import DATA_ROLE, RootFile, decode_root, file_name

MOST_ROOTS = 1000
_HINT = "The publisher's roots were changed or damaged; get the bundle again from its publisher."


@dataclass(frozen=True)
class RootChain:
    """Roots 1 to n of one publisher, each signed as the one before it and itself demand."""

    roots: tuple[RootFile, ...]

    @property
    def fingerprint(self) -> str:
        """What the publisher is pinned by: the fingerprint of the first root."""
        return self.roots[0].fingerprint

    @property
    def newest(self) -> RootFile:
        """The root that counts."""
        return self.roots[-1]

    @property
    def revoked(self) -> frozenset[str]:
        """Ids of all keys that any root of the chain revoked."""
        return frozenset().union(*(root.revoked for root in self.roots))

    @property
    def keys(self) -> dict[str, Key]:
        """Every key of every root by its id; an id follows from the key, so none can clash."""
        return {keyid: key for root in self.roots for keyid, key in root.root.keys.items()}

    def require_code_key(self, name: str) -> None:
        """Raise ``TrustError`` where no key of one's own, called ``name``, may sign code."""
        if not self.newest.code_keyids:
            raise TrustError(
                f"{name} has no key that may sign code",
                f"Make one with `haversack keys rotate {name} --code`.",
            )


def check_chain(contents: list[bytes], folder: str = "root") -> RootChain:
    """Check a chain of roots from the first to the last.

    Args:
        contents: The bytes of versions 1, 2, and so on.
        folder: Where they lie, for errors.

    Raises:
        Invalid: There is none, a version is missing, or one is not signed as it must be.
    """
    if not 1 <= len(contents) <= MOST_ROOTS:
        raise Invalid(f"{folder} holds no chain of roots from 1 on", _HINT, folder)
    roots: list[RootFile] = []
    for version, content in enumerate(contents, start=1):
        file = f"{folder}/{file_name(version)}"
        root = decode_root(content, file)
        if root.version != version:
            raise Invalid(f"{file} says that it is version {root.version}", _HINT, file)
        _check_link(roots[-1] if roots else None, root, file)
        roots.append(root)
    return RootChain(tuple(roots))


def longer_chain(known: RootChain, carried: RootChain) -> RootChain:
    """Give the longer of two chains of one publisher, of which one must begin with the other.

    Raises:
        Invalid: They part ways: somebody made two roots of one version.
    """
    for mine, theirs in zip(known.roots, carried.roots, strict=False):
        if mine.fingerprint != theirs.fingerprint:
            file = f"root/{file_name(theirs.version)}"
            raise Invalid(
                f"{file} is another root than the one known here for version {theirs.version}",
                "Ask the publisher which one is right; somebody may have stolen a root key.",
                file,
            )
    return known if len(known.roots) >= len(carried.roots) else carried


def check_signatures(envelope: Envelope, chain: RootChain, file: str) -> frozenset[str]:
    """Check every signature of an envelope; give the ids of the keys that count.

    A signature by an unknown key, or one that does not verify, is damage even where enough
    others are good: no bit of an envelope may change unnoticed.

    Raises:
        Invalid: A signature is wrong.
    """
    keys = chain.keys
    for signature in envelope.signatures:
        key = keys.get(signature.keyid)
        if key is None:
            raise Invalid(
                f"{file} is signed with key {signature.keyid[:12]}…, which is not the publisher's",
                "Do not use it; get the bundle again from its publisher.",
                file,
            )
        try:
            key.verify_signature(signature, envelope.signed_bytes)
        except UnverifiedSignatureError as error:
            raise Invalid(
                f"{file} does not match its signature by key {signature.keyid[:12]}…",
                "It was changed after signing; get the bundle again from its publisher.",
                file,
            ) from error
    return frozenset(signature.keyid for signature in envelope.signatures)


def versions_that_authorise(chain: RootChain, signed_by: frozenset[str]) -> tuple[int, ...]:
    """Give the versions of the root under which these keys are enough to sign data.

    A rotated key goes on counting for what was signed under its root; a revoked one does not.
    """
    counting = signed_by - chain.revoked
    return tuple(
        root.version
        for root in chain.roots
        if len(counting & set(root.root.roles[DATA_ROLE].keyids))
        >= root.root.roles[DATA_ROLE].threshold
    )


def may_sign_code(chain: RootChain, signed_by: frozenset[str]) -> bool:
    """Say whether these keys are enough to sign code under the newest root.

    A key that may sign data under any root of the chain never counts.
    """
    data = {keyid for root in chain.roots for keyid in root.root.roles[DATA_ROLE].keyids}
    counting = signed_by - chain.revoked - data
    return len(counting & set(chain.newest.code_keyids)) >= chain.newest.code_threshold


def authorise(envelope: Envelope, chain: RootChain, file: str) -> tuple[int, ...]:
    """Check an envelope's signatures and threshold; give the root versions that allow it.

    Raises:
        Invalid: A signature is wrong, or they are too few.
        Untrusted: They would be enough had the publisher not revoked a key.
    """
    signed_by = check_signatures(envelope, chain, file)
    versions = versions_that_authorise(chain, signed_by)
    if versions:
        return versions
    revoked = sorted(signed_by & chain.revoked)
    if revoked:
        raise Untrusted(
            f"{file} is signed with key {revoked[0][:12]}…, which its publisher has revoked",
            "Ask the publisher for a bundle signed with the new key.",
            file,
        )
    found, threshold = count_signatures(chain, signed_by)
    raise Invalid(
        f"{file} has fewer signatures than the publisher's root demands: "
        f"{found} of {counted(threshold, 'signature')}",
        "Another co-signer adds one with `haversack bundle sign BUNDLE --key NAME`; "
        "or ask the publisher for a bundle with all signatures.",
        file,
    )


def count_signatures(chain: RootChain, signed_by: frozenset[str]) -> tuple[int, int]:
    """Give how many of these keys count under the newest root that knows any, and its threshold."""
    counting = signed_by - chain.revoked
    for root in reversed(chain.roots):
        role = root.root.roles[DATA_ROLE]
        if counted := len(counting & set(role.keyids)):
            return counted, role.threshold
    return 0, chain.newest.root.roles[DATA_ROLE].threshold


def _check_link(previous: RootFile | None, root: RootFile, file: str) -> None:
    """Check that a root is signed by the threshold before it and by its own, and by no other."""
    result = root.root.get_root_verification_result(
        previous.root if previous else None, root.metadata.signed_bytes, root.metadata.signatures
    )
    if not result.verified:
        raise Invalid(f"{file} is not signed as the root before it demands", _HINT, file)
    strangers = set(root.metadata.signatures) - set(result.signed)
    if strangers:
        raise Invalid(f"{file} bears a signature that is not valid", _HINT, file)
    if previous is not None and not previous.revoked <= root.revoked:
        raise Invalid(f"{file} takes back a revocation", _HINT, file)
    if previous is not None and previous.publisher != root.publisher:
        raise Invalid(f"{file} changes the publisher's name", _HINT, file)
