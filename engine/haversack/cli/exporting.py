"""``haversack bundle export``: a bundle in a form that other tools read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from haversack.base.errors import UsageError
from haversack.cli.command import Answer
from haversack.cli.output import human_size, table
from haversack.cli.places import BundleArgument, WithOption
from haversack.cli.session import Session

if TYPE_CHECKING:
    from haversack.services.export_bundle import Exported, SignedFiles


def export(
    session: Session,
    bundle: BundleArgument,
    oci: Annotated[
        Path | None, typer.Option("--oci", help="A new folder: an OCI image layout.")
    ] = None,
    oms: Annotated[
        Path | None,
        typer.Option("--oms", help="A new folder: the files, with an OpenSSF model signature."),
    ] = None,
    oms_key: Annotated[
        Path | None,
        typer.Option(
            "--oms-key",
            exists=True,
            dir_okay=False,
            help="For --oms: a private key on P-256, P-384 or P-521, in PEM, unencrypted.",
        ),
    ] = None,
    donor: WithOption = None,
    jobs: Annotated[int | None, typer.Option("--jobs", min=1, help="Threads at once.")] = None,
) -> Answer:
    """Check a bundle while writing it in a form that other tools read."""
    from haversack.services.export_bundle import export_oci, export_oms
    from haversack.trust.keyring import KeyRing

    found: Exported | SignedFiles
    with session.listening() as hear:
        if oci is not None and oms is None:
            found = export_oci(
                bundle, oci, KeyRing(),
                donors=donor or (), jobs=jobs, on_progress=hear, cancel=session.cancel,
            )  # fmt: skip
        elif oms is not None and oms_key is not None and oci is None:
            found = export_oms(
                bundle, oms, KeyRing(), oms_key,
                donors=donor or (), jobs=jobs, on_progress=hear, cancel=session.cancel,
            )  # fmt: skip
        else:
            raise UsageError(
                "one form of export is needed", "Give --oci DIR, or --oms DIR with --oms-key FILE."
            )
    facts = [
        ("folder", found.folder),
        ("name", found.name),
        ("digest", found.digest),
        ("size", human_size(found.bytes)),
    ]
    return Answer(found, [table("", ("", ""), facts)])
