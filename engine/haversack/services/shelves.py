"""What lies on a pantry's shelves, as plain rows for a list; and opening the pantry itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from haversack.base.counting import counted
from haversack.base.errors import HaversackError
from haversack.catalog.own import PREFIX, own_task
from haversack.pantry.pantry import Pantry
from haversack.recipe.assets import Asset
from haversack.services.readiness import readiness

__all__ = ["Pantry", "Shelf", "ShelfItem", "open_or_build", "shelf_items"]

Shelf = Literal["recipes", "data", "weights", "volumes"]


@dataclass(frozen=True, slots=True)
class ShelfItem:
    """One thing on a shelf.

    Attributes:
        shelf: Which shelf it lies on.
        key: What the engine calls it: a recipe's id, the name of an asset or a volume.
        name: What a person calls it.
        state: ``ready``, ``needs preparing``, ``incomplete`` or ``damaged``.
        detail: What is missing, or what it is.
        size: Bytes; None where that is not known.
        licence: SPDX identifier; empty where it has none.
        source: Where it came from.
        proved: Whether a rehearsal without a network has passed (recipes only).
        own: The name of the imported set that it is; empty for anything else.
    """

    shelf: Shelf
    key: str
    name: str
    state: str
    detail: str = ""
    size: int | None = None
    licence: str = ""
    source: str = ""
    proved: bool = False
    own: str = ""


def open_or_build(path: Path) -> Pantry:
    """Open the pantry in a folder; make one where there is none."""
    return Pantry.build(path)


def shelf_items(pantry: Pantry) -> list[ShelfItem]:
    """List every shelf; a damaged entry is listed as such."""
    return [*_recipes(pantry), *_assets(pantry), *_volumes(pantry)]


def _recipes(pantry: Pantry) -> list[ShelfItem]:
    found: list[ShelfItem] = []
    for record in pantry.recipes.list():
        try:
            recipe = pantry.recipes.load(record.id)
            stand = readiness(recipe, pantry)
        except HaversackError as error:
            name = record.name or record.id[:12]
            found.append(ShelfItem("recipes", record.id, name, "damaged", error.message))
            continue
        if stand.unset:
            detail = "empty: " + ", ".join(stand.unset)
        elif stand.lacking:
            detail = "not here yet: " + ", ".join(stand.lacking)
        else:
            detail = recipe.task
        assets = recipe.assets()
        found.append(
            ShelfItem(
                shelf="recipes",
                key=record.id,
                name=record.name or f"{recipe.task} {record.id[:8]}",
                state=stand.state,
                detail=detail,
                size=sum(asset.size for asset in assets),
                licence=", ".join(sorted({asset.licence for asset in assets})),
                source=recipe.task,
                proved=stand.proved,
            )
        )
    return found


def _assets(pantry: Pantry) -> list[ShelfItem]:
    return [
        ShelfItem(
            shelf="weights" if record.asset.kind == "weights" else "data",
            key=record.asset.name,
            name=_short_name(record.asset.name),
            state="ready" if pantry.assets.is_ready(record.asset) else "needs preparing",
            detail=_what(record.asset),
            size=record.asset.size,
            licence=record.asset.licence,
            source=record.fetched_from,
            own=record.asset.name.removeprefix(PREFIX) if own_task(record.asset) else "",
        )
        for record in pantry.assets.list()
    ]


def _short_name(name: str) -> str:
    return name.removeprefix(PREFIX).partition("/")[2] or name.removeprefix(PREFIX)


def _what(asset: Asset) -> str:
    task = own_task(asset)
    if task is not None:
        return f"own pictures for {task}"
    return "pictures for training" if asset.kind == "dataset" else "pretrained weights"


def _volumes(pantry: Pantry) -> list[ShelfItem]:
    found: list[ShelfItem] = []
    for name in pantry.volumes.list():
        try:
            card, size = pantry.volumes.card(name), pantry.volumes.size(name)
        except HaversackError as error:
            found.append(ShelfItem("volumes", name, name, "damaged", error.message))
            continue
        found.append(
            ShelfItem(
                shelf="volumes",
                key=name,
                name=name,
                state="damaged" if size is None else "ready",
                detail=_about_volume(card),
                size=size,
                licence=str(card.get("licence", "")),
                source=str(card.get("source", "")),
            )
        )
    return found


def _about_volume(card: dict[str, Any]) -> str:
    task, rows = str(card.get("task", "")), card.get("rows")
    return f"{task}, {counted(rows, 'row')}".lstrip(", ") if isinstance(rows, int) else task
