from __future__ import annotations

from pathlib import Path

import pytest

from cli.cli_calls import Call
from haversack.pantry.pantry import Pantry
from haversack.recipe.sppr import to_sppr
from haversack.services.capture import capture
from services.kits import light_recipe, put_volume


@pytest.fixture
def smoke(call: Call, pantry: Pantry) -> str:
    told = call("recipe", "new", "--task", "detection", "--name", "smoke", "--json")
    assert told.code == 0, told.err
    return str(told.json["id"])


def test_a_new_recipe_is_filled_and_listed(call: Call, smoke: str) -> None:
    (listed,) = call("recipe", "list", "--json").json
    assert listed["id"] == smoke
    assert listed["state"] == "needs preparing" and listed["missing_slots"] == []
    shown = call("recipe", "show", smoke[:8]).out
    assert "smoke" in shown and "trainer.optimizer" in shown and "AdamW" in shown


def test_new_takes_slots_and_options_at_once(call: Call, pantry: Pantry) -> None:
    told = call(
        "recipe", "new", "--task", "classification", "optimizer=SGD", "train.num_epochs=7",
        "train.precision=32", "loggers=CSV", "loggers=TensorBoard", "early_stop=Patience", "--json",
    )  # fmt: skip
    assert told.code == 0, told.err
    assert told.json["ingredients"]["trainer.optimizer"] == "optimizer/sgd@1"
    assert told.json["options"]["trainer.num_epochs"] == 7
    assert told.json["options"]["trainer.precision"] == "32"
    assert "loggers.1" in told.json["ingredients"]


def test_an_empty_recipe_is_incomplete_and_cannot_be_trained(call: Call, pantry: Pantry) -> None:
    told = call("recipe", "new", "--task", "detection", "--empty", "--name", "bare", "--json")
    assert told.json["state"] == "incomplete" and "model" in told.json["unset"]
    told = call("train", "bare", "--json")
    assert told.code == 5 and "model" in told.json["message"]
    assert not list(pantry.runs_folder.glob("*"))


def test_set_replaces_the_recipe_and_keeps_its_name(call: Call, smoke: str) -> None:
    told = call("recipe", "set", "smoke", "train.num_epochs=9", "early_stop=none", "--json")
    assert told.json["options"]["trainer.num_epochs"] == 9
    assert told.json["id"] != smoke
    assert [r["name"] for r in call("recipe", "list", "--json").json] == ["smoke"]
    call("recipe", "set", "smoke", "train.num_epochs=8", "--keep")
    assert len(call("recipe", "list", "--json").json) == 2


@pytest.mark.parametrize(
    ("assignment", "word"),
    [
        ("train.num_epochs=0", "1 to 10000"),
        ("train.num_epochs=many", "1 to 10000"),
        ("optimizer=Adamz", "AdamW"),
        ("no_such_slot=AdamW", "no"),
        ("backbone=EfficientNet", "Choose one"),
    ],
)
def test_what_is_not_allowed_exits_with_5_and_changes_nothing(
    call: Call, smoke: str, assignment: str, word: str
) -> None:
    told = call("recipe", "set", "smoke", assignment)
    assert told.code == 5 and word in told.err
    assert [r["id"] for r in call("recipe", "list", "--json").json] == [smoke]


def test_a_word_without_an_equals_sign_is_wrong_usage(call: Call, smoke: str) -> None:
    assert call("recipe", "set", "smoke", "optimizer").code == 2


def test_options_lists_what_fits_a_slot(call: Call, smoke: str) -> None:
    titles = [
        option["title"] for option in call("recipe", "options", "smoke", "optimizer", "--json").json
    ]
    assert titles == ["AdamW", "SGD"]
    assert call("recipe", "options", "smoke", "nonsense").code == 5


def test_options_say_which_of_them_need_a_network_first(
    call: Call, smoke: str, pantry: Pantry
) -> None:
    backbones = call("recipe", "options", "smoke", "backbone", "--json").json
    assert len(backbones) == 3
    for one in backbones:
        architecture = one["kind"].partition("@")[0].rpartition("/")[2]
        assert (one["here"], one["lacking"]) == (False, [f"weights/{architecture}"])
    shown = call("recipe", "options", "smoke", "backbone").out
    assert shown.count("needs preparing with a network") == 3
    capture(light_recipe(pantry).assets(), pantry)
    sets = call("recipe", "options", "smoke", "data_generator", "--json").json
    lacking = {one["kind"].partition("@")[0]: one["lacking"] for one in sets}
    assert lacking["data/sets/url/detection/smoke-pascal-like"] == []
    cut_outs = "data/sets/composed/detection/cut-out-scenes"
    assert lacking[cut_outs] == ["datasets/photo-cut-outs"]
    lines = call("recipe", "options", "smoke", "data_generator").out.splitlines()
    (line,) = [line for line in lines if "smoke-pascal-like" in line]
    assert "  here  " in line
    shown = call("recipe", "options", "smoke", "optimizer").out
    assert "nothing to fetch" in shown and "needs preparing" not in shown


def test_a_recipe_travels_as_text(call: Call, smoke: str, tmp_path: Path) -> None:
    file = tmp_path / "smoke.sppr"
    assert call("recipe", "export", "smoke", "-o", str(file)).code == 0
    assert call("recipe", "export", "smoke").out.strip() == file.read_text().strip()
    told = call("recipe", "import", str(file), "--name", "again", "--json")
    assert told.json["id"] == smoke and told.json["name"] == "again"


@pytest.mark.parametrize("content", ["", "{}", "no json", '{"format": "haversack-recipe/9"}'])
def test_a_damaged_text_is_refused_without_a_traceback(
    call: Call, pantry: Pantry, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "bad.sppr"
    file.write_text(content)
    told = call("recipe", "import", str(file), "--json")
    assert told.code in (1, 5) and told.json["message"]
    assert call("recipe", "list", "--json").json == []


def test_an_unknown_recipe_lists_what_there_is(call: Call, smoke: str) -> None:
    assert call("recipe", "new", "--task", "segmentation", "--name", "other").code == 0
    told = call("recipe", "show", "smok")
    assert told.code != 0 and "Did you mean: smoke?" in told.err
    told = call("recipe", "show", "zzz")
    assert told.code != 0 and "It holds: other, smoke." in told.err


def test_training_without_the_files_says_which_are_missing(call: Call, smoke: str) -> None:
    told = call("train", "smoke", "--json")
    assert told.code == 1
    assert "tf_efficientnet_lite0" in told.json["message"]
    assert "open a bundle" in told.json["hint"]
    remedy = "recipe set smoke model.backbone.use_pretrained=false"
    assert told.json["hint"].endswith(f"haversack {remedy}")
    assert call(*remedy.split()).code == 0
    told = call("train", "smoke", "--json")
    assert "datasets/digits" in told.json["message"] and "lite0" not in told.json["message"]
    assert "use_pretrained" not in told.json["hint"], "data cannot be done without"
    told = call("recipe", "set", "smoke", "model=SSDLite320", "model.weights=published")
    assert told.code == 0, told.err
    assert call("train", "smoke", "--json").json["hint"].endswith("smoke model.weights=none")


def test_set_fills_what_is_empty_with_defaults_when_asked(call: Call, pantry: Pantry) -> None:
    call("recipe", "new", "--task", "detection", "--empty", "--name", "bare")
    told = call("train", "bare", "--json")
    assert told.json["hint"].endswith(": haversack recipe set bare --default")
    told = call("recipe", "set", "bare", "optimizer=SGD", "--default", "--json")
    assert told.code == 5, "an optimizer needs a trainer to be put into"
    told = call("recipe", "set", "bare", "--default", "--json")
    assert told.code == 0 and told.json["unset"] == []


def test_a_name_that_is_taken_is_refused_and_its_recipe_stays(call: Call, smoke: str) -> None:
    told = call("recipe", "new", "--task", "classification", "--name", "smoke", "--json")
    assert told.code == 2 and "already" in told.json["message"]
    call("recipe", "new", "--task", "classification", "--name", "other")
    assert call("recipe", "set", "other", "--name", "smoke").code == 2
    assert call("recipe", "show", "smoke", "--json").json["id"] == smoke
    assert call("recipe", "set", "smoke", "--name", "smoke").code == 0


@pytest.mark.parametrize("text", ["no recipe", "{}", "[1]", ""])
def test_a_text_that_is_no_recipe_is_an_invalid_recipe(
    call: Call, pantry: Pantry, tmp_path: Path, text: str
) -> None:
    (tmp_path / "some.sppr").write_text(text)
    told = call("recipe", "import", str(tmp_path / "some.sppr"), "--pantry", str(pantry.path))
    assert told.code == 5, told.err


def test_importing_and_cooking_take_no_name_that_is_in_use(
    call: Call, pantry: Pantry, tmp_path: Path
) -> None:
    light = light_recipe(pantry, "golden")
    capture(light.assets(), pantry)
    put_volume(pantry, tmp_path, [to_sppr(light)])
    (tmp_path / "golden.sppr").write_text(to_sppr(light))
    taken = call("recipe", "new", "--task", "classification", "--name", "taken", "--json").json
    cook = ("recipe", "cook", "1", "--volume", "xval_det")
    for words in (("recipe", "import", str(tmp_path / "golden.sppr")), cook):
        told = call(*words, "--name", "taken", "--json")
        assert told.code == 2 and "'taken' already" in told.json["message"]
        assert [one["id"] for one in call("recipe", "list", "--json").json] == [taken["id"]]
    told = call(*cook, "--name", "free", "--json")
    assert told.code == 0 and told.json["name"] == "free", told.err


def test_the_same_recipe_under_another_name_says_that_the_first_name_is_gone(
    call: Call, pantry: Pantry, tmp_path: Path
) -> None:
    light = light_recipe(pantry, "first")
    capture(light.assets(), pantry)
    pantry.recipes.save(light)
    put_volume(pantry, tmp_path, [to_sppr(light)])
    (tmp_path / "same.sppr").write_text(to_sppr(light))
    call("recipe", "set", "first", "train.num_epochs=7", "--name", "seventh", "--keep")
    names = ["first", "second", "third"]
    for words in (
        ("recipe", "cook", "1", "--volume", "xval_det"),
        ("recipe", "import", str(tmp_path / "same.sppr")),
    ):
        told = call(*words, "--name", names[1], "--json")
        said = f"note: {names[0]!r} was this very recipe; it is called {names[1]!r} now"
        assert told.code == 0 and said in told.err
        del names[0]
    assert "note:" not in call("recipe", "import", str(tmp_path / "same.sppr"), "--json").err
    epochs = f"train.num_epochs={light['train.num_epochs']}"
    told = call("recipe", "set", "seventh", epochs, "--json")
    assert "note: 'third' was this very recipe; it is called 'seventh' now" in told.err
    assert "note:" not in call("recipe", "set", "seventh", "--name", "asked", "--json").err


def test_a_gpu_that_is_not_there_starts_no_run(call: Call, smoke: str, pantry: Pantry) -> None:
    told = call("train", smoke, "--devices", "cuda:999", "--json")
    assert told.code == 2 and "cuda:999" in told.json["message"] and told.json["hint"]
    assert not list(pantry.runs_folder.glob("*"))


def test_an_option_without_its_ingredient_is_answered_with_the_whole_path(
    call: Call, smoke: str
) -> None:
    told = call("recipe", "set", "smoke", "num_epochs=3", "--json")
    assert told.code == 5 and "trainer.num_epochs" in told.json["hint"]


def test_an_unknown_recipe_is_wrong_usage(call: Call, pantry: Pantry) -> None:
    for words in (("recipe", "show"), ("train",), ("prepare",)):
        assert call(*words, "nothing").code == 2
