"""The app's own idea of time: never earlier than what was proved to have happened."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

BUILT = "2026-11-24T00:00:00Z"
"""When this version was made; moved on with each release. It never ran before."""
_STAMP = re.compile(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-5][0-9]Z\Z")


def stamp(moment: datetime) -> str:
    """Give a moment in UTC, to the second, as ``2026-01-31T12:00:00Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse_stamp(text: object) -> datetime | None:
    """Read what ``stamp`` wrote; None for anything else."""
    if not isinstance(text, str) or not _STAMP.match(text):
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def judge(now: datetime, proved: Mapping[str, str]) -> tuple[datetime, str]:
    """Give the time to reckon with, and a warning where this machine's clock is wrong.

    Args:
        now: What this machine's clock says.
        proved: Stamps of what certainly happened, by what that was; an empty stamp says nothing.

    Returns:
        The latest of them all, and one line for a person (empty where all is well).
    """
    what, latest = max(proved.items(), key=lambda one: one[1], default=("", ""))
    bound = parse_stamp(latest)
    if bound is None or now >= bound:
        return now, ""
    return bound, f"this machine's clock is wrong: it says {stamp(now)}, but {what} at {latest}"
