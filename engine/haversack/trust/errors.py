"""What goes wrong with keys and trust, and the one error by which a bundle is refused."""

from __future__ import annotations

from typing import ClassVar, Literal

from haversack.base.errors import EXIT_REFUSED, EXIT_USAGE, HaversackError

RefusedState = Literal[
    "unsigned", "untrusted", "rollback", "expired", "too-new", "invalid", "partial"
]


class TrustError(HaversackError):
    """The keyring cannot do what was asked: a damaged file, a key that is elsewhere."""


class WrongName(TrustError):  # noqa: N818 - it names what happened
    """No key or publisher goes by that name, or a key does already."""

    exit_code = EXIT_USAGE


class WrongPassphrase(TrustError):  # noqa: N818 - it names what happened
    """The passphrase does not open the private key."""


class Refused(HaversackError):  # noqa: N818 - it is the outcome that a bundle got
    """A bundle is not accepted; nothing of it was kept.

    Attributes:
        state: Which of the documented states the bundle is in.
        file: The file within the bundle that is to blame; empty where none is.
    """

    exit_code = EXIT_REFUSED
    state: ClassVar[RefusedState] = "invalid"

    def __init__(self, message: str, hint: str = "", file: str = "") -> None:
        """Say why, and which file of the bundle is at fault."""
        super().__init__(message, hint)
        self.file = file

    def diagnostics(self) -> dict[str, object]:
        """Give the facts of the error, with ``state`` and ``file``."""
        return {**super().diagnostics(), "state": self.state, "file": self.file}


class Invalid(Refused):
    """Something in the bundle is not what was signed, or is not a bundle at all."""


class Unsigned(Refused):
    """The bundle has no envelope or an envelope without signatures."""

    state = "unsigned"


class Untrusted(Refused):
    """The bundle is rightly signed, but by nobody whom this machine trusts."""

    state = "untrusted"


class Rollback(Refused):
    """The bundle is older than one of the same name that was opened here before."""

    state = "rollback"


class Expired(Refused):
    """The publisher's root has expired and the policy says to refuse that."""

    state = "expired"


class TooNew(Refused):
    """The bundle was written in a format that this version does not know."""

    state = "too-new"
