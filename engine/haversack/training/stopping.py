"""How a job says that it stopped because somebody asked."""

from __future__ import annotations


class StopRequested(Exception):  # noqa: N818 - it is an outcome that somebody asked for
    """Somebody asked to stop.

    Attributes:
        checkpoint: Where it can be resumed from, relative to the run's folder; None if nowhere.
        epoch: The epoch in which it stopped, counted from 0.
    """

    def __init__(self, checkpoint: str | None = None, epoch: int | None = None) -> None:
        """Name the checkpoint to go on from, and its epoch."""
        super().__init__("stopped as asked")
        self.checkpoint = checkpoint
        self.epoch = epoch
