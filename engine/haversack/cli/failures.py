"""How a command that fails says so: what, what to do, and the documented exit status."""

from __future__ import annotations

import re
import sys
import traceback

from haversack.base.errors import EXIT_FAILED, EXIT_INTERRUPTED, HaversackError
from haversack.base.files import StorageError
from haversack.cli.output import printable, to_json

_COMMAND = (
    r"haversack (recipe|data|runs|train|prepare|evaluate|predict|export|measure|pareto|volume)\b"
)
"""A command that works on a pantry."""
_AT_THE_END = re.compile(rf": {_COMMAND}[^.:;)]*$")


def report(error: BaseException, *, json: bool, debug: bool, same_pantry: str = "") -> int:
    """Tell a person (stderr) and, if asked, a program (JSON on stdout); give the exit status.

    Args:
        error: What was raised.
        json: Whether a program is told as well.
        debug: Whether the traceback is shown.
        same_pantry: What a command of the hint needs besides, to work on the same pantry.
    """
    facts = facts_of(error)
    facts["hint"] = _with_pantry(str(facts["hint"]), same_pantry)
    if debug:
        traceback.print_exception(error, file=sys.stderr)
    if json:
        sys.stdout.write(to_json(facts) + "\n")
    sys.stderr.write(f"error: {_one_line(str(facts['message']))}\n")
    if facts["hint"]:
        sys.stderr.write(f"  {_one_line(str(facts['hint']))}\n")
    code = facts["exit_code"]
    return code if isinstance(code, int) else EXIT_FAILED


def facts_of(error: BaseException) -> dict[str, object]:
    """Give the error as JSON-ready values, whatever it is."""
    if isinstance(error, HaversackError):
        return error.diagnostics()
    if isinstance(error, KeyboardInterrupt):
        return _facts(error, "interrupted", "What was done so far is kept.", EXIT_INTERRUPTED)
    if isinstance(error, MemoryError):
        return _facts(error, "the memory of this machine is used up", "Close other programs.")
    if isinstance(error, OSError):
        where = f" {error.filename}" if error.filename else ""
        hint = "Check the path and the disk."
        return _facts(error, f"{error.strerror or error}{where}", hint)
    text = f"this should not happen: {type(error).__name__}: {error}"
    return _facts(error, text, "Run it again with --debug and report what it prints.")


def _facts(
    error: BaseException, message: str, hint: str, exit_code: int = EXIT_FAILED
) -> dict[str, object]:
    kind = StorageError.__name__ if isinstance(error, OSError) else type(error).__name__
    return {"error": kind, "message": message, "hint": hint, "exit_code": exit_code}


def _with_pantry(hint: str, same_pantry: str) -> str:
    if not same_pantry or "--pantry" in hint or not re.search(_COMMAND, hint):
        return hint
    return hint + (same_pantry if _AT_THE_END.search(hint) else f" (with{same_pantry})")


def _one_line(text: str) -> str:
    return printable(" ".join(text.split()))
