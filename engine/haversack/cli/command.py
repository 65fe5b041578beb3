"""How a function becomes a command: ``--json``, ``--debug``, an example, errors, exit status."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Concatenate, ParamSpec

import typer
from rich.console import RenderableType

from haversack.base.errors import EXIT_DONE
from haversack.cli.failures import report
from haversack.cli.output import to_json, write_out
from haversack.cli.session import Session

Options = ParamSpec("Options")
PantryOption = Annotated[
    Path | None,
    typer.Option(
        "--pantry", help="The pantry; else HAVERSACK_PANTRY, else the one around or the last one."
    ),
]
_Json = Annotated[bool, typer.Option("--json", help="Print exactly one JSON document.")]
_Debug = Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")]


@dataclass(frozen=True)
class Answer:
    """What a command found.

    Attributes:
        data: For a program: anything that has a JSON form.
        show: For a person: lines and tables, in order.
        exit_code: The exit status.
    """

    data: object
    show: Sequence[RenderableType] = ()
    exit_code: int = EXIT_DONE


def group(parent: typer.Typer, name: str, about: str) -> typer.Typer:
    """Add a group of commands; called alone it shows its help."""
    made = typer.Typer(name=name, help=about, no_args_is_help=False)
    made.callback(invoke_without_command=True)(_show_help)
    parent.add_typer(made, name=name)
    return made


def command(
    app: typer.Typer, name: str, *, example: str
) -> Callable[
    [Callable[Concatenate[Session, Options], Answer]],
    Callable[Concatenate[Session, Options], Answer],
]:
    """Register a function as a command; its first parameter is the session.

    Args:
        app: The group that it belongs to.
        name: The word on the command line.
        example: A whole line that works; shown by ``--help``.
    """

    def register(
        work: Callable[Concatenate[Session, Options], Answer],
    ) -> Callable[Concatenate[Session, Options], Answer]:
        def run(**options: Any) -> int:
            session = Session(options.pop("as_json"), options.pop("debug"))
            return _carry_out(session, lambda: work(session, **options))  # type: ignore[call-arg] # the names come from its own signature

        run.__name__ = work.__name__
        run.__doc__ = work.__doc__
        signature = _signature(work)
        run.__signature__ = signature  # type: ignore[attr-defined] # read by inspect.signature
        run.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
        app.command(name, epilog=f"Example: {example}")(run)
        return work

    return register


def _carry_out(session: Session, work: Callable[[], Answer]) -> int:
    try:
        answer = work()
        if session.json:
            sys.stdout.write(to_json(answer.data) + "\n")
        else:
            write_out(answer.show)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - the last place to tell a person
        return report(
            error, json=session.json, debug=session.debug, same_pantry=session.same_pantry
        )
    return answer.exit_code


def _signature(work: Callable[..., Answer]) -> inspect.Signature:
    own = list(inspect.signature(work, eval_str=True).parameters.values())[1:]
    parameters = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
    for name, annotation in (("as_json", _Json), ("debug", _Debug)):
        parameters.append(
            inspect.Parameter(
                name, inspect.Parameter.KEYWORD_ONLY, default=False, annotation=annotation
            )
        )
    return inspect.Signature(parameters, return_annotation=int)


def _show_help(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
