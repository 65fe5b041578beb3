"""What was made or imported here and whose name a bundle takes: it stays, under a new name."""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Container, Iterable

from haversack.base.errors import FileFormatError, IntegrityError
from haversack.catalog.own import PREFIX, own_asset, own_task
from haversack.pantry.assets import AssetRecord
from haversack.pantry.documents import MAX_NAME
from haversack.pantry.pantry import Pantry
from haversack.recipe.assets import Asset
from haversack.services.volumes import shipped_volumes

BROUGHT = "bundle "
"""How the place begins that a bundle's files are recorded to come from."""


def make_room(asset: Asset, record: AssetRecord, pantry: Pantry) -> str | None:
    """Call a set that was imported here otherwise, where a bundle brings another of its name.

    A set that an earlier bundle brought is the publisher's and gives way.

    Args:
        asset: What the bundle brings.
        record: What has that name here.
        pantry: Where both are.

    Returns:
        What a person has to know of it; None where nothing had to be moved.
    """
    kept, task = record.asset, own_task(record.asset)
    if task is None or kept.sha256 == asset.sha256 or record.fetched_from.startswith(BROUGHT):
        return None
    old = asset.name.removeprefix(PREFIX)
    new = free_name(old, {known.asset.name.removeprefix(PREFIX) for known in pantry.assets.list()})
    moved = own_asset(new, task, kept.sha256, kept.size, kept.licence)
    pantry.assets.put(moved, record.fetched)
    return (
        f"the bundle brought other pictures called {old}; those that were imported here are called "
        f"{new} now, and a recipe made with them takes them again by: "
        f"haversack recipe set RECIPE data_generator={new}"
    )


def volume_of_here(name: str, pantry: Pantry) -> bytes | None:
    """Give the bytes of a golden volume that was made or imported here; None where it gives way.

    One that an earlier bundle brought is the publisher's and gives way, as do those that came
    with Haversack and what is damaged.
    """
    if name not in pantry.volumes.list():
        return None
    try:
        if pantry.volumes.brought_by(name):
            return None
        shipped = shipped_volumes().get(name)
        if shipped is not None and shipped[1].sha256 == pantry.volumes.card(name).get("sha256"):
            return None
        return pantry.volumes.path(name).read_bytes()
    except (FileFormatError, IntegrityError):
        return None


def make_room_for_volume(
    name: str,
    content: bytes,
    pantry: Pantry,
    coming: Iterable[str],
    bringer: str = "the bundle",
) -> str:
    """Call a golden volume of here otherwise, where a bundle brings another of its name.

    Args:
        name: What both are called.
        content: The bytes of the one of here.
        pantry: Where both are.
        coming: Names of all that is brought.
        bringer: Who brings the other one.

    Returns:
        What a person has to know of it.
    """
    new = free_name(name, {*pantry.volumes.list(), *coming})
    pantry.volumes.put(new, content, {**pantry.volumes.card(name), "name": new})
    return (
        f"{bringer} brought another golden volume called {name}; the one that was here is called "
        f"{new} now: haversack pareto {shlex.quote(new)}"
    )


def free_name(name: str, taken: Container[str]) -> str:
    """Give a name like one that is taken: with the first number behind it that is not."""
    names = (f"{name[: MAX_NAME - 8]}-{number}" for number in itertools.count(2))
    return next(new for new in names if new not in taken)
