"""What the app is measured on: a small pantry, a volume of many rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from haversack.recipe.tree import Recipe
from haversack.services.shelves import open_or_build
from haversack.services.volumes import shipped_volumes


def small_pantry(folder: Path) -> Path:
    """Make a pantry with two recipes and the shipped volumes; nothing is fetched."""
    pantry = open_or_build(folder)
    for task in ("detection", "classification"):
        recipe = Recipe.empty(pantry.registry, task, pantry.path)
        recipe.fill_empty_recursively()
        pantry.recipes.save(recipe, f"A {task} recipe")
    for name, (path, card) in shipped_volumes().items():
        pantry.volumes.put(name, path.read_bytes(), card.as_dict())
    return folder


def million_rows(file: Path, rows: int) -> Path:
    """Write a cloud that trades accuracy against time, with columns as a real volume has them."""
    random = np.random.default_rng(1)
    accuracy = random.beta(6, 2, rows)
    frame = pd.DataFrame(
        {
            "id": np.arange(1, rows + 1),
            "hardware": "Board A",
            "quantization": random.choice(["float32", "int8"], rows),
            "backbone": random.choice([f"net{number}" for number in range(40)], rows),
            "height": random.choice([128, 224, 320], rows),
            "od_inf_rate_ms": np.exp(2 * accuracy + random.normal(0, 0.4, rows)),
            "od_size_MB": np.exp(random.normal(2, 0.6, rows)),
            "od_total_mem_MB": np.exp(random.normal(4, 0.5, rows)),
            "relative_task_metric": accuracy / accuracy.max(),
        }
    )
    frame.to_parquet(file)
    return file
