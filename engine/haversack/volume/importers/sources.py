"""Which importer a source is for, and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from haversack.base.errors import UsageError
from haversack.volume.importers.general import import_general
from haversack.volume.importers.imported import Imported, ImportReport
from haversack.volume.importers.leip import flat_names, import_leip, is_leip, source_name
from haversack.volume.importers.openmmlab import import_openmmlab, is_openmmlab
from haversack.volume.importers.qualcomm import import_qualcomm, is_qualcomm
from haversack.volume.importers.timm import import_timm, is_timm
from haversack.volume.volume import Volume

if TYPE_CHECKING:
    import pandas as pd

FORMATS = ("auto", "timm", "qualcomm", "openmmlab", "leip", "general")
FOLDERS = {"timm": is_timm, "qualcomm": is_qualcomm, "openmmlab": is_openmmlab}
IMPORTERS = {"timm": import_timm, "qualcomm": import_qualcomm, "openmmlab": import_openmmlab}


def import_source(
    source: Path | pd.DataFrame,
    kind: str = "auto",
    mapping: Mapping[str, str] | None = None,
    name: str = "",
) -> tuple[list[Imported], ImportReport]:
    """Import a folder, a file or a table.

    Args:
        source: timm's or AI Hub's folder, an OpenMMLab wheel or folder, a CSV or Parquet file, or a
            table.
        kind: One of ``FORMATS``; ``"auto"`` looks.
        mapping: For the general form: our column to theirs.
        name: What the volume of a file or table may be called.

    Raises:
        UsageError: An unknown format, or a source that no importer is for.
        VolumeError: The source is damaged or lacks a column.
    """
    if kind not in FORMATS:
        raise UsageError(f"{kind!r} is no format", f"It is one of {', '.join(FORMATS)}.")
    if not isinstance(source, Path):
        return _table(source, kind, mapping, name or "imported")
    if not source.exists():
        raise UsageError(f"{source} is not there", "Give a folder or a file.")
    found = next((importer for importer, fits in FOLDERS.items() if fits(source)), None)
    if kind in FOLDERS and kind != found:
        raise UsageError(f"{source} does not hold the tables of {kind}", "Leave out --as to see.")
    if found is not None and kind in ("auto", found):
        return IMPORTERS[found](source)
    if source.is_dir():
        raise UsageError(
            f"{source} is a folder that no importer is for",
            "Folders are timm's results, AI Hub's tables or OpenMMLab's; else give a file.",
        )
    return _table(_read(source), kind, mapping, name or source_name(source))


def _read(path: Path) -> pd.DataFrame:
    return Volume.open(path).frame()


def _table(
    frame: pd.DataFrame, kind: str, mapping: Mapping[str, str] | None, name: str
) -> tuple[list[Imported], ImportReport]:
    flat = flat_names(frame)
    if kind == "leip" or (kind == "auto" and not mapping and is_leip(list(flat.columns))):
        return import_leip(frame, name)
    return import_general(flat, name, mapping)
