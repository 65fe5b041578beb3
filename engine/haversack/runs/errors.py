"""What can go wrong with a run, each with what to do about it."""

from __future__ import annotations

from haversack.base.errors import EXIT_USAGE, HaversackError


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
