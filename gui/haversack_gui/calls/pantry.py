"""The pantry page's calls: open a pantry, list its shelves, fetch the defaults, prepare recipes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from haversack_gui import words
from haversack_gui.jobs import Changed, Told

if TYPE_CHECKING:
    from haversack.services.shelves import Pantry, ShelfItem


@dataclass(frozen=True, slots=True)
class OpenPantry:
    """The pantry that the app works on.

    Attributes:
        path: Its folder.
        engine: The engine's own object, handed back to services.
        publisher: Who signed what was taken in; empty where nothing was.
    """

    path: Path
    engine: Pantry
    publisher: str = ""


def open_or_start(path: Path, home: Path) -> OpenPantry:
    """Open the pantry in a folder, or start one; say who signed what was taken into it."""
    from haversack.services.keys import open_keyring, publisher_of
    from haversack.services.shelves import open_or_build

    pantry = open_or_build(path)
    return OpenPantry(Path(pantry.path), pantry, publisher_of(pantry, open_keyring(home)))


def items(pantry: OpenPantry) -> list[ShelfItem]:
    """List what lies on the shelves."""
    from haversack.services.shelves import shelf_items

    return shelf_items(pantry.engine)


def set_up(pantry: OpenPantry, told: Told) -> Changed:
    """Fetch golden volumes and the default ingredients' assets."""
    from haversack.services.setup import setup

    report = setup(pantry.engine, on_event=told.on_event, cancel=told.cancel)
    new = len(report.volumes_added) + sum(asset.fetched for asset in report.assets)
    said = f"The pantry is set up: {words.count(new, 'thing', 'things')} new."
    return Changed(frozenset({"recipes", "assets", "volumes"}), report, said)


def import_pictures(pantry: OpenPantry, folder: Path, told: Told) -> Changed:
    """Take a folder of pictures and labels into the pantry; say what was left out."""
    from haversack.services.apart import APART
    from haversack.services.datasets import import_data

    kept, checked = import_data(
        folder,
        pantry.engine,
        dataset_name(folder),
        readers=APART,
        on_event=told.on_event,
        cancel=told.cancel,
    )
    pictures = words.count(len(checked.pictures), "picture", "pictures")
    classes = words.count(len(checked.classes), "class", "classes")
    said = f"{kept.name}: {pictures} in {classes}, read as {checked.format}."
    if checked.problems:
        first = checked.problems[0]
        problems = words.count(len(checked.problems), "problem", "problems")
        said += f" {problems}, the first in {first.file}: {first.what}."
    return Changed(frozenset({"assets"}), kept.name, said)


def dataset_name(folder: Path) -> str:
    """Make a name that may be a dataset's out of a folder's name."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", folder.name).strip("-._")
    return plain[:64] or "pictures"


def save_have_list(pantry: OpenPantry, file: Path, told: Told) -> Changed:
    """Write the list of what the pantry has, for a workstation that packs a delta for it."""
    from haversack.services.have import have

    found = have(pantry.engine, file, on_event=told.on_event, cancel=told.cancel)
    said = f"{words.count(found.files, 'file', 'files')} named in {found.file}."
    if found.damaged:
        said += f" {words.count(len(found.damaged), 'is', 'are')} damaged here and not named."
    return Changed(frozenset(), found.file, said)


def prepare(pantry: OpenPantry, recipe_ids: Sequence[str], told: Told) -> Changed:
    """Fetch what the recipes need and rehearse each without a network."""
    from haversack.services.prepare import single_recipe

    reports = []
    for recipe_id in recipe_ids:
        recipe = pantry.engine.recipes.load(recipe_id)
        reports.append(
            single_recipe(recipe, pantry.engine, on_event=told.on_event, cancel=told.cancel)
        )
    done = words.count(len(reports), "recipe", "recipes")
    return Changed(frozenset({"recipes", "assets", "attestations"}), reports, f"{done} prepared.")
