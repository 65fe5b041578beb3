from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cli.cli_calls import Call
from haversack.base.resources import resource
from haversack.pantry.pantry import Pantry
from haversack.services.bake import oven
from haversack.services.bake.failed import Baked
from haversack.volume.write import write_volume
from services.fake_kitchen import Kitchen, keys_of, small_plan

TABLE = "backbone,latency,acc,remark\ntf_efficientnet_lite0.x,2,70,=1+1\nother_net.y,1,60,b\n"


def _import(call: Call, tmp_path: Path, *words: str) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    told = call(
        "volume", "import", str(tmp_path / "t.csv"), "--map", "od_inf_rate_ms=latency",
        "--name", "mine", "--task", "classification", "--device", "Board", "--licence", "CC0-1.0",
        "--json", *words,
    )  # fmt: skip
    assert told.code == 0, told.err
    assert told.json["report"]["taken_columns"]["od_inf_rate_ms"] == "latency"
    assert told.json["report"]["dropped_columns"] == ["remark"]


def test_an_imported_table_is_listed_shown_and_queried(
    call: Call, pantry: Pantry, tmp_path: Path
) -> None:
    _import(call, tmp_path)
    (listed,) = call("volume", "list", "--json").json
    assert (listed["name"], listed["rows"], listed["licence"]) == ("mine", 2, "CC0-1.0")
    assert call("volume", "show", "mine", "--json").json["hardware"] == {"Board": 2}
    assert call("pareto", "mine", "--json").json["ids"] == [2, 1]


def test_a_table_whose_licence_nobody_stated_says_so_in_words(
    call: Call, pantry: Pantry, tmp_path: Path
) -> None:
    _import(call, tmp_path, "--licence", "NOASSERTION")
    listed = call("volume", "list").out
    assert "not stated" in listed and "NOASSERTION" not in listed
    assert call("volume", "list", "--json").json[0]["licence"] == "NOASSERTION"


def test_a_row_without_a_recipe_is_cooked_from_its_backbone_or_names_what_is_missing(
    call: Call, pantry: Pantry, tmp_path: Path
) -> None:
    _import(call, tmp_path)
    told = call("recipe", "cook", "2", "--volume", "mine", "--json")
    assert told.code == 1 and "hf:timm/other_net.y" in told.json["message"]
    assert "tf_efficientnet_lite0" in told.json["hint"]
    assert call("recipe", "list", "--json").json == [], "it fails before anything is made"


def test_volumes_are_merged_into_a_file(call: Call, pantry: Pantry, tmp_path: Path) -> None:
    _import(call, tmp_path)
    _import(call, tmp_path, "--name", "other")
    told = call("volume", "merge", "mine", "other", "--name", "both", "-o", str(tmp_path), "--json")
    assert told.code == 0, told.err
    assert (tmp_path / "both.parquet").is_file() and (tmp_path / "both.card.json").is_file()
    assert told.json["volumes"][0]["rows"] == 4


def test_bad_mappings_and_formats_are_wrong_usage(
    call: Call, pantry: Pantry, tmp_path: Path
) -> None:
    (tmp_path / "t.csv").write_text(TABLE)
    for words in (["--map", "nothing"], ["--as", "excel"], ["--map", "od_inf_rate_ms=none"]):
        assert call("volume", "import", str(tmp_path / "t.csv"), *words).code == 2
    assert call("volume", "import", str(tmp_path / "no.csv")).code == 2
    assert call("volume", "list", "--json").json == []


@pytest.mark.torch
def test_the_installed_torchvision_tells_of_its_weights(call: Call, pantry: Pantry) -> None:
    told = call("volume", "import", "torchvision", "--json")
    assert told.code == 0, told.err
    assert {card["task"] for card in told.json["volumes"]} == {
        "classification", "detection", "segmentation",
    }  # fmt: skip
    found = call("pareto", "torchvision_classification", "--metric", "if_inf_size", "--json").json
    assert len(found["ids"]) > 3 and found["metric_custom_name"] == "x times smaller"


def test_a_sample_is_drawn_evenly_and_always_the_same(
    call: Call, pantry: Pantry, tmp_path: Path
) -> None:
    _import(call, tmp_path)
    told = call("volume", "show", "mine", "--sample", "9", "--json").json
    assert [row["id"] for row in told["sample"]] == [1, 2]
    assert call("volume", "show", "mine", "--json").json["sample"] == []


def test_show_tells_the_classes_of_the_data_and_says_plainly_where_they_are_unknown(
    call: Call, pantry: Pantry, tmp_path: Path
) -> None:
    rows = [{"dataset": name, "od_inf_rate_ms": 1.0} for name in ("Parts", "ImageNet")]
    card = {"classes": {"Parts": {"bolt": 30, "nut": 12}}}
    write_volume(tmp_path / "told.parquet", rows, card)
    shown = call("volume", "show", str(tmp_path / "told.parquet"))
    assert shown.code == 0 and "bolt" in shown.out and "30" in shown.out
    assert "unknown" in shown.out
    assert sum(line.startswith("Parts") for line in shown.out.splitlines()) == 1, "named once"
    told = call("volume", "show", str(tmp_path / "told.parquet"), "--json").json
    assert told["classes"] == {"Parts": {"bolt": 30, "nut": 12}, "ImageNet": None}
    (tmp_path / "plain.csv").write_text("id,od_inf_rate_ms\n1,2\n")
    plain = call("volume", "show", str(tmp_path / "plain.csv")).out
    assert "the volume names no data set" in " ".join(plain.split())


def test_a_bake_trains_as_many_recipes_at_a_time_as_is_asked(
    call: Call, pantry: Pantry, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def bake(*_: Any, jobs: int, **__: Any) -> Baked:
        asked.append(jobs)
        return Baked(is_measured=False, rows=0)

    monkeypatch.setattr(oven, "bake", bake)
    plan = str(resource("plans/xval_cls.json"))
    assert call("volume", "bake", plan).code == 0
    assert call("volume", "bake", plan, "--jobs", "3").code == 0
    assert asked == [1, 3]
    assert call("volume", "bake", plan, "--jobs", "0").code == 2


def test_a_bake_of_which_a_unit_fails_shelves_the_others_tells_it_last_and_exits_with_1(
    call: Call, pantry: Pantry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kitchen = Kitchen(monkeypatch)
    keys = keys_of(small_plan(tmp_path / "plan.json", name="small"), pantry)
    kitchen.failing = set(keys)
    none = call("volume", "bake", str(tmp_path / "plan.json"), "--json")
    assert none.code == 1 and [one["unit"] for one in none.json["failed"]] == keys
    assert pantry.volumes.list() == []
    kitchen.failing = {keys[0]}
    told = call("volume", "bake", str(tmp_path / "plan.json"))
    assert told.code == 1
    *_, rows, failed, hint, again = told.out.splitlines()
    assert rows.startswith("small: 4 rows, on the shelf")
    assert failed.startswith(f"failed: {keys[0]}, training: {keys[0]} was burnt")
    assert hint.strip() == "Turn the heat down."
    assert again.startswith("The same command tries it again")
    assert pantry.volumes.list() == ["small"]
    kitchen.failing = set()
    done = call("volume", "bake", str(tmp_path / "plan.json"), "--json")
    assert done.code == 0 and done.json["card"]["rows"] == 6
