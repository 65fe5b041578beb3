"""Whether a run's worker is alive: it holds a lock that the kernel lets go when it dies."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # pragma: no cover - Windows has no flock; there a run is never told as lost
    fcntl = None  # type: ignore[assignment] # the module is absent


def hold(file: BinaryIO) -> bool:
    """Take the lock for as long as ``file`` is open; False if another process has it."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return True  # this file system has no locks
    return True


def is_held(path: Path) -> bool:
    """Say whether a living process holds the lock on ``path``."""
    if fcntl is None:
        return True
    with contextlib.suppress(OSError), path.open("rb") as file:
        try:
            fcntl.flock(file.fileno(), fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
