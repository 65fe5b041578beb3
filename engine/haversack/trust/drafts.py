"""The next root of a publisher while it waits for the signatures of other root keys."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from securesystemslib.signer import Signer
from tuf.api.metadata import Root, RootVerificationResult

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.counting import counted
from haversack.base.errors import FileFormatError
from haversack.base.files import read_bytes, write_bytes
from haversack.trust import roots
from haversack.trust.chain import RootChain, check_chain
from haversack.trust.errors import Invalid, TrustError
from haversack.trust.roots import RootFile

_FORMAT = "haversack-root-draft/1"
_LIMIT = 16 * 1024 * 1024


@dataclass(frozen=True)
class Draft:
    """A root that follows a chain; it counts when the root keys of both sides have signed.

    Attributes:
        chain: The roots that count.
        content: The canonical bytes of the next one, with the signatures so far.
    """

    chain: RootChain
    content: bytes

    @cached_property
    def root(self) -> RootFile:
        """What the next root says."""
        return roots.decode_root(self.content, "the draft")

    @cached_property
    def _signatures(self) -> RootVerificationResult:
        metadata = self.root.metadata
        return self.root.root.get_root_verification_result(
            self.chain.newest.root, metadata.signed_bytes, metadata.signatures
        )

    @property
    def lacking(self) -> int:
        """How many more signatures it needs at least."""
        return max(self._signatures.first.missing, self._signatures.second.missing)

    @property
    def wanted(self) -> str:
        """What it needs, in words."""
        return f"{counted(self.lacking, 'more signature')} by root keys"

    def check(self) -> None:
        """Check all that can be checked before every signature is there.

        Raises:
            Invalid: It does not follow the chain, or bears a signature that is not valid.
        """
        if self.root.version != self.chain.newest.version + 1:
            raise _wrong(f"it is version {self.root.version}, not the next one")
        if set(self.root.metadata.signatures) - set(self._signatures.signed):
            raise _wrong("it bears a signature that is not valid")
        if not self.lacking:
            self.finished()

    def signed_by(self, signer: Signer) -> Draft:
        """Give the draft with one more signature.

        Raises:
            TrustError: The key is no root key of either side, or has signed already.
        """
        keyid = signer.public_key.keyid
        if keyid in self._signatures.signed:
            raise TrustError("this key has signed the draft already", "Give it to another signer.")
        if keyid not in self._signatures.unsigned:
            raise TrustError(
                f"key {keyid[:12]}… is no root key of {self.root.publisher!r}",
                "Is it the right draft, and the right --key?",
            )
        metadata = self.root.metadata
        signatures = metadata.signatures.values()
        fresh = roots.sign_root(self.root.root, [signer])
        added = roots.decode_root(fresh, "the draft").metadata.signatures
        document = metadata.to_dict()
        every = {**{one.keyid: one for one in signatures}, **added}
        document["signatures"] = [every[one].to_dict() for one in sorted(every)]
        return Draft(self.chain, dump_canonical(document))

    def finished(self) -> RootChain:
        """Give the chain with the draft as its newest root.

        Raises:
            Invalid: Signatures lack, or it does not follow the chain.
        """
        return check_chain([*(one.content for one in self.chain.roots), self.content])


def draft_next(chain: RootChain, root: Root, signers: Sequence[Signer]) -> Draft:
    """Give a draft of the root that follows a chain, signed by the keys that are at hand."""
    return Draft(chain, roots.sign_root(root, list(signers)))


def write_draft(draft: Draft, file: Path) -> None:
    """Write a draft to a file that is handed from one signer to the next.

    Raises:
        StorageError: The disk says no.
    """
    contents = [*(root.content for root in draft.chain.roots), draft.content]
    document = {
        "format": _FORMAT,
        "roots": [base64.b64encode(content).decode("ascii") for content in contents],
    }
    write_bytes(file, dump_canonical(document) + b"\n")


def read_draft(file: Path) -> Draft:
    """Read a draft and check it, and the roots before it.

    Raises:
        TrustError: It is no draft.
        Invalid: It does not follow its chain, or a signature is wrong.
        StorageError: It cannot be read.
    """
    try:
        document = load_strict(read_bytes(file, _LIMIT), file.name, _LIMIT)
        if document["format"] != _FORMAT:
            raise ValueError("unknown form")
        contents = [base64.b64decode(one, validate=True) for one in document["roots"]]
    except (FileFormatError, KeyError, TypeError, ValueError) as error:
        raise TrustError(
            f"{file} is no draft of a root: {error}",
            "Give the file that `haversack keys signers ... --draft FILE` wrote.",
        ) from error
    draft = Draft(check_chain(contents[:-1], file.name), contents[-1] if contents else b"")
    draft.check()
    return draft


def _wrong(why: str) -> Invalid:
    return Invalid(f"the draft of a root is wrong: {why}", "Ask for a new draft.", "the draft")
