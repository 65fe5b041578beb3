"""What can go wrong with a run, each with what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from haversack.base.errors import EXIT_USAGE, HaversackError

if TYPE_CHECKING:
    from haversack.runs.reducer import RunState


class RunError(HaversackError):
    """A run, its folder or its worker is not what it should be."""


class EventError(RunError):
    """A line is not an event that this version knows."""


class RunNotFound(RunError):  # noqa: N818 - it names what happened
    """No run, or more than one, goes by that name."""

    exit_code = EXIT_USAGE


class RunExists(RunError):  # noqa: N818 - it names what happened
    """A run of that name is there already."""

    exit_code = EXIT_USAGE


class RunFailed(RunError):  # noqa: N818 - it names what happened
    """The worker failed, crashed or was killed; what it told before that is in ``state``.

    Attributes:
        state: The run as far as its events tell.
        log_tail: The last lines that the worker wrote to its log.
    """

    def __init__(self, message: str, hint: str, state: RunState, log_tail: str = "") -> None:
        super().__init__(message, hint)
        self.state = state
        self.log_tail = log_tail

    def diagnostics(self) -> dict[str, object]:
        """Give the facts of the error with the state and the end of the worker's log."""
        facts = super().diagnostics()
        failure = self.state.error
        return facts | {
            "status": self.state.status,
            "worker_error": failure.error if failure is not None else None,
            "log_tail": self.log_tail,
        }
