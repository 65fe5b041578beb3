"""``haversack demo``: the whole journey on the embedded default, in one folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType

from haversack.base.errors import UsageError
from haversack.cli.command import Answer, command
from haversack.cli.output import table
from haversack.cli.session import Session


def add_to(app: typer.Typer) -> None:
    """Add the command to the command line."""
    command(app, "demo", example="haversack demo --dir ./demo-output")(demo)


def demo(
    session: Session,
    folder: Annotated[
        Path, typer.Option("--dir", help="A new or empty folder for everything it makes.")
    ] = Path("haversack-demo"),
    field_half: Annotated[Path | None, typer.Option("--field-half", hidden=True)] = None,
    fingerprint: Annotated[str, typer.Option("--fingerprint", hidden=True)] = "",
) -> Answer:
    """Prepare, pack and sign; then, with networking off, open, choose, cook, train, report."""
    from haversack.services.demo import journey

    with session.listening() as hear:
        if field_half is not None:
            if not fingerprint:
                raise UsageError("--field-half needs --fingerprint", "Give the publisher's.")
            journey.field_half(field_half, fingerprint, folder, on_event=hear)
            return Answer({"report": folder / "field-report.json"})
        report = journey.demo(folder, on_event=hear, cancel=session.cancel)
    rows = [(e.place, e.step, f"{e.seconds:.1f} s", e.result) for e in report.entries]
    shown: list[RenderableType] = [
        table("", ("where", "step", "time", "what came of it"), rows),
        *(f"proved: {line}" for line in report.proved),
        *(f"picture: {path}" for path in report.pictures),
        f"in all {report.seconds:.0f} s; everything lies in {folder}",
    ]
    return Answer(report, shown)
