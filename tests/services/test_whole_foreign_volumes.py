"""Every row of real foreign volumes: a recipe, or a refusal that says what is missing and where.

The nightly form fetches OpenMMLab's wheels and asks the installed torchvision and timm.
"""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from haversack.base.errors import HaversackError
from haversack.pantry.pantry import Pantry
from haversack.services import cook_row
from haversack.services.cook import golden_recipe
from haversack.services.errors import MissingAssets
from haversack.services.volume_import import import_volume
from haversack.services.volumes import BY_TASK, load_volume
from long_form import LONG_FORM

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not LONG_FORM, reason="fetches wheels: the long form alone"),
]
WHEELS = {"mmpretrain==1.2.0": 446, "mmdet==3.3.0": 527, "mmsegmentation==1.2.2": 600}


@pytest.fixture
def pantry(tmp_path: Path) -> Pantry:
    return Pantry.build(tmp_path / "pantry")


def outcomes(pantry: Pantry, name: str, default: bool) -> Counter[str]:
    """Cook every row of a volume; count what became of them by kind."""
    volume = load_volume(name, pantry)
    task = volume.card.task if volume.card is not None else ""
    asked = task if task in BY_TASK else None
    frame = volume.frame(["id", "backbone", "weights", "height"])
    found: Counter[str] = Counter()
    for row in frame.to_dict(orient="records"):
        try:
            recipe = golden_recipe(row["id"], pantry, name, asked, default=default)
        except HaversackError as error:
            found[type(error).__name__] += 1
            assert error.hint and "\n" not in error.message
            if isinstance(error, MissingAssets):
                source = row["weights"] if isinstance(row["weights"], str) else cook_row.UNTOLD
                assert f"{row['backbone']} ({source};" in error.message
        else:
            found["recipe"] += 1
            assert recipe.missing() == []
            assert pd.isna(row["height"]) or recipe["model.image_size"] == row["height"]
            assert str(row["backbone"]).partition(".")[0] in repr(recipe["model.backbone"])
    return found


@pytest.mark.registry
@pytest.mark.parametrize("wheel", WHEELS)
def test_every_row_of_openmmlab_is_a_recipe_or_names_its_weights(
    pantry: Pantry, tmp_path: Path, wheel: str
) -> None:
    pip = (sys.executable, "-m", "pip", "download", "-q", "--no-deps")
    subprocess.run([*pip, "-d", str(tmp_path), wheel], check=True)
    (file,) = tmp_path.glob("*.whl")
    brought = import_volume(file, pantry)
    counted = {
        default: sum((outcomes(pantry, card.name, default) for card in brought.cards), Counter())
        for default in (False, True)
    }
    assert {sum(found.values()) for found in counted.values()} == {WHEELS[wheel]}
    assert set(counted[False]) <= {"MissingAssets", "RecipeError"}
    assert set(counted[True]) <= {"recipe", "RecipeError"}


@pytest.mark.torch
def test_every_row_of_torchvision_is_a_recipe_or_names_its_weights(pantry: Pantry) -> None:
    brought = import_volume(Path("torchvision"), pantry)
    counted = {
        default: sum((outcomes(pantry, card.name, default) for card in brought.cards), Counter())
        for default in (False, True)
    }
    rows = sum(card.rows for card in brought.cards)
    assert {sum(found.values()) for found in counted.values()} == {rows}
    assert rows > 100 and counted[False]["MissingAssets"] > 50
    assert counted[True]["recipe"] > 20
