"""When a run began and how long it took, in words."""

from __future__ import annotations

from datetime import datetime

from haversack.runs.reducer import RunState
from haversack_gui import words
from haversack_gui.words import tr


def began(state: RunState, now: datetime | None = None) -> str:
    """Give ``"today 14:23"`` or ``"28 Nov 14:23"``; empty for a run that has not begun.

    ``now`` is this moment where it is not given.
    """
    if state.started_at is None:
        return ""
    return _moment(datetime.fromtimestamp(state.started_at), now or datetime.now())


def took(state: RunState) -> str:
    """Give ``"took 3 min"``; empty for a run that is not over."""
    if not state.is_over or state.started_at is None or state.updated_at is None:
        return ""
    return tr("took {time}").format(time=words.duration(state.updated_at - state.started_at))


def _moment(moment: datetime, now: datetime) -> str:
    clock = f"{moment:%H:%M}"
    if moment.date() == now.date():
        return tr("today {clock}").format(clock=clock)
    year = "" if moment.year == now.year else f" {moment.year}"
    return f"{moment.day} {moment:%b}{year} {clock}"
