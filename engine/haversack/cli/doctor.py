"""``haversack doctor``: a look at this machine before work."""

from __future__ import annotations

import typer

from haversack.base.errors import EXIT_DONE, EXIT_FAILED, UsageError
from haversack.cli import which_pantry
from haversack.cli.command import Answer, PantryOption, command
from haversack.cli.output import table
from haversack.cli.session import Session


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    command(app, "doctor", example="haversack doctor --json > this-machine.json")(doctor)


def doctor(session: Session, pantry: PantryOption = None) -> Answer:
    """Look at this machine: GPU, memory, disk, clock, libraries, network."""
    from haversack.services.doctor import examine
    from haversack.services.listen import Said

    try:
        folder = which_pantry.choose(pantry)
    except UsageError:
        folder = None
    with session.listening() as hear:
        hear(Said("looking at this machine; a worker is asked what its libraries can do"))
        report = examine(folder)
    rows = [(f.name, f.level, f.text, f.remedy) for f in report.findings]
    data = {**report.model_dump(mode="json"), "healthy": report.healthy}
    code = EXIT_DONE if report.healthy else EXIT_FAILED
    return Answer(data, [table("", ("", "", "found", "remedy"), rows)], code)
