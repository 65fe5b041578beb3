"""A folder of results belongs to one plan: the first that was baked there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from haversack.base.errors import FileFormatError
from haversack.pantry.pantry import Pantry
from haversack.services.bake.collect import collect
from haversack.services.bake.kept_plan import FILE, AnotherPlanError
from haversack.services.bake.oven import bake
from haversack.services.bake.plan import read_plan
from services.fake_kitchen import Kitchen, keys_of, small_plan

ANOTHER_CARD = {"measured": "the same rows", "licence": "CC0-1.0", "source": "corrected"}


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"grid": {"model.image_size": [64, 96]}}, "grid"),
        ({"seeds": [0, 1], "quantizations": ["float32"]}, "quantizations, seeds"),
        ({"name": "another"}, "name"),
    ],
)
def test_another_plan_is_not_baked_nor_collected_where_one_was_baked(
    kitchen: Kitchen, tmp_path: Path, fields: dict[str, object], named: str
) -> None:
    pantry, folder = Pantry.build(tmp_path / "pantry"), tmp_path / "baking"
    plan = small_plan(tmp_path / "one.json")
    bake(plan, pantry, folder)
    kept, trained = (folder / FILE).read_bytes(), list(kitchen.trained)
    other = small_plan(tmp_path / "other.json", **fields)
    with pytest.raises(AnotherPlanError, match=f"of another {named}") as caught:
        bake(other, pantry, folder)
    assert "--folder" in caught.value.hint and caught.value.exit_code == 2
    with pytest.raises(AnotherPlanError):
        collect(other, pantry.registry, folder, tmp_path / "v.parquet")
    assert not (tmp_path / "v.parquet").exists()
    assert (folder / FILE).read_bytes() == kept and kitchen.trained == trained
    assert bake(plan, pantry, folder)


def test_the_plan_that_is_kept_is_baked_and_collected_like_the_one_that_was_given(
    kitchen: Kitchen, tmp_path: Path
) -> None:
    pantry, folder = Pantry.build(tmp_path / "pantry"), tmp_path / "baking"
    grid = {"model.image_size": [64, 96], "data.batch_size": [8, 4]}
    plan = small_plan(tmp_path / "one.json", grid=grid)
    bake(plan, pantry, folder)
    kept = read_plan(folder / FILE)
    assert keys_of(kept, pantry) == keys_of(plan, pantry)
    assert bake(kept, pantry, folder)
    assert len(kitchen.trained) == 4
    first = collect(plan, pantry.registry, folder, tmp_path / "a.parquet")
    assert collect(kept, pantry.registry, folder, tmp_path / "b.parquet") == first


def test_another_order_of_the_grid_is_another_plan_for_it_numbers_the_units(
    kitchen: Kitchen, tmp_path: Path
) -> None:
    pantry, folder = Pantry.build(tmp_path / "pantry"), tmp_path / "baking"
    grid = {"model.image_size": [64, 96], "data.batch_size": [8, 4]}
    bake(small_plan(tmp_path / "one.json", grid=grid), pantry, folder)
    turned = small_plan(tmp_path / "two.json", grid=dict(reversed(grid.items())))
    with pytest.raises(AnotherPlanError, match="grid"):
        bake(turned, pantry, folder)


def test_words_of_the_card_may_change_and_white_space_and_what_is_spelt_out_do_not_count(
    kitchen: Kitchen, tmp_path: Path
) -> None:
    pantry, folder = Pantry.build(tmp_path / "pantry"), tmp_path / "baking"
    path = tmp_path / "one.json"
    bake(small_plan(path, seeds=[0], options={}), pantry, folder)
    given = json.loads(path.read_text()) | {"card": ANOTHER_CARD}
    del given["seeds"], given["options"]
    path.write_text(json.dumps(dict(sorted(given.items(), reverse=True)), indent=4))
    corrected = read_plan(path)
    assert bake(corrected, pantry, folder)
    assert len(kitchen.trained) == 3
    card = collect(corrected, pantry.registry, folder, tmp_path / "v.parquet")
    assert (card.licence, card.source) == ("CC0-1.0", "corrected")


def test_a_folder_of_an_earlier_version_goes_on_and_gets_its_plan_but_not_another_ones(
    kitchen: Kitchen, tmp_path: Path
) -> None:
    pantry, folder = Pantry.build(tmp_path / "pantry"), tmp_path / "baking"
    plan = small_plan(tmp_path / "one.json")
    kitchen.fail_at = keys_of(plan, pantry)[1]
    with pytest.raises(KeyboardInterrupt):
        bake(plan, pantry, folder)
    (folder / FILE).unlink()  # as earlier versions left it
    other = small_plan(tmp_path / "other.json", seeds=[7])
    for again in (
        lambda: bake(other, pantry, folder),
        lambda: collect(other, pantry.registry, folder, tmp_path / "v.parquet"),
    ):
        with pytest.raises(AnotherPlanError, match="none of what is baked there"):
            again()
    assert not (folder / FILE).exists()
    kitchen.fail_at = ""
    assert bake(plan, pantry, folder)
    assert kitchen.trained == keys_of(plan, pantry)
    assert read_plan(folder / FILE) == plan


def test_collecting_writes_no_plan_and_needs_none(kitchen: Kitchen, tmp_path: Path) -> None:
    pantry, folder = Pantry.build(tmp_path / "pantry"), tmp_path / "baking"
    plan = small_plan(tmp_path / "one.json")
    bake(plan, pantry, folder)
    (folder / FILE).unlink()
    assert collect(plan, pantry.registry, folder, tmp_path / "v.parquet").rows == 6
    assert not (folder / FILE).exists()


def test_a_kept_plan_that_is_damaged_is_named_with_its_folder(
    kitchen: Kitchen, tmp_path: Path
) -> None:
    pantry, folder = Pantry.build(tmp_path / "pantry"), tmp_path / "baking"
    plan = small_plan(tmp_path / "one.json")
    bake(plan, pantry, folder)
    (folder / FILE).write_text("{")
    with pytest.raises(FileFormatError, match=f"{folder.name}/{FILE}") as caught:
        bake(plan, pantry, folder)
    assert "--folder" in caught.value.hint
