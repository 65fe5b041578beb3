"""The command line as a whole: every group, and what happens to a call that was wrong."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from haversack.base.errors import EXIT_DONE, EXIT_INTERRUPTED, UsageError
from haversack.cli import (
    bundles,
    data,
    demo,
    doctor,
    gui,
    keys,
    packing,
    pareto,
    prepare,
    recipes,
    runs,
    setup,
    volumes,
    work,
)
from haversack.cli.failures import report

ABOUT = "Pack vision recipes where there is a network, cook them where there is none."
EXIT_CODES = (
    "Exit status: 0 done; 1 failed; 2 wrong usage, such as a name or a file that is not there; "
    "3 bundle refused; 4 bundle partial; 5 recipe incomplete or invalid; 130 interrupted."
)
GROUPS = (
    demo,
    setup,
    recipes,
    data,
    prepare,
    keys,
    packing,
    bundles,
    pareto,
    volumes,
    work,
    runs,
    doctor,
    gui,
)


def build() -> typer.Typer:
    """Put the groups together."""
    app = typer.Typer(
        name="haversack",
        help=ABOUT,
        epilog=EXIT_CODES,
        add_completion=False,
        pretty_exceptions_enable=False,
        no_args_is_help=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_root)
    for part in GROUPS:
        part.add_to(app)
    return app


def run(arguments: Sequence[str]) -> int:
    """Run one call; gives the exit status. Nothing is raised."""
    command = typer.main.get_command(build())
    try:
        given = command.main(list(arguments), prog_name="haversack", standalone_mode=False)
        return given if isinstance(given, int) else EXIT_DONE
    except BrokenPipeError:
        _close_stdout()
        return EXIT_DONE
    except typer.Abort:
        return EXIT_INTERRUPTED
    except Exception as error:
        wrong = _wrong_call(error)
        if wrong is None:
            raise
        return report(wrong, json="--json" in arguments, debug="--debug" in arguments)


def _root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say which version this is.")] = False,
) -> None:
    if version:
        from importlib.metadata import version as version_of

        typer.echo(f"haversack {version_of('haversack')}")
        raise typer.Exit(EXIT_DONE)
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _wrong_call(error: Exception) -> UsageError | None:
    tell = getattr(error, "format_message", None)
    if tell is None:
        return None
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "haversack"
    return UsageError(str(tell()), f"See: {path} --help")


def _close_stdout() -> None:
    """Whoever read stdout is gone: keep the interpreter from complaining about it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
