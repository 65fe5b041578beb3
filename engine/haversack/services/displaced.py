"""Imported pictures whose name a bundle takes for others: they stay, under a new name."""

from __future__ import annotations

import itertools

from haversack.catalog.own import PREFIX, own_asset, own_task
from haversack.pantry.assets import AssetRecord
from haversack.pantry.pantry import Pantry
from haversack.recipe.assets import Asset

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
    names = {known.asset.name for known in pantry.assets.list()}
    number = next(n for n in itertools.count(2) if f"{asset.name}-{n}" not in names)
    old = asset.name.removeprefix(PREFIX)
    new = f"{old}-{number}"
    moved = own_asset(new, task, kept.sha256, kept.size, kept.licence)
    pantry.assets.put(moved, record.fetched)
    return (
        f"the bundle brought other pictures called {old}; those that were imported here are called "
        f"{new} now, and a recipe made with them takes them again by: "
        f"haversack recipe set RECIPE data_generator={new}"
    )
