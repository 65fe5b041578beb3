"""``haversack setup``: make a pantry ready for offline work."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from haversack.cli import which_pantry
from haversack.cli.command import Answer, command
from haversack.cli.output import human_size, table
from haversack.cli.session import Session
from haversack.services.licences import stated


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    command(app, "setup", example="haversack setup ./kitchen")(setup)


def setup(
    session: Session,
    pantry: Annotated[Path, typer.Argument(help="The pantry's folder; made if it is not there.")],
    rebuild: Annotated[
        bool,
        typer.Option("--rebuild", help="Read every file again first; put aside what is damaged."),
    ] = False,
) -> Answer:
    """Make a pantry with the golden volumes and the default recipes' files."""
    from haversack.pantry.pantry import Pantry
    from haversack.services.setup import setup as prepare_pantry

    with session.listening() as hear:
        built = Pantry.build(pantry, force_rebuild=rebuild, on_progress=hear)
        report = prepare_pantry(built, on_event=hear, cancel=session.cancel)
    which_pantry.remember(built.path)
    rows = [("volume", name, "added", None, "") for name in report.volumes_added]
    rows += [("volume", name, "present", None, "") for name in report.volumes_present]
    files = [
        (
            a.kind,
            a.name,
            "fetched" if a.fetched else "present",
            human_size(a.size),
            stated(a.licence),
        )
        for a in report.assets
    ]
    shown = table("", ("kind", "name", "", "size", "licence"), [*rows, *files])
    return Answer({"pantry": built.path, "report": report}, [f"pantry {built.path}", shown])
