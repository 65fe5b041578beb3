"""From files that a bundle brought into the store to things on a pantry's shelves.

Everything is read and checked before anything is put on a shelf. A file that is not what its
place says is put on none, and the reason is told: a signature says who wrote it, not that it fits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from haversack.base.errors import FileFormatError, HaversackError
from haversack.bundle.manifest import ManifestFile
from haversack.pantry.assets import AssetRecord, Fetched
from haversack.pantry.errors import NotInPantryError
from haversack.pantry.pantry import Pantry
from haversack.recipe.sppr import from_sppr
from haversack.recipe.tree import Recipe
from haversack.services.attesting import read_attestation
from haversack.services.contents import suffix_of
from haversack.services.displaced import free_name, make_room, make_room_for_volume, volume_of_here
from haversack.services.licences import OWN_MEASUREMENTS, OWN_VOLUMES
from haversack.services.report import PreparationReport
from haversack.trust.chain import RootChain
from haversack.volume.card import Card

_VOLUME = re.compile(r"volumes/([^/]+)\.parquet")
_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9._-]+")
_OF_A_PUBLISHER = re.compile(r"_of_.*-[0-9a-f]{8}", re.IGNORECASE | re.DOTALL)
_BY, _MEASURED_BY, _PASSED_ON = "_by_", "measurements of ", ", passed on by "


@dataclass
class ShelfGoods:
    """What was read, and what was refused.

    Attributes:
        files: The files of the bundle that were taken in, by logical path.
        chain: The publisher's roots.
        recipes: Recipes that this installation can read.
        reports: What was proved of them, by recipe id.
        volumes: Golden volumes by name: bytes and card.
        refused: One line for each file that fits no shelf.
        moved: One line for each thing that was here and has another name now.
    """

    files: dict[str, ManifestFile]
    chain: RootChain
    recipes: list[Recipe] = field(default_factory=list)
    reports: dict[str, PreparationReport] = field(default_factory=dict)
    volumes: dict[str, tuple[bytes, Card]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)

    def proves(self, recipe: Recipe) -> bool:
        """Say whether a signed report that came along proves a recipe."""
        report = self.reports.get(recipe.id)
        return report is not None and report.proved


def read_goods(files: Iterable[ManifestFile], pantry: Pantry, chain: RootChain) -> ShelfGoods:
    """Read recipes, reports and volumes out of the store; changes nothing.

    Args:
        files: What was taken in.
        pantry: Whose store it lies in.
        chain: The roots of the publisher, who must have signed the attestations.
    """
    goods = ShelfGoods({file.path: file for file in files}, chain)
    readers = {"recipe": _read_recipe, "attestation": _read_report, "volume": _read_volume}
    for file in goods.files.values():
        reader = readers.get(file.kind)
        if reader is None:
            continue
        try:
            reader(file, goods, pantry)
        except HaversackError as error:
            goods.refused.append(f"{file.path}: {error.message}")
    return goods


def place_assets(goods: ShelfGoods, pantry: Pantry, source: str) -> None:
    """Record the assets that the recipes name and that came along; what was here stays as it was.

    So a set that was imported here says where from also after a bundle brought it home again.
    """
    for asset in {a.name: a for recipe in goods.recipes for a in recipe.assets()}.values():
        found = goods.files.get(f"assets/{asset.name}{suffix_of(asset)}")
        before = _record(asset.name, pantry)
        is_here = before is not None and before.asset == asset
        if found is not None and found.sha256 == asset.sha256 and not is_here:
            said = None if before is None else make_room(asset, before, pantry)
            pantry.assets.put(asset, Fetched(fetched_from=source, raw_sha256=asset.sha256))
            goods.moved.extend(() if said is None else (said,))


def _record(name: str, pantry: Pantry) -> AssetRecord | None:
    try:
        return pantry.assets.get(name)
    except NotInPantryError:
        return None


def place_documents(goods: ShelfGoods, pantry: Pantry, source: str) -> None:
    """Put volumes, recipes and reports on the shelves; what was made or proved here stays."""
    for name, (content, card) in goods.volumes.items():
        of_here = volume_of_here(name, pantry)
        if of_here == content:
            continue
        if of_here is not None:
            goods.moved.append(make_room_for_volume(name, of_here, pantry, goods.volumes))
        pantry.volumes.put(name, content, card.as_dict(), source)
    for recipe in goods.recipes:
        keep(recipe, pantry)
        report = goods.reports.get(recipe.id)
        if report is not None and pantry.attestations.get(recipe.id) is None:
            pantry.attestations.put(recipe.id, report.model_dump(mode="json"))


def keep(recipe: Recipe, pantry: Pantry) -> None:
    """Save a recipe that came from elsewhere without taking a name from one that is here."""
    names = {record.name: record.id for record in pantry.recipes.list() if record.name}
    if recipe.id in names.values():
        recipe.name = next(name for name, known in names.items() if known == recipe.id)
        pantry.recipes.save(recipe)
        return
    wanted, number = recipe.name, 2
    while recipe.name and recipe.name in names:
        recipe.name, number = f"{wanted} ({number})", number + 1
    pantry.recipes.save(recipe)


def _read_recipe(file: ManifestFile, goods: ShelfGoods, pantry: Pantry) -> None:
    text = pantry.store.read(file.sha256).decode("utf-8", "replace")
    goods.recipes.append(from_sppr(text, pantry.registry))


def _read_report(file: ManifestFile, goods: ShelfGoods, pantry: Pantry) -> None:
    report = read_attestation(pantry.store.read(file.sha256), file.path, goods.chain)
    goods.reports[report.recipe_id] = report


def _read_volume(file: ManifestFile, goods: ShelfGoods, pantry: Pantry) -> None:
    if file.path.endswith(".card.json"):
        return
    found = _VOLUME.fullmatch(file.path)
    card_file = goods.files.get(file.path.removesuffix(".parquet") + ".card.json")
    if found is None or card_file is None:
        raise FileFormatError("a volume without its card", "Take in its card too.")
    card = Card.parse(pantry.store.read(card_file.sha256))
    if card.name != found[1] or card.sha256 != file.sha256:
        raise FileFormatError("its card is about another volume", "Tell its publisher.")
    if card.source == OWN_MEASUREMENTS or card.name in _own_names(pantry):
        card = _of_its_publisher(card, goods.chain)
    elif _OF_A_PUBLISHER.search(card.name) or card.source.startswith(_MEASURED_BY):
        card = _passed_on(card, goods.chain)
    if card.name in goods.volumes:
        card = card.model_copy(update={"name": free_name(card.name, goods.volumes)})
    goods.volumes[card.name] = (pantry.store.read(file.sha256), card)


def _own_names(pantry: Pantry) -> set[str]:
    """Give the names of this pantry's own rows: no bundle's rows take their place."""
    kept = {name: pantry.volumes.card(name) for name in pantry.volumes.list()}
    own = {name for name, card in kept.items() if card.get("source") == OWN_MEASUREMENTS}
    return {*OWN_VOLUMES.values(), *own}


def _of_its_publisher(card: Card, chain: RootChain) -> Card:
    """Give what another pantry measured a name of its own: this pantry's rows stay as they are."""
    publisher = chain.newest.publisher
    return card.model_copy(
        update={
            "name": f"{card.name[:60]}_of_{_in_a_name(chain)}",
            "measured": card.measured.replace("this pantry", f"the pantry of {publisher}"),
            "source": f"{_MEASURED_BY}{_in_words(chain)}",
        }
    )


def _passed_on(card: Card, chain: RootChain) -> Card:
    """Tell from a publisher's own rows those that somebody else says are that publisher's."""
    name, source = card.name.partition(_BY)[0], card.source.partition(_PASSED_ON)[0]
    return card.model_copy(
        update={
            "name": f"{name[:120]}{_BY}{_in_a_name(chain)}",
            "source": f"{source}{_PASSED_ON}{_in_words(chain)}",
        }
    )


def _in_a_name(chain: RootChain) -> str:
    whose = _NOT_IN_NAMES.sub("-", chain.newest.publisher).strip("-.")[:40] or "publisher"
    return f"{whose}-{chain.fingerprint[:8]}"


def _in_words(chain: RootChain) -> str:
    return f"{chain.newest.publisher} ({chain.fingerprint[:8]}…)"
