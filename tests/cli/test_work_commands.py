from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.cli_calls import Call
from data.byod.mask_sets import indexed
from data.byod.sets import digits_folder, save
from haversack.pantry.pantry import Pantry

pytestmark = pytest.mark.torch


def test_a_recipe_is_trained_evaluated_exported_and_tried(
    call: Call, tiny: str, tmp_path: Path
) -> None:
    told = call("train", tiny, "--limit-batches", "2", "--json")
    assert told.code == 0, told.err
    assert told.json["state"]["status"] == "finished"
    assert (Path(told.json["folder"]) / "checkpoints/best/model.safetensors").is_file()
    told = call("evaluate", "last", "--limit-batches", "1", "--json")
    assert told.code == 0 and "accuracy" in told.json["state"]["result"]["metrics"], told.err
    out = tmp_path / "model.onnx"
    told = call("export", "last", "-o", str(out), "--json")
    assert told.code == 0 and told.json["state"]["result"]["max_abs_diff"] < 1e-3, told.err
    assert out.stat().st_size == told.json["state"]["result"]["size"]
    told = call("predict", "last", "--json")
    assert told.code == 0, told.err
    pictures = [p["path"] for p in told.json["state"]["products"] if p["path"].endswith(".png")]
    assert pictures and all((Path(told.json["folder"]) / path).is_file() for path in pictures)
    assert [r["kind"] for r in call("runs", "list", "--json").json] == [
        "train", "evaluate", "export", "predict",
    ]  # fmt: skip


def test_ctrl_c_leaves_a_training_that_can_be_resumed(call: Call, tiny: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "haversack", "train", tiny, "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("train"):
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    state = json.loads(out)["state"]
    assert state["status"] == "stopped" and state["checkpoint"] == "checkpoints/last"
    told = call("runs", "show", "last")
    assert "haversack runs resume" in told.out


def test_own_pictures_are_checked_imported_trained_on_and_exported(
    call: Call, tiny: str, tmp_path: Path
) -> None:
    folder = digits_folder(tmp_path / "threes-and-sevens")
    (folder / "digit 3" / "broken.png").write_bytes(b"no picture")
    told = call("data", "check", str(folder), "--json")
    assert told.code == 0, told.err
    assert told.json["format"] == "imagefolder"
    assert told.json["classes"] == {"digit 3": 8, "digit 7": 8}
    assert [p["file"] for p in told.json["problems"]] == ["digit 3/broken.png"]
    assert call("data", "list", "--json").json == []
    told = call("data", "import", str(folder), "--name", "mine", "--licence", "BSD-3-Clause")
    assert told.code == 0 and "use it with --data mine" in told.out, told.err
    assert [one["name"] for one in call("data", "list", "--json").json] == ["mine"]
    shown = call("data", "show", "mine", "--json").json
    assert shown["pictures"] == {"train": 12, "val": 4}
    told = call("train", tiny, "--data", "mine", "--limit-batches", "2", "--json")
    assert told.code == 0, told.err
    out = tmp_path / "model.onnx"
    told = call("export", "last", "-o", str(out), "--json")
    assert told.code == 0 and out.is_file(), told.err
    made = call(
        "recipe", "new", "--task", "classification", "--name", "on mine", "data_generator=mine"
    )
    assert made.code == 0, made.err
    assert "mine" in call("recipe", "show", "on mine").out
    assert call("data", "import", str(folder), "--task", "detection").code == 2


def test_own_masks_are_trained_on_and_a_set_without_labels_but_no_bare_folder_is_looked_at(
    call: Call, pantry: Pantry, tmp_path: Path
) -> None:
    del pantry  # it is the one that the calls use
    for at in range(3):
        save(tmp_path / "new", f"{at}.jpg", at)
    for folder in (indexed(tmp_path / "masked"), tmp_path / "new"):
        told = call("data", "import", str(folder), "--json")
        assert told.code == 0, told.err
    made = call(
        "recipe", "new", "--task", "segmentation", "--name", "areas", "data_generator=masked",
        "backbone.use_pretrained=false", "model.image_size=64", "model.head_channels=16",
        "data.batch_size=4", "trainer.num_epochs=1",
    )  # fmt: skip
    assert made.code == 0, made.err
    told = call("train", "areas", "--json")
    assert told.code == 0, told.err
    assert 0 <= told.json["state"]["result"]["metrics"]["miou"] <= 1
    told = call("predict", "last", "--data", "new", "--json")
    assert told.code == 0, told.err
    found = told.json["state"]["result"]["predictions"]
    assert [one["name"] for one in found] == ["0.jpg", "1.jpg", "2.jpg"]
    assert all((Path(told.json["folder"]) / one["mask"]).is_file() for one in found)
    runs = len(call("runs", "list", "--json").json)
    told = call("predict", "last", str(tmp_path / "new"))
    assert told.code == 2 and "--format unlabeled" in told.err
    assert len(call("runs", "list", "--json").json) == runs
    out = tmp_path / "model.onnx"
    assert call("export", "last", "-o", str(out), "--json").code == 0
    assert call("train", "areas", "--data", "new", "--json").code == 2


@pytest.mark.parametrize(
    "words",
    [
        ("export", "last", "-o"),
        ("evaluate", "last", "--report"),
        ("data", "check", "{folder}", "--problems"),
        ("data", "show", "mine", "--report"),
        ("volume", "bake", "{plan}", "-o"),
    ],
)
def test_a_folder_in_the_place_of_a_file_is_refused_before_the_work_is_done(
    call: Call, pantry: Pantry, tmp_path: Path, words: tuple[str, ...]
) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text("{}")
    called = [word.format(folder=tmp_path, plan=plan) for word in words]
    told = call(*called, str(tmp_path))
    assert told.code == 2 and "is a directory" in told.err
