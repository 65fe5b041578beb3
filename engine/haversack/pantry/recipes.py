"""The shelf of recipes: by id, and by names that each belong to one recipe."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from haversack.base.errors import FileFormatError
from haversack.pantry.assets import AssetShelf
from haversack.pantry.documents import Documents
from haversack.pantry.errors import AmbiguousNameError, NameTakenError, NotInPantryError
from haversack.pantry.store import Store
from haversack.recipe.assets import Asset
from haversack.recipe.registry import Registry
from haversack.recipe.sppr import from_sppr, to_sppr
from haversack.recipe.tree import Recipe

RecipeState = Literal["ready", "needs preparing", "incomplete"]
_MIN_PREFIX = 4
_NAMED = 8


@dataclass(frozen=True, slots=True)
class RecipeRecord:
    """A recipe on the shelf, told without parsing it.

    Attributes:
        id: SHA-256 of its canonical tree.
        name: What a person calls it; may be empty.
        task: ``detection``, ``classification``, ``segmentation``.
        missing_slots: What has still to be filled.
        missing_assets: Names of the assets that the pantry lacks.
        sppr: The recipe as text.
    """

    id: str
    name: str
    task: str
    missing_slots: tuple[str, ...]
    missing_assets: tuple[str, ...]
    sppr: str

    @property
    def state(self) -> RecipeState:
        """Whether its slots are filled and its assets are on the shelf."""
        if self.missing_slots:
            return "incomplete"
        return "needs preparing" if self.missing_assets else "ready"


class _Entry(BaseModel):
    """What is written of a recipe; the name here is the one that counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    task: str
    sppr: str
    missing_slots: tuple[str, ...]
    assets: tuple[Asset, ...]
    unpinned: tuple[str, ...] = ()


class RecipeShelf:
    """Recipes of one pantry.

    Args:
        folder: Where the records lie.
        pantry_path: The pantry, noted in what is loaded.
        registry: The installed ingredients.
        store: Whose lock keeps two writers apart.
        assets: Asked which assets are there.
    """

    def __init__(
        self, folder: Path, pantry_path: Path, registry: Registry, store: Store, assets: AssetShelf
    ) -> None:
        """Keep recipes in a folder of a pantry."""
        self.documents = Documents(folder, "the recipe record", _parse)
        self._pantry_path = pantry_path
        self._registry = registry
        self._store = store
        self._assets = assets

    def save(self, recipe: Recipe, name: str | None = None) -> RecipeRecord:
        """Keep a recipe, complete or not.

        A name belongs to one recipe: one that had it before is kept under its id only.

        Args:
            recipe: What to keep; it is not changed.
            name: What to call it; None for the recipe's own name, or the one it is kept under.
        """
        entry = _Entry(
            id=recipe.id,
            name=recipe.name if name is None else name,
            task=recipe.task,
            sppr=to_sppr(recipe),
            missing_slots=tuple(recipe.missing()),
            assets=recipe.assets(),
            unpinned=tuple(file.name for file in recipe.unpinned().values()),
        )
        with self._store.alone():
            known = self.documents.get(entry.id)
            if known is not None and name is None and not entry.name:
                entry = entry.model_copy(update={"name": _parse(entry.id, known).name})
            self._take_name_from_others(entry)
            self._put(entry)
        return self._record(entry)

    def list(self) -> list[RecipeRecord]:
        """Give every record, named ones first, by name and id."""
        found = [self._record(_parse(*item)) for item in self.documents.items()]
        return sorted(found, key=lambda record: (not record.name, record.name, record.id))

    def find(self, name_or_id: str) -> RecipeRecord:
        """Give the record with that name, id, or beginning of an id (4 digits or more).

        Raises:
            NotInPantryError: None answers; near matches are listed.
            AmbiguousNameError: Several ids begin so.
        """
        records = self.list()
        for exact in ("id", "name"):
            for record in records:
                if name_or_id and getattr(record, exact) == name_or_id:
                    return record
        wanted = name_or_id.lower()
        found = [r for r in records if len(wanted) >= _MIN_PREFIX and r.id.startswith(wanted)]
        if len(found) == 1:
            return found[0]
        if found:
            listed = ", ".join(f"{record.id[:12]} {record.name}".strip() for record in found)
            raise AmbiguousNameError(
                f"several recipes begin with {name_or_id!r}: {listed}", "Give more of the id."
            )
        raise NotInPantryError(f"the pantry holds no recipe {name_or_id!r}", _near(wanted, records))

    def load(self, name_or_id: str, allow_upgrade: bool = True) -> Recipe:
        """Load a recipe by name, id, or beginning of an id.

        Raises:
            NotInPantryError, AmbiguousNameError: As ``find``.
            RecipeError: It needs ingredients that are not installed, or was changed by hand.
        """
        record = self.find(name_or_id)
        recipe = from_sppr(record.sppr, self._registry, allow_upgrade)
        recipe.name, recipe.pantry_path = record.name, self._pantry_path
        return recipe

    def refuse_taken(self, name: str, but: str = "") -> None:
        """Raise ``NameTakenError`` where a recipe has the name, that of the id ``but`` apart."""
        if name and any(one.name == name and one.id != but for one in self.list()):
            raise NameTakenError(
                f"a recipe is called {name!r} already",
                "Choose another name, or change that one: "
                f"haversack recipe set {shlex.quote(name)} SLOT=NAME.",
            )

    def remove(self, name_or_id: str) -> RecipeRecord:
        """Forget a recipe; its assets and runs stay."""
        with self._store.alone():
            record = self.find(name_or_id)
            self.documents.remove(record.id)
        return record

    def _take_name_from_others(self, newer: _Entry) -> None:
        for item in self.documents.items() if newer.name else ():
            entry = _parse(*item)
            if entry.name == newer.name and entry.id != newer.id:
                self._put(entry.model_copy(update={"name": ""}))

    def _put(self, entry: _Entry) -> None:
        self.documents.put(entry.id, entry.model_dump(mode="json"))

    def _record(self, entry: _Entry) -> RecipeRecord:
        absent = tuple(a.name for a in entry.assets if not self._assets.is_ready(a))
        lacking = (*absent, *entry.unpinned)
        return RecipeRecord(
            entry.id, entry.name, entry.task, entry.missing_slots, lacking, entry.sppr
        )


def _parse(stem: str, document: dict[str, Any]) -> _Entry:
    try:
        entry = _Entry.model_validate(document)
    except ValidationError:
        entry = None
    if entry is None or entry.id != stem:
        raise FileFormatError(
            f"the recipe record {stem[:12]} does not hold what it should",
            "Put it aside (haversack setup PANTRY --rebuild), then import the recipe again.",
        )
    return entry


def _near(wanted: str, records: list[RecipeRecord]) -> str:
    names = [record.name or record.id[:12] for record in records]
    if near := get_close_matches(wanted, names, n=3, cutoff=0.4):
        return f"Did you mean: {', '.join(near)}?"
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (
        f"It holds: {', '.join(names[:_NAMED])}{more}."
        if names
        else "Make one or import one first."
    )
