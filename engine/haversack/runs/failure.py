"""How a run failed: the error that carries what its worker had told."""

from __future__ import annotations

from haversack.runs.errors import RunError
from haversack.runs.reducer import RunState


class RunFailed(RunError):  # noqa: N818 - it names what happened
    """The worker failed, crashed or was killed; what it told before that is in ``state``.

    Attributes:
        state: The run as far as its events tell.
        log_tail: The last lines that the worker wrote to its log.
    """

    def __init__(self, message: str, hint: str, state: RunState, log_tail: str = "") -> None:
        """Tell of the failure, with the run's state and the end of its log."""
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
