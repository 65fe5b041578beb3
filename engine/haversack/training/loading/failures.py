"""Errors of loader processes, brought to this one with their hint.

torch remakes an exception of a loader process from one text that begins with its own words and a
traceback; what a person needs is carried inside that text and taken out again.
"""

from __future__ import annotations

import json

from torch.utils.data import get_worker_info

from haversack.base.errors import HaversackError

_MARK = "haversack-error:"
_GONE = (
    "TrainingError",
    "a process that reads pictures was ended from outside, most often for want of memory",
    "Lower data.batch_size, or read with fewer processes: data.num_workers.",
)


class LoaderFailed(Exception):  # noqa: N818 - it only carries what failed
    """An error on its way out of a loader process."""


def carried(error: HaversackError) -> Exception:
    """Give what to raise instead of ``error``: itself, or its carrier in a loader process."""
    if get_worker_info() is None:
        return error
    facts = [type(error).__name__, error.message, error.hint]
    return LoaderFailed(f"{_MARK}{json.dumps(facts, allow_nan=False)}")


def recovered(error: BaseException) -> tuple[str, str, str] | None:
    """Give class name, message and hint of what a carrier carries; None for other errors.

    That a loader process is gone, which torch tells, is such an error too.
    """
    if isinstance(error, RuntimeError) and str(error).startswith("DataLoader worker"):
        return _GONE
    if not isinstance(error, LoaderFailed):
        return None
    line = str(error).rpartition(_MARK)[2].splitlines()[0]
    name, message, hint = json.loads(line)
    return str(name), str(message), str(hint)
