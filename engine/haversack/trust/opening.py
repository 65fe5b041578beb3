"""The order in which a bundle comes to be believed: each step can be made only from the one before.

Pure: bytes in, nothing read, nothing written. A step is its own proof, since making it runs its
checks: whoever holds a ``Vouched`` holds a payload that a pinned publisher signed by the rules.
"""

from __future__ import annotations

from collections.abc import Sequence

from haversack.trust.chain import (
    RootChain,
    authorise,
    check_chain,
    check_signatures,
    longer_chain,
    may_sign_code,
)
from haversack.trust.envelope import Envelope
from haversack.trust.errors import Invalid


class Received:
    """An envelope and roots that are well formed; the roots are a chain. Nobody is believed yet.

    Args:
        envelope: What was read of the envelope.
        roots: The bytes of roots 1, 2 and so on.
        file: The envelope's name, for errors.
        folder: The roots' folder, for errors.

    Raises:
        Invalid: The roots are no chain.
    """

    def __init__(self, envelope: Envelope, roots: Sequence[bytes], file: str, folder: str) -> None:
        """Take what was parsed, and check that the roots are a chain."""
        self.file = file
        self.envelope = envelope
        self.carried = check_chain(list(roots), folder)

    def check_by_itself(self) -> None:
        """Check the signatures by the roots that came along, which says nothing about who it is.

        Raises:
            Invalid: A signature is wrong, or they are too few.
            Untrusted: They would be enough had the publisher not revoked a key.
        """
        authorise(self.envelope, self.carried, self.file)


class Pinned:
    """What was received, from a publisher whom this machine pinned.

    Args:
        received: The step before.
        known: The longest chain known here of that publisher.

    Raises:
        Invalid: The two chains part ways.
    """

    def __init__(self, received: Received, known: RootChain) -> None:
        """Take what was received, and the chain that is known of the same publisher."""
        if known.fingerprint != received.carried.fingerprint:
            raise ValueError("the chain that is known is another publisher's")
        self.file = received.file
        self.envelope = received.envelope
        self.chain = longer_chain(known, received.carried)


class Vouched:
    """A payload that enough of the publisher's keys signed under one of its roots.

    Args:
        pinned: The step before.

    Raises:
        Invalid: A signature is wrong, or they are too few.
        Untrusted: They would be enough had the publisher not revoked a key.
    """

    def __init__(self, pinned: Pinned) -> None:
        """Take what was pinned and check its signatures."""
        self._file = pinned.file
        self._versions = authorise(pinned.envelope, pinned.chain, pinned.file)
        self._signed_by = check_signatures(pinned.envelope, pinned.chain, pinned.file)
        self.chain = pinned.chain
        self.payload = pinned.envelope.payload
        self.payload_sha256 = pinned.envelope.payload_sha256

    @property
    def for_code(self) -> bool:
        """Whether those who signed may sign code as well."""
        return may_sign_code(self.chain, self._signed_by)

    def check_claims(self, publisher: str, root_version: int) -> None:
        """Check what the payload says of who signed it.

        Raises:
            Invalid: It names another publisher, or a root under which it is not signed.
        """
        hint = "It was changed after signing; get the bundle again from its publisher."
        if publisher != self.chain.fingerprint:
            raise Invalid(f"{self._file} names another publisher than its roots", hint, self._file)
        if root_version not in self._versions:
            raise Invalid(
                f"{self._file} is not signed as root {root_version} demands, which it names",
                hint,
                self._file,
            )
