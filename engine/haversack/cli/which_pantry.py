"""Which pantry a command works on, and the one that is remembered as the current one.

In this order: ``--pantry``, the variable HAVERSACK_PANTRY, the folder one stands in or one above
it that is a pantry, the pantry that was set up or opened last.
"""

from __future__ import annotations

import contextlib
import json
import os
from pathlib import Path

from haversack.base.errors import HaversackError, UsageError
from haversack.base.files import read_bytes, write_text
from haversack.base.home import own_home

VARIABLE = "HAVERSACK_PANTRY"
MARK = "pantry.json"
_STATE = "current-pantry.json"
_LIMIT = 1 << 16


def choose(given: Path | None) -> Path:
    """Give the path of the pantry to use.

    Raises:
        UsageError: None was named and none is remembered.
    """
    if given is not None:
        return given
    if os.environ.get(VARIABLE):
        return Path(os.environ[VARIABLE])
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / MARK).is_file():
            return folder
    current = remembered()
    if current is not None:
        return current
    raise UsageError(
        "no pantry was named",
        f"Use --pantry FOLDER, set {VARIABLE}, or make one: haversack setup FOLDER",
    )


def remembered() -> Path | None:
    """Give the current pantry, if one is remembered and still there."""
    with contextlib.suppress(HaversackError, ValueError, TypeError, KeyError):
        path = Path(json.loads(read_bytes(own_home() / _STATE, _LIMIT))["pantry"])
        if (path / MARK).is_file():
            return path
    return None


def remember(pantry: Path) -> None:
    """Make a pantry the current one; a home that cannot be written is no reason to fail."""
    with contextlib.suppress(HaversackError):
        text = json.dumps({"pantry": str(pantry.absolute())}, allow_nan=False)
        write_text(own_home() / _STATE, text + "\n")
