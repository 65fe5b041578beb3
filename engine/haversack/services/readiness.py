"""Whether a recipe can be cooked here and now without a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from haversack.catalog.backbones import TimmBackbone
from haversack.catalog.published import NONE, PublishedWeights
from haversack.pantry.pantry import Pantry
from haversack.recipe.assets import Asset, Unpinned
from haversack.recipe.schema import Ingredient
from haversack.recipe.tree import Recipe

ReadinessState = Literal["ready", "needs preparing", "incomplete"]


@dataclass(frozen=True, slots=True)
class Readiness:
    """How far a recipe is from working offline.

    Attributes:
        state: ``ready`` (every asset is here), ``needs preparing`` or ``incomplete``.
        unset: Dotted paths of empty slots and options.
        missing: Assets that are not in the pantry.
        unpinned: Files whose digest nobody has seen yet: preparing fetches and pins them.
        proved: Whether a rehearsal without a network has passed for exactly this recipe.
    """

    state: ReadinessState
    unset: tuple[str, ...]
    missing: tuple[Asset, ...]
    unpinned: tuple[Unpinned, ...]
    proved: bool

    @property
    def lacking(self) -> tuple[str, ...]:
        """Names of all files that are not here."""
        assets = (asset.name for asset in self.missing)
        return (*assets, *(file.name for file in self.unpinned))


def readiness(recipe: Recipe, pantry: Pantry) -> Readiness:
    """Say whether a recipe is ready offline, and if not, what is missing.

    Looks at presence, not at digests: those are checked when a run opens the files.
    """
    unset = tuple(recipe.missing())
    missing = tuple(asset for asset in recipe.assets() if not pantry.assets.is_ready(asset))
    unpinned = tuple(recipe.unpinned().values())
    state: ReadinessState = "ready"
    if unset:
        state = "incomplete"
    elif missing or unpinned:
        state = "needs preparing"
    return Readiness(state, unset, missing, unpinned, _proved(recipe, pantry))


@dataclass(frozen=True, slots=True)
class Needs:
    """What an ingredient needs as it comes, before any option of it is changed.

    Attributes:
        files: Names of its files.
        lacking: Those that are not in the pantry.
    """

    files: tuple[str, ...]
    lacking: tuple[str, ...]


def needs_of(schema: type[Ingredient], pantry: Pantry) -> Needs:
    """Say which files an ingredient would need, and which of them only a network can bring."""
    fresh = schema()
    assets, unpinned = fresh.assets(), tuple(file.name for file in fresh.unpinned().values())
    missing = (asset.name for asset in assets if not pantry.assets.is_ready(asset))
    return Needs((*(asset.name for asset in assets), *unpinned), (*missing, *unpinned))


def describe_asset(asset: Asset) -> str:
    """Say in one line what an asset is, how large, and where it comes from."""
    return f"{asset.name} ({asset.size / 1e6:.1f} MB, {asset.licence}, from {asset.origin.uri})"


def describe_missing(recipe: Recipe, pantry: Pantry) -> tuple[str, ...]:
    """Give one line for each file that a recipe needs and the pantry lacks."""
    stand = readiness(recipe, pantry)
    return (
        *(describe_asset(asset) for asset in stand.missing),
        *(f"{f.name} (no digest known yet, {f.licence}, from {f.uri})" for f in stand.unpinned),
    )


def without_weights(recipe: Recipe, pantry: Pantry) -> tuple[str, ...]:
    """Give the changes (``PATH=VALUE``) by which a recipe does without the weights it lacks here.

    What they are changed to starts from random numbers.
    """
    changes = []
    for path, node in recipe.walk():
        lacks = bool(node.unpinned()) or not all(map(pantry.assets.is_ready, node.assets()))
        if lacks and isinstance(node, TimmBackbone):
            changes.append(f"{path}.use_pretrained=false")
        elif lacks and isinstance(node, PublishedWeights):
            changes.append(f"{path}.weights={NONE}")
    return tuple(changes)


def _proved(recipe: Recipe, pantry: Pantry) -> bool:
    attested = pantry.attestations.get(recipe.id)
    rehearsal = attested.get("rehearsal") if attested is not None else None
    return isinstance(rehearsal, dict) and rehearsal.get("verdict") == "proved"
