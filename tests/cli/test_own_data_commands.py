"""Imported sets on the command line: what their names stand for, and what takes their place."""

from __future__ import annotations

from pathlib import Path

from cli.cli_calls import Call
from data.byod.sets import csv_set, image_folder
from haversack.pantry.pantry import Pantry

NEW = ("recipe", "new", "--task", "classification", "--name", "signs")


def test_a_recipe_is_set_to_an_imported_set_by_its_name(
    call: Call, pantry: Pantry, tmp_path: Path
) -> None:
    for name, folder in (
        ("first", image_folder(tmp_path / "1")),
        ("later", csv_set(tmp_path / "2")),
    ):
        assert call("data", "import", str(folder), "--name", name).code == 0
    assert call(*NEW, "data_generator=first").code == 0
    for slot in ("data_generator", "data.data_generator"):
        told = call("recipe", "set", "signs", f"{slot}=later")
        assert told.code == 0, told.err
        assert "datasets/own/later" in {one.name for one in pantry.recipes.load("signs").assets()}
        assert call("recipe", "set", "signs", "data_generator=first").code == 0
    told = call("recipe", "set", "signs", "data_generator=Random subset")
    assert told.code == 0, told.err
    told = call("recipe", "set", "signs", "data.data_generator.source=later")
    assert told.code == 0, told.err
    assert "datasets/own/later" in {one.name for one in pantry.recipes.load("signs").assets()}


def test_an_empty_recipe_begins_with_an_imported_set(
    call: Call, pantry: Pantry, tmp_path: Path
) -> None:
    assert call("data", "import", str(csv_set(tmp_path / "set")), "--name", "mine").code == 0
    told = call(*NEW, "--empty", "data=Pipeline", "data_generator=mine")
    assert told.code == 0, told.err
    assert "datasets/own/mine" in {one.name for one in pantry.recipes.load("signs").assets()}
