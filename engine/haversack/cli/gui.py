"""``haversack gui``: starts the desktop app as a program of its own."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from haversack.base.errors import EXIT_DONE, EXIT_FAILED, HaversackError, UsageError
from haversack.base.qt_libraries import REMEDY
from haversack.cli import which_pantry
from haversack.cli.command import Answer, PantryOption, command
from haversack.cli.session import Session


class NoApp(HaversackError):  # noqa: N818 - it names what happened
    """The desktop app is not installed."""


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    command(app, "gui", example="haversack gui --pantry ./kitchen")(gui)


def gui(
    session: Session,
    pantry: PantryOption = None,
    bundle: Annotated[Path | None, typer.Option("--bundle", help="Bundle to look into.")] = None,
) -> Answer:
    """Start the desktop app and wait until it is closed."""
    words = app_command()
    with contextlib.suppress(UsageError):  # there is none: the app asks for one
        words += ["--pantry", str(which_pantry.choose(pantry).absolute())]
    if bundle is not None:
        words += ["--bundle", str(bundle.absolute())]
    status = subprocess.run(words, check=False).returncode  # noqa: S603 - this program itself
    data = {"exit_status": status}
    if status == 0:
        return Answer(data, [], EXIT_DONE)
    said = [f"the app ended with status {status}"]
    if status == -signal.SIGABRT:  # as Qt does where it finds no screen or lacks a library of one
        said.append(f"where Qt could not load its platform plugin: {REMEDY}")
    return Answer(data, said, EXIT_FAILED)


def app_command() -> list[str]:
    """Give the words that start the app, frozen or not.

    Raises:
        NoApp: It is not installed.
    """
    if getattr(sys, "frozen", False):
        program = Path(sys.executable)
        return [str(program.with_name(f"haversack-gui{program.suffix}"))]
    if find_spec("PySide6") is None or find_spec("haversack_gui") is None:
        raise NoApp("the desktop app is not installed", "Install it: pip install 'haversack[gui]'")
    return [sys.executable, "-m", "haversack_gui"]
