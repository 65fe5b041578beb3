from __future__ import annotations

import csv
import io
import sys
from pathlib import Path

import pytest

from cli.cli_calls import Call
from haversack.pantry.pantry import Pantry
from haversack.recipe.sppr import to_sppr
from haversack.recipe.tree import replace_data_generator
from haversack.services.capture import capture
from haversack.volume.write import volume_bytes, write_volume
from services.kits import light_recipe, put_volume

ROWS = [
    {
        "id": number,
        "hardware": "a board",
        "quantization": "int8" if number % 2 else "float32",
        "backbone": "=HYPERLINK(1)" if number == 1 else f"net-{number}",
        "od_inf_rate_ms": rate,
        "relative_task_metric": accuracy,
    }
    for number, rate, accuracy in [
        (1, 2.0, 0.5), (2, 4.0, 0.8), (3, 8.0, 1.0), (4, 8.0, 0.7), (5, None, 0.9),
    ]
]  # fmt: skip
CARD = {"task": "detection", "licence": "CC0-1.0"}


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "small.parquet"
    write_volume(path, ROWS, CARD)
    return str(path)


def test_the_exact_front_of_a_file_comes_best_first(call: Call, file: str) -> None:
    told = call("pareto", file, "--json")
    assert told.code == 0, told.err
    answer = told.json
    assert answer["ids"] == [1, 2, 3]
    assert [row["od_inf_rate_ms_converted"] for row in answer["rows"]] == [4.0, 2.0, 1.0]
    assert answer["metric_custom_name"] == "x times faster"
    assert sum(answer["excluded"].values()) == 1
    shown = call("pareto", file).out
    assert "x times faster" in shown and "haversack recipe cook 1" in shown
    (cause,) = answer["excluded"]
    assert f"not measured or not usable: {cause}: 1\n" in shown


@pytest.mark.parametrize(("sets", "is_told"), [(("a",), False), (("a", "b"), True)])
def test_a_mean_over_data_sets_is_told_where_the_front_has_several(
    call: Call, tmp_path: Path, sets: tuple[str, ...], is_told: bool
) -> None:
    rows = [{**ROWS[number], "id": number + 1, "dataset": name} for number, name in enumerate(sets)]
    write_volume(tmp_path / "sets.parquet", rows, CARD)
    told = call("pareto", str(tmp_path / "sets.parquet"))
    assert told.code == 0 and ("several data sets" in told.out) is is_told


def test_where_top_method_and_order_reach_the_query(call: Call, file: str) -> None:
    told = call("pareto", file, "--where", "quantization == 'float32'", "--json").json
    assert told["ids"] == [2]
    told = call(
        "pareto", file, "--method", "fuzzy", "--top", "2", "--sort-by", "paretoness", "--json"
    ).json
    assert len(told["ids"]) == 2
    ranks = [row["paretoness"] for row in told["rows"]]
    assert ranks == sorted(ranks, reverse=True)


def test_top_with_the_exact_front_is_warned_about(call: Call, file: str) -> None:
    assert "warning:" in call("pareto", file, "--top", "2", "--json").err


@pytest.mark.parametrize(
    "words",
    [
        ("--metric", "nonsense"),
        ("--method", "guess"),
        ("--sort-by", "luck"),
        ("--where", "import os"),
        ("--method", "fuzzy", "--top", "0"),
    ],
)
def test_a_wrong_question_is_wrong_usage(call: Call, file: str, words: tuple[str, ...]) -> None:
    told = call("pareto", file, *words, "--json")
    assert told.code == 2 and told.json["hint"]


def test_csv_is_whole_and_starts_no_formula(call: Call, file: str, tmp_path: Path) -> None:
    out = tmp_path / "front.csv"
    assert call("pareto", file, "--csv", str(out)).code == 0
    rows = list(csv.DictReader(out.open()))
    assert [row["id"] for row in rows] == ["1", "2", "3"]
    assert rows[0]["backbone"] == "'=HYPERLINK(1)"
    told = call("pareto", file, "--csv", "-")
    assert list(csv.DictReader(io.StringIO(told.out))) == rows


def test_a_plot_is_drawn_and_a_wrong_ending_refused(call: Call, file: str, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra `plot` is not installed")
    out = tmp_path / "front.png"
    assert call("pareto", file, "--plot", str(out)).code == 0
    assert out.read_bytes().startswith(b"\x89PNG")
    assert call("pareto", file, "--plot", str(tmp_path / "front.exe")).code == 2


def test_a_plot_without_matplotlib_names_the_extra(
    call: Call, file: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    told = call("pareto", file, "--plot", str(tmp_path / "front.png"))
    assert told.code == 2 and "haversack[plot]" in told.err
    assert not (tmp_path / "front.png").exists()


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no table", b"PAR1" + bytes(40) + b"PAR1"])
def test_a_damaged_file_is_one_line(call: Call, tmp_path: Path, content: bytes) -> None:
    bad = tmp_path / "bad.parquet"
    bad.write_bytes(content)
    told = call("pareto", str(bad))
    assert told.code == 1 and "should not happen" not in told.err
    assert len(told.err.splitlines()) == 2


def test_a_volume_on_the_shelf_is_listed_shown_and_asked_by_name(
    call: Call, pantry: Pantry
) -> None:
    assert call("volume", "list", "--json").json == []
    pantry.volumes.put("small", volume_bytes(ROWS), {"name": "small", **CARD, "rows": 5})
    (item,) = call("volume", "list", "--json").json
    assert item["name"] == "small"
    shown = call("volume", "show", "small", "--json").json
    assert shown["rows"] == 5 and shown["columns"]["od_inf_rate_ms"]["measured"] == 4
    assert "a board" in call("volume", "show", "small").out
    assert call("pareto", "small", "--json").json["ids"] == [1, 2, 3]
    told = call("pareto", "smal")
    assert told.code != 0 and "small" in told.err


@pytest.mark.parametrize("row", ["x", "-1", "99"])
def test_cooking_an_unknown_row_is_told(call: Call, pantry: Pantry, row: str) -> None:
    pantry.volumes.put("xval_det", volume_bytes(ROWS), {"name": "xval_det", **CARD, "rows": 5})
    told = call("recipe", "cook", "--json", "--", row)
    assert told.code == 2 and told.json["hint"]


def test_a_row_without_a_recipe_cannot_be_cooked(call: Call, pantry: Pantry) -> None:
    pantry.volumes.put("xval_det", volume_bytes(ROWS), {"name": "xval_det", **CARD, "rows": 5})
    assert call("recipe", "cook", "1", "--json").code == 5


@pytest.mark.parametrize("content", ["", "{}", '{"format": "haversack-bake-plan/1"}'])
def test_a_wrong_plan_is_refused_before_anything_is_baked(
    call: Call, pantry: Pantry, tmp_path: Path, content: str
) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(content)
    told = call("volume", "bake", str(plan), "--json")
    assert told.code == 1 and told.json["hint"]
    assert not (pantry.path / "baking").exists()


def _table(tmp_path: Path) -> str:
    path = tmp_path / "t.csv"
    path.write_text(
        "id,relative_task_metric,od_inf_rate_ms,od_size_MB,backbone\n"
        "1,0.5,1,4,=cmd\n2,0.9,1.2,4,b\n3,1.0,8,4,c\n4,0.4,2,1,d\n5,0.3,9,9,e\n"
    )
    return str(path)


def test_several_metrics_give_their_common_front_with_its_knee(call: Call, tmp_path: Path) -> None:
    told = call(
        "pareto", _table(tmp_path), "--metric", "od_inf_rate_ms", "--metric", "od_size_MB", "--json"
    )
    assert told.code == 0, told.err
    assert told.json["ids"] == [3, 2, 1, 4]
    assert told.json["knee"] in told.json["ids"]


def test_constraints_go_with_several_metrics(call: Call, tmp_path: Path) -> None:
    words = ["--metric", "od_inf_rate_ms", "--metric", "od_size_MB"]
    where = ["--where", "od_inf_rate_ms < 5 and od_size_MB < 3"]
    assert call("pareto", _table(tmp_path), *words, *where, "--json").json["ids"] == [4]
    nothing = call("pareto", _table(tmp_path), *words, "--where", "od_size_MB < 0", "--json")
    assert nothing.code == 1 and "no row" in nothing.json["message"]


def test_ranks_number_every_row(call: Call, tmp_path: Path) -> None:
    rows = call("pareto", _table(tmp_path), "--ranks", "--json").json["rows"]
    assert {row["id"]: row["front"] for row in rows} == {1: 1, 2: 1, 3: 1, 4: 2, 5: 3}
    assert {row["id"]: row["dominated_by"] for row in rows}[5] == 4


def test_the_table_of_ranks_is_safe_in_a_spreadsheet(call: Call, tmp_path: Path) -> None:
    told = call("pareto", _table(tmp_path), "--ranks", "--csv", "-")
    assert "'=cmd" in told.out and ",=cmd" not in told.out


def test_two_rows_are_compared(call: Call, tmp_path: Path) -> None:
    told = call("pareto", _table(tmp_path), "--compare", "3", "2", "--json")
    assert told.json["verdict"] == "a trade"
    assert [d["better"] for d in told.json["differences"]] == [1, 2]
    assert call("pareto", _table(tmp_path), "--compare", "3", "77").code == 2


def test_what_does_not_go_together_is_wrong_usage(call: Call, tmp_path: Path) -> None:
    for words in (["--method", "fuzzy"], ["--top", "3"], ["--plot", "x.png"]):
        assert call("pareto", _table(tmp_path), "--ranks", *words).code == 2


def test_an_unknown_volume_is_wrong_usage_with_near_names(call: Call, pantry: Pantry) -> None:
    told = call("pareto", "xval_dat", "--json")
    assert told.code == 2 and "xval_dat" in told.json["message"]


def test_what_is_the_same_in_all_rows_is_told_once_and_a_mixture_of_sets_is_named(
    call: Call, tmp_path: Path
) -> None:
    sets = {1: "Digits", 2: "Clothes", 3: "Digits", 4: "Clothes", 5: "Digits"}
    told = [{**row, "dataset": sets[int(str(row["id"]))], "od_task_metric": 0.4} for row in ROWS]
    write_volume(tmp_path / "mixed.parquet", told, CARD)
    path = str(tmp_path / "mixed.parquet")
    shown = call("pareto", path).out
    assert shown.count("a board") == 1 and "all of them: hardware a board" in shown
    assert "mean over all" in shown and "Clothes" in shown
    one = call("pareto", path, "--where", "dataset == 'Digits'").out
    assert "mean over all" not in one and "dataset Digits" in one


def test_the_front_says_which_rows_can_be_cooked_here_and_what_the_others_lack(
    call: Call, pantry: Pantry, tmp_path: Path
) -> None:
    ready = light_recipe(pantry)
    capture(ready.assets(), pantry)
    elsewhere = ready.copy()
    replace_data_generator(elsewhere, "Cut-out scenes")
    put_volume(pantry, tmp_path, [to_sppr(ready), to_sppr(elsewhere), ""])
    told = call("pareto", "xval_det", "--where", "id == 1", "--json").json["here"]
    assert told == {"ready": [1], "lacking": {}}
    shown = call("pareto", "xval_det", "--where", "id == 2").out
    assert "ready here: none" in shown
    assert "not here: datasets/photo-cut-outs (14.0 MB, GPL-2.0-or-later, from apt:" in shown
    assert "for 2" in shown
    assert "here" not in call("pareto", "xval_det", "--where", "id == 3").out
