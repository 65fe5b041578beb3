"""Bringing golden volumes in: from the tables of others, or from several volumes at once."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from haversack.base.errors import FileFormatError, UsageError
from haversack.base.files import read_bytes
from haversack.pantry.pantry import Pantry
from haversack.runs.asking import ask_worker
from haversack.services.volumes import load_volume
from haversack.volume.card import Card
from haversack.volume.importers.imported import ImportReport
from haversack.volume.importers.sources import import_source
from haversack.volume.importers.torchvision import import_torchvision
from haversack.volume.merge import merge
from haversack.volume.write import write_volume

if TYPE_CHECKING:
    import pandas as pd

TORCHVISION = "torchvision"
_MAP_LIMIT = 1 << 20


@dataclass(frozen=True, slots=True)
class Brought:
    """Volumes that were written.

    Attributes:
        cards: Their cards.
        files: Where their Parquet files lie; empty where they went to a pantry's shelf.
        report: What became of the source; None after a merge.
        notes: What the reader should know.
    """

    cards: tuple[Card, ...]
    files: tuple[Path, ...]
    report: ImportReport | None
    notes: tuple[str, ...] = ()


def import_volume(
    source: Path,
    place: Pantry | Path,
    *,
    kind: str = "auto",
    mapping: Mapping[str, str] | None = None,
    name: str = "",
    about: Mapping[str, str] | None = None,
) -> Brought:
    """Import a source into a pantry, or into a folder.

    Args:
        source: A folder, a wheel, or a CSV or Parquet file.
        place: Where the volumes go.
        kind: The importer; ``"auto"`` looks.
        mapping: For the general form: our column to theirs.
        name: What the volume is called; where a source gives several, what they begin with.
        about: Fields of the card that the person states: licence, source, on, task.

    Raises:
        HaversackError: The source is damaged, lacks a column, or nobody can know what it is.
    """
    if kind == TORCHVISION or (kind == "auto" and str(source) == TORCHVISION):
        volumes, report = import_torchvision(_library_weights())
    else:
        volumes, report = import_source(source, kind, mapping, name)
    stated = {field: text for field, text in (about or {}).items() if text}
    kept = [volume for volume in volumes if len(volume.frame)]
    if not kept:
        raise FileFormatError(
            f"nothing of {source.name} could be taken: {report.dropped_rows}", "See its columns."
        )
    cards, files = [], []
    for volume in kept:
        called = volume.name if not name else name if len(kept) == 1 else f"{name}_{volume.name}"
        fields: dict[str, Any] = {"source": source.name, **volume.about, **stated}
        if stated.get("on"):
            volume.frame["hardware"] = stated["on"]
        card, file = _write(volume.frame, {**fields, "name": called}, place)
        cards.append(card)
        files += [file] if file is not None else []
    return Brought(tuple(cards), tuple(files), report, tuple(report.notes))


def merge_volumes(
    names: Sequence[str], place: Pantry | Path, pantry: Pantry | None, name: str
) -> Brought:
    """Join volumes of a pantry (or files) into one.

    Raises:
        HaversackError: A volume is not there or damaged, or there are fewer than two.
    """
    frame, fields, notes = merge([load_volume(one, pantry) for one in names])
    card, file = _write(frame, {**fields, "name": name}, place)
    return Brought((card,), () if file is None else (file,), None, notes)


def read_mapping(words: Sequence[str], file: Path | None) -> dict[str, str]:
    """Read a mapping from ``OURS=THEIRS`` words and from a JSON file; words win.

    Raises:
        UsageError: A word is none.
        FileFormatError: The file is no JSON object of text.
    """
    from haversack.base.canonical_json import load_strict

    found: dict[str, str] = {}
    if file is not None:
        told = load_strict(read_bytes(file, _MAP_LIMIT), "the mapping", _MAP_LIMIT)
        if not isinstance(told, dict) or not all(isinstance(v, str) for v in told.values()):
            raise FileFormatError(
                f"{file.name} is no mapping", 'Write {"od_inf_rate_ms": "THEIR COLUMN"}.'
            )
        found |= told
    for word in words:
        ours, sign, theirs = word.partition("=")
        if not sign or not ours or not theirs:
            raise UsageError(f"{word!r} is not OURS=THEIRS", "Write od_inf_rate_ms=latency.")
        found[ours.strip()] = theirs.strip()
    return found


def _library_weights() -> list[dict[str, Any]]:
    """Ask a worker, since only the worker imports torchvision."""
    try:
        told: list[dict[str, Any]] = ask_worker("--weights")
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise UsageError(
            f"the worker cannot tell torchvision's weights: {error}", "Run haversack doctor."
        ) from error
    return told


def _write(
    frame: pd.DataFrame, fields: dict[str, Any], place: Pantry | Path
) -> tuple[Card, Path | None]:
    if isinstance(place, Path):
        file = place / f"{fields['name']}.parquet"
        return write_volume(file, frame, fields), file
    with tempfile.TemporaryDirectory(prefix="haversack-volume-") as scratch:
        file = Path(scratch) / "volume.parquet"
        card = write_volume(file, frame, fields)
        place.volumes.put(card.name, file.read_bytes(), card.as_dict())
    return card, None
