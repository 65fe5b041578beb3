"""What the demo promises of its detector; the journey itself is `make demo`."""

from __future__ import annotations

from pathlib import Path

import pytest

from haversack.base.errors import HaversackError
from haversack.pantry.pantry import Pantry
from haversack.recipe.sppr import to_sppr
from haversack.recipe.tree import Recipe
from haversack.services.capture import capture
from haversack.services.demo.field import DATA, MAP50_FLOOR, VOLUME, front_of_ready, promised_score
from haversack.volume.write import write_volume
from services.kits import CARD


@pytest.mark.parametrize("score", [MAP50_FLOOR, 0.75, 1.0])
def test_a_detector_that_keeps_the_promise_is_told_by_its_score(score: float) -> None:
    assert promised_score({"map_50": score, "map": 0.1}) == score


@pytest.mark.parametrize(
    ("metrics", "word"),
    [
        ({"map_50": MAP50_FLOOR - 0.001}, "mAP50 0.599"),
        ({"map_50": float("nan")}, "mAP50 nan"),
        ({"map_50": None}, "no mAP50"),
        ({}, "no mAP50"),
        (None, "no mAP50"),
    ],
)
def test_a_detector_below_it_ends_the_demo_as_failed_with_a_remedy(
    metrics: object, word: str
) -> None:
    with pytest.raises(HaversackError) as caught:
        promised_score(metrics)
    assert word in caught.value.message
    assert str(MAP50_FLOOR) in caught.value.message
    assert caught.value.hint
    assert caught.value.exit_code == 1


def put_rows(pantry: Pantry, folder: Path, *rows: tuple[str, bool, float, float]) -> None:
    """Keep rows of (data set, whether it starts from weights, accuracy, milliseconds)."""
    told = []
    for title, pretrained, accuracy, rate in rows:
        recipe = Recipe.empty(pantry.registry, "detection", pantry.path)
        recipe.fill_empty_recursively({"data_generator": title})
        recipe["backbone.use_pretrained"] = pretrained
        told.append(
            {
                "dataset": title,
                "quantization": "float32",
                "relative_task_metric": accuracy,
                "od_inf_rate_ms": rate,
                "sppr": to_sppr(recipe),
            }
        )
    card = write_volume(folder / f"{VOLUME}.parquet", told, CARD)
    pantry.volumes.put(VOLUME, (folder / f"{VOLUME}.parquet").read_bytes(), card.as_dict())


def test_the_demo_chooses_among_rows_on_its_data_that_can_be_cooked_here(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn")
    pantry = Pantry.build(tmp_path / "pantry")
    rows = [
        ("Smoke", False, 1.0, 1.0),
        (DATA, True, 1.0, 1.0),  # its weights are not here
        ("Cut-out scenes", False, 1.0, 1.0),
        (DATA, False, 0.9, 3.0),
        (DATA, False, 0.8, 2.0),
        (DATA, False, 0.7, 2.5),  # behind the one before
    ]
    put_rows(pantry, tmp_path, *rows)
    with pytest.raises(HaversackError, match="no row of xval_det on Digit scenes"):
        front_of_ready(pantry)
    recipe = Recipe.empty(pantry.registry, "detection", pantry.path)
    recipe.fill_empty_recursively({"data_generator": DATA})
    recipe["backbone.use_pretrained"] = False
    capture(recipe.assets(), pantry)
    assert front_of_ready(pantry) == [5, 4]
