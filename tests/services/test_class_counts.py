"""Class distribution: how often each class stands in the data that a volume was measured on."""

from __future__ import annotations

import json
import re
import tarfile
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data.test_cut_outs import package, package_members
from haversack.base.resources import resource
from haversack.catalog.scenes import CutOutScenes, MaskedCutOutScenes
from haversack.data.generate.cut_outs import CLASSES, convert_package
from haversack.pantry.pantry import Pantry
from haversack.recipe.sppr import to_sppr
from haversack.recipe.tree import Recipe
from haversack.services.bake.collect import collect
from haversack.services.bake.plan import read_plan, units
from haversack.services.bake.stages import measured_file, trained_file
from haversack.services.capture import capture
from haversack.services.class_counts import class_counts, dataset_counts
from haversack.services.datasets import as_answer, import_data
from haversack.services.golden_rows import dataset_name
from haversack.volume.errors import VolumeFormatError
from haversack.volume.volume import Volume
from haversack.volume.write import write_volume
from services.kits import SMOKE, light_recipe, stocked_pantry


def smoke_counts() -> Counter[str]:
    """Count the objects in the annotations of the shipped set, without our reader."""
    with tarfile.open(resource("data/smoke-voc.tar")) as tar:
        texts = [tar.extractfile(one) for one in tar if one.name.endswith(".xml")]
        contents = [file.read().decode() for file in texts if file is not None]
    return Counter(re.findall(r"<object>\s*<name>(.*?)</name>", "".join(contents)))


def volume(folder: Path, recipe: Recipe | None, **card: object) -> Volume:
    rows: list[dict[str, object]] = [
        {"dataset": "Smoke", "sppr": to_sppr(recipe) if recipe else None, "od_inf_rate_ms": 1.0},
        {"dataset": "ImageNet", "od_inf_rate_ms": 2.0},
        {"dataset": None, "od_inf_rate_ms": 3.0},
    ]
    write_volume(folder / "measured.parquet", rows, {"task": "detection", **card})
    return Volume.open(folder / "measured.parquet")


def test_the_classes_of_a_set_in_the_pantry_are_counted(tmp_path: Path) -> None:
    pantry = stocked_pantry(tmp_path / "pantry")
    found = class_counts(volume(tmp_path, light_recipe(pantry)), pantry)
    assert found == {"Smoke": dict(smoke_counts()), "ImageNet": None}
    assert sum((found["Smoke"] or {}).values()) > 10


def test_what_neither_the_card_nor_the_pantry_tells_is_unknown(tmp_path: Path) -> None:
    empty = Pantry.build(tmp_path / "empty")
    opened = volume(tmp_path, light_recipe(empty))
    assert class_counts(opened) == class_counts(opened, empty) == {"Smoke": None, "ImageNet": None}


def test_a_card_carries_the_counts_to_where_the_set_is_not(tmp_path: Path) -> None:
    opened = volume(tmp_path, None, classes={"ImageNet": {"tench": 1300, "goldfish": 1299}})
    told = class_counts(opened)
    assert told == {"ImageNet": {"tench": 1300, "goldfish": 1299}, "Smoke": None}
    assert opened.describe()["card"]["classes"]["ImageNet"]["tench"] == 1300


@pytest.mark.parametrize("classes", [{"a": {"b": -1}}, {"a": 3}, ["a"], {"a": {"b": "many"}}])
def test_counts_that_are_none_are_no_card(tmp_path: Path, classes: object) -> None:
    with pytest.raises(VolumeFormatError, match="classes"):
        volume(tmp_path, None, classes=classes)
    assert not (tmp_path / "measured.parquet").exists()


def test_a_volume_that_names_no_data_set_has_no_classes(tmp_path: Path) -> None:
    (tmp_path / "plain.csv").write_text("id,od_inf_rate_ms\n1,2\n")
    assert class_counts(Volume.open(tmp_path / "plain.csv")) == {}


def test_an_imported_set_is_named_and_counted_as_itself(tmp_path: Path) -> None:
    pantry = Pantry.build(tmp_path / "pantry")
    for label, count in (("bolt", 4), ("nut", 6)):
        folder = tmp_path / "parts" / label
        folder.mkdir(parents=True)
        for number in range(count):
            pixels = np.full((8, 8, 3), 9 * number + len(label), np.uint8)
            Image.fromarray(pixels).save(folder / f"{number}.png")
    import_data(tmp_path / "parts", pantry, "parts")
    recipe = Recipe.empty(pantry.registry, "classification", pantry.path)
    recipe.fill_empty_recursively({"data_generator": as_answer(pantry, "parts")})
    assert dataset_name(recipe) == "parts"
    assert dataset_counts(recipe, pantry) == {"bolt": 4, "nut": 6}
    write_volume(tmp_path / "mine.parquet", [{"dataset": "parts", "od_inf_rate_ms": 1.0}], {})
    opened = Volume.open(tmp_path / "mine.parquet")
    assert class_counts(opened, pantry) == {"parts": {"bolt": 4, "nut": 6}}


def test_composed_scenes_are_counted_by_their_digits(tmp_path: Path) -> None:
    pytest.importorskip("sklearn", reason="the digits come with scikit-learn")
    pantry = Pantry.build(tmp_path / "pantry")
    counted = {}
    for task in ("detection", "segmentation"):
        name = f"data/sets/composed/{task}/digit-scenes"
        recipe = Recipe.empty(pantry.registry, task, pantry.path)
        recipe.fill_empty_recursively({"data_generator": name})
        recipe["data_generator.train_scenes"], recipe["data_generator.validation_scenes"] = 9, 3
        capture(tuple(one for one in recipe.assets() if "digits" in one.name), pantry)
        counted[task] = dataset_counts(recipe, pantry) or {}
    assert list(counted["detection"]) == list("0123456789")
    assert sum(counted["detection"].values()) >= 12
    assert counted["segmentation"]["background"] == 12, "pictures that have the class"
    assert max(counted["segmentation"].values()) == 12
    recipe["data_generator.train_scenes"] = 100_000
    assert dataset_counts(recipe, pantry) is None, "too many to compose for a look"


def on(pantry: Pantry, task: str, title: str, **sources: str) -> Recipe:
    within = {f"data.data_generator.{slot}": source for slot, source in sources.items()}
    recipe = Recipe.empty(pantry.registry, task, pantry.path)
    recipe.fill_empty_recursively({"data_generator": title, **within})
    return recipe


def test_sets_made_of_others_are_counted_as_what_is_left_of_those(tmp_path: Path) -> None:
    pantry = stocked_pantry(tmp_path / "pantry")
    whole = smoke_counts()
    joined = on(pantry, "detection", "Joined", first=SMOKE, second=SMOKE)
    assert dataset_counts(joined, pantry) == {name: 2 * n for name, n in whole.items()}
    chosen = on(pantry, "detection", "Class selector", source=SMOKE)
    chosen["data.data_generator.keep"] = "fire"
    assert dataset_counts(chosen, pantry) == {"fire": whole["fire"]}
    part = on(pantry, "detection", "Random subset", source=SMOKE)
    part["data.data_generator.share"] = part["data.data_generator.validation_share"] = 0.5
    counted = dataset_counts(part, pantry) or {}
    assert set(counted) == set(whole) and 0 < sum(counted.values()) < whole.total()
    assert dataset_counts(part, Pantry.build(tmp_path / "empty")) is None


def test_scenes_of_photo_cut_outs_are_counted_by_their_kinds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    convert_package(package(tmp_path / "stamps.deb", package_members()), tmp_path / "cut.tar")
    pantry = Pantry.build(tmp_path / "pantry")
    digest, _ = pantry.store.take_file(tmp_path / "cut.tar")
    asset = CutOutScenes.asset.model_copy(update={"sha256": digest})
    for scenes in (CutOutScenes, MaskedCutOutScenes):
        monkeypatch.setattr(scenes, "asset", asset)
    counted = {}
    for task, title in (
        ("detection", "Cut-out scenes"),
        ("segmentation", r"Cut-out scenes \(segmentation\)"),
    ):
        recipe = on(pantry, task, title)
        recipe["data_generator.train_scenes"], recipe["data_generator.validation_scenes"] = 9, 3
        counted[task] = dataset_counts(recipe, pantry) or {}
    assert list(counted["detection"]) == list(CLASSES)
    assert sum(counted["detection"].values()) >= 12
    assert counted["segmentation"]["background"] == 12


def test_a_baked_volume_carries_the_classes_of_its_data(tmp_path: Path) -> None:
    pantry = stocked_pantry(tmp_path / "pantry")
    told = json.loads(resource("plans/xval_det.json").read_text())
    told["cases"] = [{"data.data_generator": "Smoke"}]
    (tmp_path / "plan.json").write_text(json.dumps(told))
    plan = read_plan(tmp_path / "plan.json")
    folder = tmp_path / next(iter(units(plan, pantry.registry))).key
    folder.mkdir()
    trained = {"train": {"metrics": {"map_50": 0.5}}, "finished": 1_700_000_000.0, "exports": {}}
    trained_file(folder).write_text(json.dumps(trained))
    figures = dict.fromkeys(("parameters", "macs", "peak_memory_bytes", "energy_mJ"))
    measured = {"p50_ms": 2.5, "size": 10, "metrics": None, "avg_cpu_freq_Hz": None, **figures}
    measured_file(folder, "int8").write_text(json.dumps(measured))
    card = collect(plan, pantry.registry, tmp_path, tmp_path / "baked.parquet", pantry)
    assert card.classes == {"Smoke": dict(smoke_counts())}
    assert class_counts(Volume.open(tmp_path / "baked.parquet")) == card.classes
