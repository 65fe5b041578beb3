"""A pantry that is made for a bundle, and is gone again if nothing of the bundle came in."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from haversack.base.errors import HaversackError
from haversack.pantry import manifest
from haversack.pantry.pantry import Pantry


@contextlib.contextmanager
def pantry_for_opening(path: Path) -> Iterator[Pantry]:
    """Open a pantry, or make one that goes again where the block fails and left nothing in it.

    Where a stick fails half-way the new pantry stays with what came in, and opening goes on.

    Args:
        path: The pantry's folder.

    Raises:
        NotAPantryError: The folder holds something else.
    """
    path = path.expanduser().absolute()
    if (path / manifest.FILE).exists():
        yield Pantry.open(path)
        return
    made = _first_missing(path)
    pantry = Pantry.build(path)
    try:
        yield pantry
    except (HaversackError, KeyboardInterrupt):
        if _is_bare(pantry):
            _remove(path, made)
        raise


def _first_missing(path: Path) -> Path | None:
    """Give the topmost folder that has to be made; None where the pantry's own is there."""
    missing = None
    for folder in (path, *path.parents):
        if folder.exists():
            break
        missing = folder
    return missing


def _is_bare(pantry: Pantry) -> bool:
    shelves = (pantry.recipes.list(), pantry.assets.list(), pantry.volumes.list())
    gathered = (pantry.path / "store" / "gathered").exists()
    return not any(shelves) and not gathered and next(pantry.store.digests(), None) is None


def _remove(path: Path, made: Path | None) -> None:
    if made is not None:
        shutil.rmtree(made, ignore_errors=True)
        return
    for name in manifest.FOLDERS:
        shutil.rmtree(path / name, ignore_errors=True)
    with contextlib.suppress(OSError):
        (path / manifest.FILE).unlink()
