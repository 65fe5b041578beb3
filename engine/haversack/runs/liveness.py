"""Whether a run's worker is alive: it holds a lock that the kernel lets go when it dies.

Windows keeps others from reading what is locked; there nothing is, and no run is told as lost.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import BinaryIO

from haversack.base.locking import try_lock


def hold(file: BinaryIO) -> bool:
    """Take the lock for as long as ``file`` is open; False if another process has it."""
    if sys.platform == "win32":
        return True
    try:
        return try_lock(file.fileno())
    except OSError:
        return True  # this file system has no locks


def is_held(path: Path) -> bool:
    """Say whether a living process holds the lock on ``path``."""
    if sys.platform == "win32":
        return True
    with contextlib.suppress(OSError), path.open("rb") as file:
        return not try_lock(file.fileno(), shared=True)
    return False
