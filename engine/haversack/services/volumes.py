"""Finding golden volumes: on a pantry's shelf, in a file, or shipped with Haversack."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from haversack.base.errors import UsageError
from haversack.base.resources import resource
from haversack.pantry.errors import NotInPantryError
from haversack.pantry.pantry import Pantry
from haversack.recipe.errors import unknown_task
from haversack.volume.card import Card, card_path, read_card
from haversack.volume.volume import Volume

BY_TASK = {"detection": "xval_det", "classification": "xval_cls", "segmentation": "xval_seg"}
SHIPPED = "haversack"
"""What the volumes that came with Haversack are recorded to be brought by."""
_SUFFIXES = (".parquet", ".csv")


def load_volume(name_or_path: str | Path, pantry: Pantry | None = None) -> Volume:
    """Open a volume by its name in a pantry, or a Parquet or CSV file by its path.

    Raises:
        NotInPantryError: The pantry holds no such volume; near matches are listed.
        UsageError: The file is not there.
        VolumeError: The file is damaged or is no volume.
    """
    text = str(name_or_path)
    if text.endswith(_SUFFIXES):
        if not Path(text).exists():
            raise UsageError(f"there is no file {text}", "Name a volume of the pantry, or a file.")
        return Volume.open(Path(text))
    if pantry is None:
        raise UsageError(
            f"no pantry to look for the volume {text!r} in", "Name a pantry or a file."
        )
    names = pantry.volumes.list()
    if text not in names:
        near = get_close_matches(text, names, 3, 0.4) or names[:5]
        hint = f"Did you mean: {', '.join(near)}?" if near else "haversack setup brings some."
        raise NotInPantryError(f"this pantry holds no volume {text!r}", hint)
    return Volume.open(pantry.volumes.path(text), card=pantry.volumes.card(text))


def volume_for(
    grdb_volume: str | None, grdb_task: str | None, pantry: Pantry
) -> tuple[Volume, str]:
    """Give the volume and the task that a golden recipe is looked up in.

    No volume and no task mean detection and ``xval_det``.

    Raises:
        NotInPantryError, UnknownTask: An unknown volume or task; near matches are listed.
    """
    if grdb_task is not None and grdb_task not in BY_TASK:
        raise unknown_task(grdb_task, sorted(BY_TASK))
    name = grdb_volume or BY_TASK[grdb_task or "detection"]
    volume = load_volume(name, pantry)
    card_task = volume.card.task if volume.card is not None else None
    return volume, grdb_task or card_task or "detection"


def shipped_volumes() -> dict[str, tuple[Path, Card]]:
    """Give the volumes that came with Haversack by name."""
    folder = resource("volumes")
    paths = sorted(folder.glob("*.parquet"))
    return {path.stem: (path, read_card(card_path(path))) for path in paths}
