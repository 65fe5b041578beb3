"""Small real pantries, recipes and bundles that need neither torch nor a network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from safetensors.numpy import save

from haversack.base.digests import sha256_file
from haversack.bundle.items import PackReceipt
from haversack.pantry.assets import Fetched
from haversack.pantry.pantry import Pantry
from haversack.recipe.tree import Recipe
from haversack.services.capture import capture
from haversack.services.pack import pack
from haversack.services.report import PreparationReport, Rehearsal, Step, Verdict
from haversack.trust.keyring import KeyRing
from haversack.trust.private_keys import Cost
from haversack.volume.write import write_volume

SMOKE = "Smoke (data/sets/url/detection/smoke-pascal-like)"
PASSPHRASE = "a passphrase for tests"
QUICK = Cost(log_n=10)
CARD = {
    "name": "xval_det",
    "task": "detection",
    "measured": "nothing",
    "by": "a test",
    "on": "a test machine",
    "licence": "Apache-2.0",
    "source": "a test",
}


def light_recipe(pantry: Pantry, name: str = "light") -> Recipe:
    """Give a complete detection recipe whose only asset is shipped with Haversack."""
    recipe = Recipe.empty(pantry.registry, "detection", pantry.path)
    recipe.fill_empty_recursively({"data_generator": SMOKE})
    recipe["backbone.use_pretrained"] = False
    recipe.name = name
    return recipe


def stocked_pantry(folder: Path) -> Pantry:
    """Make a pantry that holds one recipe that is ready."""
    pantry = Pantry.build(folder)
    recipe = light_recipe(pantry)
    capture(recipe.assets(), pantry)
    pantry.recipes.save(recipe)
    return pantry


def borrowed_recipe(pantry: Pantry, folder: Path, name: str = "borrowed") -> Recipe:
    """Keep a recipe that is ready, and whose weights come from a source that states no licence."""
    file = folder / "borrowed.safetensors"
    file.write_bytes(save({"weight": np.zeros(4, np.float32)}))
    recipe = Recipe.empty(pantry.registry, "classification", pantry.path)
    recipe.fill_empty_recursively({"backbone": "backbones/timm/other"})
    recipe["backbone.name"] = "resnet10t"
    recipe["backbone.weights"] = f"{sha256_file(file)}:{file.stat().st_size}"
    recipe.name = name
    for asset in recipe.assets():
        if asset.kind == "weights":
            fetched = Fetched(fetched_from="a test", raw_sha256=asset.sha256)
            pantry.assets.put(asset, fetched, file=file)
        else:
            capture((asset,), pantry)
    pantry.recipes.save(recipe)
    return recipe


def put_volume(
    pantry: Pantry,
    folder: Path,
    spprs: list[str],
    name: str = "xval_det",
    task: str = "detection",
) -> None:
    """Keep a golden volume whose rows carry these recipes; a later row is slower."""
    measured = {"hardware": "test", "if_task_metric": 0.5, "relative_task_metric": 1.0}
    rows = [{**measured, "od_inf_rate_ms": 1.0 + i, "sppr": sppr} for i, sppr in enumerate(spprs)]
    path = folder / f"{name}.parquet"
    card = write_volume(path, rows, {**CARD, "name": name, "task": task})
    pantry.volumes.put(name, path.read_bytes(), card.as_dict())


def keyring(folder: Path) -> KeyRing:
    """Make a keyring whose keys open quickly."""
    return KeyRing(folder, QUICK)


def packed(pantry: Pantry, out: Path, keys: KeyRing) -> PackReceipt:
    """Pack everything that is ready, with a key made for it."""
    if "packer" not in [key.name for key in keys.list()]:
        keys.new("packer", PASSPHRASE, "test kitchen")
    return pack(pantry, out, keys, "packer", PASSPHRASE)


def proof_of(recipe: Recipe, verdict: Verdict = "proved") -> PreparationReport:
    """Give a report as a preparation leaves it."""
    return PreparationReport(
        recipe_id=recipe.id,
        recipe_name=recipe.name,
        task=recipe.task,
        dry_run=Step(name="dry run", seconds=1.0, passed=True),
        captured=(),
        opened_outside=(),
        rehearsal=Rehearsal(verdict=verdict),
    )
