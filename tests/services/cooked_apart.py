"""The field's half of the test of shipped volumes: cook every row, train and export a few of them.

Run as a program where there is no network; writes what it did as one JSON object.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from haversack import offline
from haversack.pantry.fetch.interfaces import devices_up
from haversack.pantry.pantry import Pantry
from haversack.recipe.tree import Recipe
from haversack.runs.spec import Limits, RunKind
from haversack.services.volumes import load_volume
from haversack.services.work import follow_up, train

ONE_BATCH = Limits(max_epochs=1, limit_batches=1)


def cook_all(pantry: Pantry, volume: str) -> dict[int, Recipe]:
    """Cook every row of a volume."""
    rows = load_volume(volume, pantry).frame(["id"])["id"].tolist()
    return {row: offline.GRDB_recipe(row, pantry, volume) for row in rows}


def try_kinds(pantry: Pantry, volume: str, recipes: dict[int, Recipe]) -> dict[str, int]:
    """Train one batch of a row for each data set and backbone; give the bytes of its export."""
    frame = load_volume(volume, pantry).frame(["id", "dataset", "backbone"])
    sizes = {}
    for row in frame.drop_duplicates(["dataset", "backbone"]).to_dict(orient="records"):
        spec, _ = train(recipes[row["id"]], pantry, limits=ONE_BATCH)
        told: dict[str, object] = {"accuracy": False}
        done, state = follow_up(RunKind.EXPORT, spec.run_id, pantry, options=told)
        file = done.run_dir / str((state.result or {})["file"])
        sizes[f"{row['backbone']} on {row['dataset']}"] = file.stat().st_size
    return sizes


def main() -> None:
    pantry = Pantry.build(Path(sys.argv[1]))
    cooked, exported = {}, {}
    for name in pantry.volumes.list():
        recipes = cook_all(pantry, name)
        cooked[name] = {row: recipe.id for row, recipe in recipes.items()}
        exported[name] = try_kinds(pantry, name, recipes)
    sys.stdout.write(
        json.dumps({"devices": devices_up(), "cooked": cooked, "exported": exported}) + "\n"
    )


if __name__ == "__main__":
    main()
