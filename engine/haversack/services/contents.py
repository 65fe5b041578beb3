"""What of a pantry goes into a bundle: recipes, their assets, attestations, golden volumes."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from haversack.base.canonical_json import dump_canonical
from haversack.base.digests import sha256_bytes, sha256_file
from haversack.base.errors import HaversackError, UsageError
from haversack.bundle.items import PackItem
from haversack.bundle.statement import RecipeClaim
from haversack.pantry.pantry import Pantry
from haversack.recipe.assets import Asset
from haversack.recipe.sppr import to_sppr
from haversack.recipe.tree import Recipe
from haversack.services.attesting import statement_of
from haversack.services.errors import MissingAssets
from haversack.services.licences import NOT_STATED
from haversack.services.readiness import describe_missing

RECIPE_TYPE = "application/vnd.haversack.recipe+json"
VOLUME_TYPE = "application/vnd.apache.parquet"


@dataclass(frozen=True, slots=True)
class Selection:
    """What goes into a bundle, before anything is written.

    Attributes:
        items: The files; attestations are signed only when they are packed.
        recipes: The recipes inside.
        volumes: The names of the golden volumes inside.
    """

    items: tuple[PackItem, ...]
    recipes: tuple[RecipeClaim, ...]
    volumes: tuple[str, ...]

    @property
    def total_bytes(self) -> int:
        """Bytes of all files; the same bytes are written once however often they are named."""
        return sum({item.sha256: item.size for item in self.items}.values())

    @property
    def has_code(self) -> bool:
        """Whether it takes a key that may sign code."""
        return any(item.kind == "code" for item in self.items)


def select(
    pantry: Pantry, recipes: tuple[str, ...] | None = None, *, may_be_empty: bool = False
) -> Selection:
    """Gather what goes into a bundle.

    Args:
        pantry: Where it lies.
        recipes: Names or ids; None for every recipe that is ready offline and whose rehearsal,
            where there was one, did not fail.
        may_be_empty: Whether a bundle without any recipe makes sense, as one with the app does.

    Raises:
        UsageError: No recipe is ready.
        NotInPantryError: A name is unknown.
        IncompleteRecipe: A recipe that was asked for has empty slots.
        MissingAssets: A recipe that was asked for has not been prepared.
    """
    chosen = [_load_ready(pantry, name) for name in _names(pantry, recipes, may_be_empty)]
    items: dict[str, PackItem] = {}
    for recipe in chosen:
        for item in (*_recipe_items(recipe, pantry), *_asset_items(recipe, pantry)):
            items[item.logical_path] = item
    for name in pantry.volumes.list():
        items.update({item.logical_path: item for item in _volume_items(name, pantry)})
    claims = {r.id: RecipeClaim(r.id, r.name, r.task) for r in chosen}
    return Selection(
        tuple(items[path] for path in sorted(items)),
        tuple(claims[key] for key in sorted(claims)),
        tuple(pantry.volumes.list()),
    )


def holdings(pantry: Pantry) -> dict[str, PackItem]:
    """Give every file that a pantry keeps, as it would be packed, by its SHA-256.

    A record that cannot be read is passed over, and so is an asset whose file is not there.
    """
    items: list[PackItem] = []
    for record in pantry.recipes.list():
        with contextlib.suppress(HaversackError):
            items += _recipe_items(pantry.recipes.load(record.id), pantry)
    with contextlib.suppress(HaversackError):
        items += (
            _asset_item(record.asset, pantry)
            for record in pantry.assets.list()
            if pantry.assets.is_ready(record.asset)
        )
    for name in pantry.volumes.list():
        with contextlib.suppress(HaversackError):
            items += _volume_items(name, pantry)
    return {item.sha256: item for item in items}


def _names(pantry: Pantry, recipes: tuple[str, ...] | None, may_be_empty: bool) -> tuple[str, ...]:
    if recipes:
        return recipes
    records = [record for record in pantry.recipes.list() if record.state == "ready"]
    ready = tuple(record.id for record in records if not _failed(record.id, pantry))
    if not ready and not may_be_empty:
        raise UsageError("no recipe in this pantry is ready offline", "Prepare one first.")
    return ready


def _failed(recipe_id: str, pantry: Pantry) -> bool:
    attested = pantry.attestations.get(recipe_id)
    rehearsal = attested.get("rehearsal") if attested is not None else None
    return isinstance(rehearsal, dict) and rehearsal.get("verdict") == "failed"


def _load_ready(pantry: Pantry, name: str) -> Recipe:
    recipe = pantry.recipes.load(name)
    recipe.require_complete()
    missing = describe_missing(recipe, pantry)
    if missing:
        raise MissingAssets(missing)
    return recipe


def _recipe_items(recipe: Recipe, pantry: Pantry) -> Iterator[PackItem]:
    text = to_sppr(recipe).encode("utf-8")
    yield _from_bytes(f"recipes/{recipe.id}.json", "recipe", RECIPE_TYPE, text)
    attested = pantry.attestations.get(recipe.id)
    if attested is not None:
        path = f"attestations/{recipe.id}.json"
        yield _from_bytes(path, "attestation", "application/json", statement_of(attested))


def _asset_items(recipe: Recipe, pantry: Pantry) -> Iterator[PackItem]:
    for asset in recipe.assets():
        yield _asset_item(asset, pantry)


def _asset_item(asset: Asset, pantry: Pantry) -> PackItem:
    return PackItem(
        logical_path=f"assets/{asset.name}{suffix_of(asset)}",
        kind=asset.kind,
        media_type=asset.media_type,
        licence=asset.licence,
        source=asset.origin.uri,
        sha256=asset.sha256,
        size=asset.size,
        open=_opener(pantry.store.path(asset.sha256)),
    )


def suffix_of(asset: Asset) -> str:
    """Give the ending that an asset's file has in a bundle."""
    known = {
        "application/vnd.safetensors": ".safetensors",
        "application/gzip": ".gz",
        "application/x-tar": ".tar",
    }
    ending = ".tar" if asset.media_type.endswith("+tar") else ".bin"
    return known.get(asset.media_type, ending)


def _volume_items(name: str, pantry: Pantry) -> Iterator[PackItem]:
    path, card = pantry.volumes.path(name), pantry.volumes.card(name)
    sha256 = sha256_file(path)
    card = {**card, "sha256": sha256}  # one of own measurements does not say it
    licence = str(card.get("licence") or NOT_STATED)
    source = str(card.get("source") or "")[:1000]
    yield PackItem(
        logical_path=f"volumes/{name}.parquet",
        kind="volume",
        media_type=VOLUME_TYPE,
        licence=licence,
        source=source,
        sha256=sha256,
        size=path.stat().st_size,
        open=_opener(path),
    )
    yield _from_bytes(
        f"volumes/{name}.card.json",
        "volume",
        "application/json",
        dump_canonical(card),
        licence,
        source,
    )


def _from_bytes(
    path: str,
    kind: str,
    media_type: str,
    content: bytes,
    licence: str = NOT_STATED,
    source: str = "this pantry",
) -> PackItem:
    return PackItem(
        logical_path=path,
        kind=kind,
        media_type=media_type,
        licence=licence,
        source=source,
        sha256=sha256_bytes(content),
        size=len(content),
        open=lambda: io.BytesIO(content),
    )


def _opener(path: Path) -> Callable[[], BinaryIO]:
    return lambda: path.open("rb")
