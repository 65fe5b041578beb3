"""Imported sets on the command line: what their names stand for, and what takes their place."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.cli_calls import Call
from data.byod.sets import coco, csv_set, image_folder
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


def test_a_misspelt_set_is_answered_with_those_of_the_pantry_the_nearest_first(
    call: Call, pantry: Pantry, tmp_path: Path
) -> None:
    for name, folder in (("nuts", tmp_path / "1"), ("bolts", tmp_path / "2")):
        assert call("data", "import", str(image_folder(folder)), "--name", name).code == 0
    assert call(*NEW, "data_generator=nuts", "backbone.use_pretrained=false").code == 0
    runs = pantry.runs_folder
    for words in (
        ("train", "signs", "--data", "bolds"),
        ("recipe", "set", "signs", "data_generator=bolds"),
    ):
        told = call(*words)
        assert told.code == 5 and "no data set is called 'bolds'" in told.err
        assert "The nearest first, there are: bolts; nuts." in told.err
    assert not runs.exists() or not list(runs.iterdir())


def test_an_imported_set_of_another_task_does_not_hide_a_shipped_set_of_its_name(
    call: Call, pantry: Pantry, tmp_path: Path
) -> None:
    assert call("data", "import", str(coco(tmp_path / "set")), "--name", "Digits").code == 0
    shipped = {"datasets/digits"}
    told = call(*NEW, "data_generator=Digits")
    assert told.code == 0, told.err
    assert shipped < {one.name for one in pantry.recipes.load("signs").assets()}
    told = call(*NEW[:-1], "empty", "--empty", "data=Pipeline", "data_generator=digits")
    assert told.code == 0, told.err
    assert {one.name for one in pantry.recipes.load("empty").assets()} == shipped
    boxes = ("recipe", "new", "--task", "detection", "--name", "boxes", "data_generator=Digits")
    assert call(*boxes).code == 0
    assert "datasets/own/Digits" in {one.name for one in pantry.recipes.load("boxes").assets()}


def test_what_can_fill_a_data_slot_names_the_imported_sets_for_its_task(
    call: Call, pantry: Pantry, tmp_path: Path
) -> None:
    for name, folder in (("signs", csv_set(tmp_path / "1")), ("boxes", coco(tmp_path / "2"))):
        assert call("data", "import", str(folder), "--name", name).code == 0
    assert call(*NEW).code == 0
    listed = call("recipe", "options", "signs", "data_generator")
    assert "each named by itself: signs\n" in listed.out
    as_json = call("recipe", "options", "signs", "data_generator", "--json").json
    named = {one["title"]: one["imported"] for one in as_json if one["imported"]}
    assert named == {"Own pictures": ["signs"]}
    assert "named by itself" not in call("recipe", "options", "signs", "optimizer").out


def test_an_empty_recipe_begins_with_an_imported_set(
    call: Call, pantry: Pantry, tmp_path: Path
) -> None:
    assert call("data", "import", str(csv_set(tmp_path / "set")), "--name", "mine").code == 0
    told = call(*NEW, "--empty", "data=Pipeline", "data_generator=mine")
    assert told.code == 0, told.err
    assert "datasets/own/mine" in {one.name for one in pantry.recipes.load("signs").assets()}


def test_pictures_that_take_the_name_of_others_are_told_with_the_recipes_that_lack_those(
    call: Call, pantry: Pantry, tmp_path: Path
) -> None:
    first, later = image_folder(tmp_path / "1"), csv_set(tmp_path / "2")
    for _ in range(2):
        told = call("data", "import", str(first), "--name", "mine")
        assert told.code == 0 and "before" not in told.out, told.err
    assert call(*NEW, "data_generator=mine", "backbone.use_pretrained=false").code == 0
    told = call("data", "import", str(later), "--name", "mine")
    assert told.code == 0, told.err
    assert f"other pictures were called mine before, from {first}" in told.out
    remedy = "recipe set signs data_generator=mine"
    assert f"haversack {remedy}" in told.out
    refused = call("train", "signs")
    assert refused.code == 1 and "recipe set RECIPE data_generator=NAME" in refused.err
    assert "network" not in refused.err
    assert call(*remedy.split()).code == 0
    assert "datasets/own/mine" not in pantry.recipes.list()[0].missing_assets


def test_a_folder_whose_name_cannot_be_a_sets_is_answered_with_the_option_for_one(
    call: Call, pantry: Pantry, tmp_path: Path
) -> None:
    told = call("data", "import", str(csv_set(tmp_path / "Meine Bilder")))
    assert told.code == 2 and "--name" in told.err
    told = call("data", "import", str(tmp_path / "Meine Bilder"), "--name", "Fl\u00e4chen")
    assert told.code == 2 and "letters of a to z" in told.err


@pytest.mark.parametrize("licence", [None, "CC0-1.0"])
def test_imported_pictures_whose_licence_nobody_stated_are_pointed_out_before_packing(
    call: Call, pantry: Pantry, tmp_path: Path, secret: str, licence: str | None
) -> None:
    stated = ("--licence", licence) if licence else ()
    folder = image_folder(tmp_path / "mine")
    assert call("data", "import", str(folder), "--name", "mine", *stated).code == 0
    assert call(*NEW, "data_generator=mine", "backbone.use_pretrained=false").code == 0
    call("keys", "new", "team", "--passphrase-file", secret)
    words = ("pack", str(tmp_path / "KIT"), "--key", "team", "--passphrase-file", secret)
    planned, told = call(*words, "--plan", "--json"), call(*words)
    assert told.code == 0, told.err
    (item,) = [one for one in planned.json["items"] if one["kind"] == "dataset"]
    assert (item["caution"] is None) == (licence is not None)
    cautions = [line for line in told.err.splitlines() if line.startswith("caution")]
    assert [line.rpartition(": ")[2] for line in cautions] == ([] if licence else [item["path"]])
    assert f"{licence or 'not stated'} (1), own (1)" in told.err
    (shown,) = [one for one in call("inspect", words[1]).out.splitlines() if "licences" in one]
    assert (licence or "not stated") in shown


def test_where_the_page_about_a_set_was_written_is_said(
    call: Call, pantry: Pantry, tmp_path: Path
) -> None:
    assert call("data", "import", str(csv_set(tmp_path / "set")), "--name", "mine").code == 0
    page = tmp_path / "mine.html"
    told = call("data", "show", "mine", "--report", str(page))
    assert told.code == 0 and page.is_file(), told.err
    assert f"written to {page}" in told.out
    assert "written to" not in call("data", "show", "mine").out
