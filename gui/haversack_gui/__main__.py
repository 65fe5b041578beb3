"""``python -m haversack_gui``: read the command line, then show the window."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from haversack.base.qt_libraries import REMEDY


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the app; gives the exit status."""
    parser = argparse.ArgumentParser(prog="haversack gui", description="The desktop app.")
    parser.add_argument("--pantry", type=Path, help="pantry to open")
    parser.add_argument("--bundle", type=Path, help="bundle to look into")
    parser.add_argument(
        "--page", default="", help="page to show: pantry, recipes, data, front, train, pack, open"
    )
    parser.add_argument("--theme", choices=("light", "dark"), default="", help="look for this time")
    parser.add_argument(
        "--quit-after-shown", action="store_true", help="close once the window is shown"
    )
    given = parser.parse_args(arguments)
    try:
        from haversack_gui.app import Wishes, run
    except ImportError as error:
        missing = isinstance(error, ModuleNotFoundError)
        remedy = "Install it with: pip install 'haversack[gui]'" if missing else REMEDY
        sys.stderr.write(f"The desktop app needs PySide6 ({error}).\n{remedy}\n")
        return 1
    wishes = Wishes(given.pantry, given.bundle, given.page, given.theme)
    return run(["haversack"], wishes, given.quit_after_shown)


def leave(status: int) -> NoReturn:
    """End the process with what is written; nothing of it is taken down.

    Libraries leave threads of their own behind (Arrow's, its memory's), and an interpreter that is
    taken down frees Qt's objects in no order: a program that had done its work died of that.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, OSError, ValueError):  # none, or nobody reads it
            stream.flush()
    os._exit(status)


if __name__ == "__main__":
    leave(main())
