"""The one base error of Haversack and the exit codes that the command line gives for it."""

from __future__ import annotations

from typing import ClassVar

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_REFUSED = 3
EXIT_PARTIAL = 4
EXIT_RECIPE = 5
EXIT_INTERRUPTED = 130


class HaversackError(Exception):
    """Something that a person can act on: what happened, and what to do about it.

    Attributes:
        message: One line that says what happened.
        hint: One line that says what to do; empty where nothing can be done.
        exit_code: What the command line exits with.
    """

    exit_code: ClassVar[int] = EXIT_FAILED

    def __init__(self, message: str, hint: str = "") -> None:
        """Say what happened and, in ``hint``, what to do about it."""
        super().__init__(message)
        self.message = message
        self.hint = hint

    def diagnostics(self) -> dict[str, object]:
        """Give the facts of the error as JSON-ready values, for ``--json`` and bug reports."""
        facts: dict[str, object] = {
            "error": type(self).__name__,
            "message": self.message,
            "hint": self.hint,
            "exit_code": self.exit_code,
        }
        if self.__cause__ is not None:
            facts["cause"] = f"{type(self.__cause__).__name__}: {self.__cause__}"
        return facts


class UsageError(HaversackError):
    """The call itself was wrong: an unknown name, an option out of range."""

    exit_code = EXIT_USAGE


class FileFormatError(HaversackError):
    """A file does not hold what it should: not JSON, too large, the wrong shape."""


class IntegrityError(HaversackError):
    """Bytes do not have the digest that was recorded for them."""


class Cancelled(HaversackError):  # noqa: N818 - it is an outcome that a person asked for
    """The person asked to stop; nothing half-written was left."""

    exit_code = EXIT_INTERRUPTED
