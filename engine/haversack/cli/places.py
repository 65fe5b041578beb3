"""Bundles as arguments: folders that are there, or the call was wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

BundleArgument = Annotated[
    Path,
    typer.Argument(exists=True, file_okay=False, help="The bundle's folder, or one of its sticks."),
]
WithOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--with",
        exists=True,
        file_okay=False,
        help="Another stick of the set, or an older bundle, that has missing blobs.",
    ),
]
