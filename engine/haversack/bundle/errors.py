"""What goes wrong with bundles, beside the refusals that trust already names."""

from __future__ import annotations

from typing import NamedTuple

from haversack.base.counting import counted
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

    def __init__(self, needs: tuple[Need, ...], file: str, about: str = "", hint: str = "") -> None:
        """Tell which blobs are elsewhere."""
        size = sum(need.size for need in needs)
        rest = f"; {about}" if about else ""
        blobs = counted(len(needs), "blob")
        super().__init__(
            f"partial: needs {blobs}, {size / 1e6:.1f} MB{rest}; the first is {file}",
            hint or "Name a bundle that has them, or get the whole one from its publisher.",
            file,
        )
        self.needs = needs
        self._about = about

    def after(self, done: str, hint: str) -> Partial:
        """Give the same error after something was done about it."""
        about = "; ".join(text for text in (done, self._about) if text)
        return Partial(self.needs, self.file, about, hint)

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
