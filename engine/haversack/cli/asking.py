"""What a command asks a person for: passphrases and a yes; never where nobody can answer."""

from __future__ import annotations

import getpass
import sys
from pathlib import Path
from typing import Annotated

import typer

from haversack.base.errors import UsageError
from haversack.base.files import read_bytes

_LIMIT = 1 << 16
PassphraseFile = Annotated[
    Path | None,
    typer.Option("--passphrase-file", help="File whose first line is the passphrase or PIN."),
]


def passphrase(file: Path | None, about: str, *, twice: bool = False) -> str:
    """Give the passphrase from a file, or ask for it on the terminal.

    Args:
        file: A file whose first line it is.
        about: What it opens, for the question.
        twice: Ask again, to catch a slip.

    Raises:
        UsageError: Nobody can be asked, nothing was given, the file is not there, or the two
            differ.
        StorageError: The file cannot be read.
    """
    if file is not None:
        if not file.exists():
            raise UsageError(
                f"there is no passphrase file {file}",
                "Write the passphrase as the first line of a file and name that.",
            )
        first = read_bytes(file, _LIMIT).split(b"\n", 1)[0].rstrip(b"\r")
        given = first.decode("utf-8", "surrogateescape")
    else:
        if not sys.stdin.isatty():
            raise UsageError(
                f"a passphrase is needed for {about}", "Give it with --passphrase-file FILE."
            )
        given = getpass.getpass(f"Passphrase for {about}: ", sys.stderr)
        if twice and getpass.getpass("The same again: ", sys.stderr) != given:
            raise UsageError("the two passphrases differ", "Run it again.")
    if not given:
        raise UsageError("the passphrase is empty", "Choose one of several words.")
    return given


def confirm(question: str, otherwise: str, no: str = "nothing was changed") -> None:
    """Go on only if a person says yes.

    Args:
        question: What is asked.
        otherwise: What to do where nobody can be asked.
        no: What is said of an answer that is not yes.

    Raises:
        UsageError: Nobody can be asked, or the answer was no.
    """
    if not sys.stdin.isatty():
        raise UsageError(f"nobody can be asked: {question}", otherwise)
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise UsageError(f"not confirmed; {no}", otherwise)
