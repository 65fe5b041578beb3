"""``haversack bundle export``: a bundle in a form that other tools read."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from haversack.cli.command import Answer
from haversack.cli.output import human_size, table
from haversack.cli.session import Session


def export(
    session: Session,
    bundle: Annotated[Path, typer.Argument(help="The bundle's folder, or one of its sticks.")],
    oci: Annotated[
        Path, typer.Option("--oci", help="The folder of the OCI image layout; must be new.")
    ],
    donor: Annotated[
        list[Path] | None, typer.Option("--with", help="Another stick of the set.")
    ] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="Threads at once.")] = None,
) -> Answer:
    """Check a bundle while writing it as an OCI image layout."""
    from haversack.services.export_bundle import export_bundle
    from haversack.trust.keyring import KeyRing

    with session.listening() as hear:
        found = export_bundle(
            bundle,
            oci,
            KeyRing(),
            donors=donor or (),
            jobs=jobs,
            on_event=hear,
            cancel=session.cancel,
        )
    facts = [
        ("layout", found.folder),
        ("reference", found.name),
        ("digest", found.digest),
        ("layers", f"{found.layers}, {human_size(found.bytes)}"),
    ]
    return Answer(found, [table("", ("", ""), facts)])
