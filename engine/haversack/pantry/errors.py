"""What can go wrong with a pantry, each with a remedy."""

from __future__ import annotations

from typing import Literal

from haversack.base.errors import EXIT_FAILED, EXIT_USAGE, HaversackError

FetchReason = Literal[
    "no network",
    "not found",
    "refused",
    "server failed",
    "wrong digest",
    "missing client",
    "client failed",
    "bad archive",
    "too large",
    "bad address",
]


class PantryError(HaversackError):
    """A pantry cannot do what was asked."""


class NotAPantryError(PantryError):
    """The folder that was named is not a pantry."""

    exit_code = EXIT_USAGE


class DamagedPantryError(NotAPantryError):
    """The folder is a pantry whose ``pantry.json`` cannot be understood."""

    exit_code = EXIT_FAILED


class PantryTooNewError(PantryError):
    """A newer Haversack made the pantry."""


class PantryBusyError(PantryError):
    """Another process kept the pantry locked for too long."""


class NotInPantryError(PantryError):
    """Nothing of that name or digest is kept here."""

    exit_code = EXIT_USAGE


class AmbiguousNameError(PantryError):
    """Several things of the pantry go by that name or prefix."""

    exit_code = EXIT_USAGE


class NameTakenError(PantryError):
    """Something else of the pantry has that name."""

    exit_code = EXIT_USAGE


class FetchError(PantryError):
    """An asset could not be fetched; nothing of it was kept.

    Attributes:
        reason: Which kind of failure it was, for callers that act on it.
    """

    def __init__(self, message: str, hint: str, reason: FetchReason) -> None:
        """Say what could not be fetched; ``reason`` is for programs."""
        super().__init__(message, hint)
        self.reason: FetchReason = reason

    def diagnostics(self) -> dict[str, object]:
        """Give the facts of the error, with its ``reason``."""
        return {**super().diagnostics(), "reason": self.reason}
