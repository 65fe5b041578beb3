"""An unlocked key, which signs bundles in the name of a publisher."""

from __future__ import annotations

from dataclasses import dataclass

from securesystemslib.signer import Signer

from haversack.trust.chain import RootChain, may_sign_code
from haversack.trust.counters import Counters
from haversack.trust.envelope import sign_envelope


@dataclass(frozen=True)
class PublisherSigner:
    """An unlocked key: signs bundles in the name of a publisher.

    Attributes:
        name: The key's name on this machine.
        chain: The publisher's roots.
        counters: The counters kept beside the key.
        signer: Signs data.
        code_signer: Signs bundles that hold code, beside ``signer``; None where none do.
    """

    name: str
    chain: RootChain
    counters: Counters
    signer: Signer
    code_signer: Signer | None = None

    @property
    def may_sign_code(self) -> bool:
        """Whether bundles that hold code are accepted from it."""
        code = self.code_signer
        return code is not None and may_sign_code(self.chain, frozenset({code.public_key.keyid}))

    def sign(self, payload: bytes, code: bool = False) -> bytes:
        """Give the canonical bytes of an envelope around ``payload``.

        Args:
            payload: What is signed.
            code: Whether the key for code signs as well.
        """
        also = [self.code_signer] if code and self.code_signer is not None else []
        return sign_envelope(payload, [self.signer, *also])
