"""``haversack prepare``: make recipes work offline, and prove it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import RenderableType

from haversack.base.errors import EXIT_DONE, EXIT_FAILED
from haversack.cli.command import Answer, PantryOption, command
from haversack.cli.output import human_size, table
from haversack.cli.session import Session
from haversack.services.licences import stated

if TYPE_CHECKING:
    from haversack.services.report import PreparationReport


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    command(app, "prepare", example="haversack prepare smoke digits")(prepare)


def prepare(
    session: Session,
    recipes: Annotated[list[str], typer.Argument(help="Names or ids of recipes.")],
    task: Annotated[
        str, typer.Option("--task", help="What the dry run does: train, evaluate, export, ...")
    ] = "train",
    no_rehearsal: Annotated[
        bool, typer.Option("--no-rehearsal", help="Leave out the run without a network.")
    ] = False,
    pantry: PantryOption = None,
) -> Answer:
    """Fetch what recipes need, run each once, and rehearse it without a network."""
    from haversack.services.prepare import single_recipe

    opened = session.pantry(pantry)
    chosen = [opened.recipes.load(name) for name in recipes]
    for recipe in chosen:
        recipe.require_complete()
    reports: list[PreparationReport] = []
    with session.listening() as hear:
        for recipe in chosen:
            hear.say(f"preparing {recipe.name or recipe.id[:12]}")
            reports.append(
                single_recipe(
                    recipe,
                    opened,
                    task,
                    rehearsal=not no_rehearsal,
                    on_event=hear,
                    cancel=session.cancel,
                )
            )
    failed = any(r.rehearsal is not None and r.rehearsal.verdict == "failed" for r in reports)
    shown = [part for report in reports for part in show(report)]
    data = [_data(report) for report in reports]
    return Answer(data, shown, EXIT_FAILED if failed else EXIT_DONE)


def show(report: PreparationReport) -> list[RenderableType]:
    """Give one report for a person."""
    rehearsal = report.rehearsal
    if rehearsal is None:
        word = "not rehearsed"
    elif rehearsal.verdict == "proved":
        word = "proved: it works without a network"
    else:
        word = f"{rehearsal.verdict}: {rehearsal.why}"
    head = f"{report.recipe_name or report.recipe_id[:12]}  {report.task}  {word}"
    captured = [
        (
            a.name,
            human_size(a.size),
            stated(a.licence),
            a.source,
            "fetched" if a.fetched else "was here",
        )
        for a in report.captured
    ]
    steps = [report.dry_run, *(rehearsal.steps if rehearsal is not None else ())]
    rows = [(s.name, f"{s.seconds:.1f} s", "passed" if s.passed else s.detail) for s in steps]
    return [
        head,
        table("captured", ("name", "size", "licence", "source", ""), captured),
        table("runs", ("step", "time", ""), rows),
        *(f"note: {note}" for note in report.notes),
    ]


def _data(report: PreparationReport) -> dict[str, object]:
    return {
        **report.model_dump(mode="json"),
        "total_bytes": report.total_bytes,
        "proved": report.proved,
    }
