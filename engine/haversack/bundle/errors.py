"""What goes wrong with bundles, beside the refusals that trust already names."""

from __future__ import annotations

from typing import NamedTuple

from haversack.base.errors import EXIT_PARTIAL, HaversackError
from haversack.trust.errors import Expired, Invalid, Refused, Rollback, TooNew, Unsigned, Untrusted


class PackError(HaversackError):
    """A bundle cannot be written: the input or the target will not do."""


class Need(NamedTuple):
    """A blob that a partial bundle lacks."""

    sha256: str
    size: int


class Partial(Refused):
    """The bundle is rightly signed, but some of its blobs are elsewhere.

    Attributes:
        needs: The missing blobs.
    """

    exit_code = EXIT_PARTIAL
    state = "partial"

    def __init__(self, needs: tuple[Need, ...], file: str) -> None:
        size = sum(need.size for need in needs)
        super().__init__(
            f"partial: needs {len(needs)} more blobs, {size / 1e6:.1f} MB; the first is {file}",
            "Put the missing blobs on the stick, or get the whole bundle from its publisher.",
            file,
        )
        self.needs = needs

    def diagnostics(self) -> dict[str, object]:
        """Give the facts of the error, with every blob that is missing."""
        needs = [{"sha256": need.sha256, "size": need.size} for need in self.needs]
        return {**super().diagnostics(), "needs": needs}


__all__ = [
    "Expired",
    "Invalid",
    "Need",
    "PackError",
    "Partial",
    "Refused",
    "Rollback",
    "TooNew",
    "Unsigned",
    "Untrusted",
]
