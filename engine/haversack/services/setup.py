"""Preparing a pantry for offline work: golden volumes and the default ingredients' assets."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from haversack.base.progress import CancelToken
from haversack.pantry.errors import FetchError
from haversack.pantry.pantry import Pantry
from haversack.recipe.tree import Recipe
from haversack.services.capture import capture
from haversack.services.displaced import make_room_for_volume, volume_of_here
from haversack.services.listen import Listener, Said, ignore
from haversack.services.report import Captured
from haversack.services.volumes import SHIPPED, shipped_volumes

TASKS = ("detection", "classification", "segmentation")


@dataclass(frozen=True, slots=True)
class SetupReport:
    """What setup did.

    Attributes:
        volumes_added: Golden volumes that were put on the shelf now.
        volumes_present: Those that were there already, unchanged.
        assets: The default ingredients' files; each says whether it was fetched now.
    """

    volumes_added: tuple[str, ...]
    volumes_present: tuple[str, ...]
    assets: tuple[Captured, ...]


def setup(
    pantry: Pantry, *, on_event: Listener = ignore, cancel: CancelToken | None = None
) -> SetupReport:
    """Put the golden volumes and the default ingredients' assets into a pantry; idempotent.

    Raises:
        FetchError: Something could not be fetched; what was fetched before stays. A bundle is named
            as the other way.
    """
    added, present = put_volumes(pantry, on_event)
    needed = {
        asset.name: asset for task in TASKS for asset in default_recipe(pantry, task).assets()
    }
    try:
        captured = capture(tuple(needed.values()), pantry, on_event=on_event, cancel=cancel)
    except FetchError as error:
        hint = f"{error.hint} {_by_bundle(pantry)}"
        raise FetchError(error.message, hint, error.reason) from error
    return SetupReport(added, present, captured)


def _by_bundle(pantry: Pantry) -> str:
    return (
        "Or bring the files from where there is a network: pack a bundle there, and open it here: "
        f"haversack open BUNDLE --pantry {shlex.quote(str(pantry.path))}"
    )


def default_recipe(pantry: Pantry, task: str) -> Recipe:
    """Give the recipe of a task that is filled with defaults alone."""
    recipe = Recipe.empty(pantry.registry, task, pantry.path)
    recipe.fill_empty_recursively()
    return recipe


def put_volumes(pantry: Pantry, on_event: Listener) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Put the shipped golden volumes on a pantry's shelf; give the names added and present.

    One that was made or imported here under such a name stays, under a new one; it is told.
    """
    added, present, shipped = [], [], shipped_volumes()
    for name, (path, card) in shipped.items():
        known = name in pantry.volumes.list()
        if known and pantry.volumes.card(name).get("sha256") == card.sha256:
            present.append(name)
            continue
        on_event(Said(f"golden volume {name}"))
        of_here = volume_of_here(name, pantry)
        if of_here is not None:
            moved = make_room_for_volume(name, of_here, pantry, shipped, "Haversack")
            on_event(Said(moved))
        pantry.volumes.put(name, path.read_bytes(), card.as_dict(), SHIPPED)
        added.append(name)
    return tuple(added), tuple(present)
