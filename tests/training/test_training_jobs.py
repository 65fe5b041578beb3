"""One small trained network, taken through everything that can be done with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from PIL import Image

from haversack.base.digests import sha256_bytes
from haversack.data.errors import DataError
from haversack.recipe.tree import Recipe
from haversack.runs.events import Produced
from haversack.runs.spec import Limits
from haversack.training.checkpoint.folder import read_about
from haversack.training.errors import CheckpointError, TrainingError
from haversack.training.export import exporting
from haversack.training.export.about import OnnxAbout
from haversack.training.export.float32 import to_onnx
from haversack.training.inference.onnx_runner import open_onnx
from haversack.training.jobs.evaluate import evaluate
from haversack.training.jobs.export import export
from haversack.training.jobs.measure import measure
from haversack.training.jobs.predict import predict
from haversack.training.jobs.train import train
from long_form import LONG_FORM
from training_desk import Desk, small_recipe

long_form = pytest.mark.skipif(not LONG_FORM, reason="ten seconds more: the long form alone")
LIMITS = Limits(limit_batches=15, batch_size=16)
_models: dict[tuple[str, int, int], onnx.ModelProto] = {}


@pytest.fixture(autouse=True)
def each_network_is_traced_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What torch takes seconds for is shared by the files that are made of it."""
    monkeypatch.setattr(exporting, "to_onnx", _traced)


def _traced(network: torch.nn.Module, about: OnnxAbout, opset: int) -> onnx.ModelProto:
    weights = b"".join(value.numpy().tobytes() for value in network.state_dict().values())
    key = (sha256_bytes(weights), about.image_size, opset)
    if key not in _models:
        _models[key] = to_onnx(network, about, opset)
    model = onnx.ModelProto()
    model.CopyFrom(_models[key])
    return model


@dataclass
class Trained:
    recipe: Recipe
    checkpoint: Path
    result: dict[str, Any]
    desk: Desk

    @property
    def classes(self) -> tuple[str, ...]:
        return read_about(self.checkpoint).classes


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    desk = Desk(tmp_path_factory.mktemp("classifier"))
    recipe = small_recipe(
        "classification",
        {"augmentation": "None"},
        model__image_size=32,
        trainer__num_epochs=2,
        trainer__optimizer__learning_rate=3e-3,
    )
    result = train(desk.work(recipe, "train", "run", limits=LIMITS))
    return Trained(recipe, desk.folder / "run/checkpoints/best", result, desk)


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    desk = Desk(tmp_path_factory.mktemp("detector"))
    recipe = small_recipe(
        "detection",
        {"data_generator": "Smoke"},
        model__image_size=64,
        model__head_channels=16,
        model__score_threshold=0.0,
        model__max_detections=20,
        data__batch_size=8,
        trainer__num_epochs=1,
    )
    result = train(desk.work(recipe, "train", "run"))
    return Trained(recipe, desk.folder / "run/checkpoints/best", result, desk)


def test_training_gives_metrics_checkpoints_curves_and_a_log(classifier: Trained) -> None:
    assert classifier.result["checkpoint"] == "checkpoints/best"
    assert classifier.result["epochs"] == 2
    metrics = classifier.result["metrics"]
    assert set(metrics) == {"loss", "accuracy", "f1", "precision", "recall"}
    losses = list(classifier.desk.curve("train/loss").values())
    assert len(losses) == 30
    assert np.isfinite(losses).all()
    rates = list(classifier.desk.curve("train/learning_rate").values())
    assert rates[0] < max(rates) > rates[-1]
    roles = [e.path for e in classifier.desk.events if isinstance(e, Produced)]
    assert roles.count("checkpoints/last") == 2
    assert (classifier.checkpoint.parent.parent / "logs/metrics.csv").stat().st_size > 1000


def test_pictures_of_what_is_found_are_made_while_it_learns(
    classifier: Trained, detector: Trained
) -> None:
    for trained, epochs in ((classifier, 2), (detector, 1)):
        made = [e for e in trained.desk.events if isinstance(e, Produced) and e.role == "picture"]
        names = [f"pictures/epoch-{number:04d}.png" for number in range(1, epochs + 1)]
        assert [event.path for event in made] == names
        for event in made:
            with Image.open(trained.checkpoint.parents[1] / event.path) as picture:
                assert picture.width == 4 * picture.height


def test_a_checkpoint_evaluates_to_what_training_said_of_it(
    classifier: Trained, detector: Trained
) -> None:
    for trained, limits in ((classifier, LIMITS), (detector, Limits())):
        work = trained.desk.work(
            trained.recipe, "evaluate", "eval", checkpoint=trained.checkpoint, limits=limits
        )
        result = evaluate(work)
        wanted = {
            name: value for name, value in trained.result["metrics"].items() if name != "loss"
        }
        assert result["metrics"] == pytest.approx(wanted, abs=1e-6)
        report = json.loads((work.run_dir / "report.json").read_text())
        assert report["result"]["metrics"] == result["metrics"]
        judged = json.loads((work.run_dir / result["judgement"]).read_text())
        assert len(judged["classes"]) == len(judged["curves"]) == len(trained.classes)
        assert sum(map(sum, judged["confusion"])) >= result["samples"]
        page = (work.run_dir / result["page"]).read_text()
        assert all(name in page for name in trained.classes)
        assert page.count("data:image/jpeg") >= len(judged["mistakes"]) > 0


def test_a_judge_and_the_metrics_agree(classifier: Trained) -> None:
    work = classifier.desk.work(
        classifier.recipe, "evaluate", "agree", checkpoint=classifier.checkpoint, limits=LIMITS
    )
    result = evaluate(work)
    judged = json.loads((work.run_dir / result["judgement"]).read_text())
    matrix = np.asarray(judged["confusion"])
    assert matrix.trace() / matrix.sum() == pytest.approx(result["metrics"]["accuracy"])


def test_an_exported_file_agrees_with_torch_and_judges_alike(classifier: Trained) -> None:
    work = classifier.desk.work(
        classifier.recipe, "export", "onnx", checkpoint=classifier.checkpoint
    )
    result = export(work)
    path = work.run_dir / "model.onnx"
    assert result["file"] == "model.onnx"
    assert result["size"] == path.stat().st_size
    assert 0 < result["max_abs_diff"] < 1e-3
    content = path.read_bytes()
    assert str(Path.cwd()).encode() not in content  # nothing of the machine that made it
    model = onnx.load_from_string(content)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    for batch in (1, 5):
        (logits,) = session.run(None, {"images": np.zeros((batch, 3, 32, 32), np.float32)})
        assert logits.shape == (batch, 10)
    asked = classifier.desk.work(
        classifier.recipe, "evaluate", "onnx-eval", limits=LIMITS, options={"model": str(path)}
    )
    judged = evaluate(asked)
    assert judged["runtime"] == "onnxruntime"
    assert judged["metrics"]["accuracy"] == pytest.approx(
        classifier.result["metrics"]["accuracy"], abs=0.005
    )


@pytest.mark.usefixtures("short_energy")
def test_a_measurement_in_int8_says_what_it_is_and_what_it_could_not_measure(
    classifier: Trained,
) -> None:
    work = classifier.desk.work(
        classifier.recipe,
        "measure",
        "int8",
        checkpoint=classifier.checkpoint,
        limits=LIMITS,
        options={"precision": "int8", "seconds": 0.5},
    )
    result = measure(work)
    assert result["file"] == "model-int8.onnx"
    assert result["size"] < 0.5 * 4 * result["parameters"]
    assert 0 < result["p50_ms"] <= result["p90_ms"] <= result["p99_ms"]
    assert result["with_processing"]["p50_ms"] > 0
    assert result["runs"] >= 1
    assert result["macs"] > 1e6
    assert result["hardware"]
    assert result["versions"]["onnxruntime"] == onnxruntime.__version__
    assert result["metrics"]["accuracy"] == pytest.approx(
        classifier.result["metrics"]["accuracy"], abs=0.1
    )
    measured = ("peak_memory_bytes", "energy_mJ", "avg_cpu_freq_Hz", "gpu_memory_bytes")
    for name in measured:
        assert (result[name] is None) == (name in result["not_measured"]), name
        assert result[name] != 0
    assert "gpu_memory_bytes" in result["not_measured"]


@pytest.mark.usefixtures("short_energy")
def test_a_checkpoint_is_measured_in_torch_where_that_is_wanted(classifier: Trained) -> None:
    options = {"runtime": "torch", "seconds": 0.1, "accuracy": False}
    work = classifier.desk.work(
        classifier.recipe, "measure", "torch", checkpoint=classifier.checkpoint, options=options
    )
    result = measure(work)
    assert (result["runtime"], result["device"]) == ("torch", "cpu")
    assert (result["precision"], result["file"]) == ("float32", "model.safetensors")
    assert result["p50_ms"] > 0
    assert result["not_measured"]["peak_memory_bytes"] == "measured for exported files only"


def test_a_runtime_that_there_is_not_is_refused(classifier: Trained) -> None:
    options = {"runtime": "abacus"}
    work = classifier.desk.work(classifier.recipe, "measure", "none", options=options)
    with pytest.raises(TrainingError, match="'abacus' is no runtime"):
        measure(work)


@pytest.mark.parametrize(
    ("precision", "calibration", "share", "apart"),
    [
        ("float16", "minmax", 0.55, 0.02),
        ("int8", "entropy", 0.35, 0.1),
        pytest.param("int8", "percentile", 0.35, 0.1, marks=long_form),
    ],
)
def test_a_smaller_file_is_made_and_what_it_loses_is_recorded(
    classifier: Trained, precision: str, calibration: str, share: float, apart: float
) -> None:
    recipe = classifier.recipe.copy()
    recipe["export.calibration_images"] = 8
    work = classifier.desk.work(
        recipe,
        "export",
        f"{precision}-{calibration}",
        checkpoint=classifier.checkpoint,
        limits=LIMITS,
        options={"precision": precision, "calibration": calibration},
    )
    result = export(work)
    about = open_onnx(work.run_dir / result["file"]).about
    assert (about.precision, result["precision"]) == (precision, precision)
    is_int8 = precision == "int8"
    assert result["calibration"] == (calibration if is_int8 else None)
    assert about.calibration == (calibration if is_int8 else "")
    whole = (classifier.checkpoint / "model.safetensors").stat().st_size
    assert result["size"] < share * whole
    assert result["max_abs_diff"] > 0
    wanted = result["framework_metrics"]["accuracy"]
    assert wanted == classifier.result["metrics"]["accuracy"]
    assert result["metrics"]["accuracy"] == pytest.approx(wanted, abs=apart)


@pytest.mark.parametrize("precision", ["float16", "int8"])
def test_a_float32_export_of_the_same_checkpoint_is_not_traced_again(
    classifier: Trained, monkeypatch: pytest.MonkeyPatch, precision: str
) -> None:
    def exported(name: str, **options: str) -> bytes:
        work = classifier.desk.work(
            classifier.recipe,
            "export",
            name,
            checkpoint=classifier.checkpoint,
            options={**options, "accuracy": False},
        )
        return (work.run_dir / str(export(work)["file"])).read_bytes()

    exported("traced", precision="float32")
    wanted = exported(f"anew-{precision}", precision=precision)
    monkeypatch.delattr(exporting, "to_onnx")
    traced = str(classifier.desk.folder / "traced/model.onnx")
    assert exported(f"again-{precision}", precision=precision, traced=traced) == wanted


def test_a_float32_export_of_another_network_is_not_taken_for_this_one(
    classifier: Trained, tmp_path: Path
) -> None:
    options = {"precision": "float32", "accuracy": False}
    work = classifier.desk.work(
        classifier.recipe, "export", "own", checkpoint=classifier.checkpoint, options=options
    )
    model = onnx.load(work.run_dir / export(work)["file"])
    largest = max(model.graph.initializer, key=lambda weight: len(weight.raw_data))
    largest.raw_data = bytes(len(largest.raw_data))
    onnx.save(model, tmp_path / "other.onnx")
    work = work.with_options(precision="float16", traced=str(tmp_path / "other.onnx"))
    with pytest.raises(TrainingError, match="another network"):
        export(work)
    assert not (work.run_dir / "model-float16.onnx").exists()


def test_a_precision_or_calibration_that_is_none_is_refused(classifier: Trained) -> None:
    for options in ({"precision": "int3"}, {"calibration": "guess"}):
        work = classifier.desk.work(
            classifier.recipe, "export", "none", checkpoint=classifier.checkpoint, options=options
        )
        with pytest.raises(TrainingError, match=next(iter(options.values()))):
            export(work)
        assert not list(work.run_dir.glob("*.onnx"))


def test_predictions_on_validation_pictures_are_drawn(detector: Trained) -> None:
    work = detector.desk.work(
        detector.recipe, "predict", "look", checkpoint=detector.checkpoint, options={"samples": 3}
    )
    predictions = predict(work)["predictions"]
    assert len(predictions) == 3
    for entry in predictions:
        assert len(entry["labels"]) == len(entry["scores"]) == len(entry["boxes"])
        assert set(entry["labels"]) <= {"barrel", "fire", "smoke"}
        assert entry["scores"] == sorted(entry["scores"], reverse=True)
        with Image.open(work.run_dir / entry["file"]) as picture:
            assert picture.format == "PNG"
            assert picture.size == (320, 320)
    assert any(entry["boxes"] for entry in predictions)


def test_predictions_on_given_pictures_are_in_their_own_pixels(
    detector: Trained, tmp_path: Path
) -> None:
    path = tmp_path / "a wide one.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (90, 400, 3), np.uint8)).save(path)
    work = detector.desk.work(
        detector.recipe, "predict", "given", checkpoint=detector.checkpoint, inputs=(path,)
    )
    (entry,) = predict(work)["predictions"]
    assert entry["file"] == "predictions/0000-a-wide-one.png"
    boxes = np.asarray(entry["boxes"]).reshape(-1, 4)
    assert (boxes >= 0).all()
    assert (boxes <= [400, 90, 400, 90]).all()


def test_a_picture_that_cannot_be_read_is_named(classifier: Trained, tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    work = classifier.desk.work(
        classifier.recipe, "predict", "bad", checkpoint=classifier.checkpoint, inputs=(path,)
    )
    with pytest.raises(DataError, match=r"notes\.txt is not a picture"):
        predict(work)


def test_unreadable_pictures_are_left_out_and_told(classifier: Trained, tmp_path: Path) -> None:
    text, gone, good = (tmp_path / name for name in ("notes.txt", "gone.png", "good.png"))
    text.write_text("hello")
    Image.new("RGB", (40, 40)).save(good)
    work = classifier.desk.work(
        classifier.recipe, "predict", "some", checkpoint=classifier.checkpoint,
        inputs=(text, gone, good),
    )  # fmt: skip
    result = predict(work)
    assert [one["name"] for one in result["predictions"]] == ["good"]
    assert [one["file"] for one in result["unread"]] == [str(text), str(gone)]
    assert "left out: 2 pictures that cannot be read" in str(classifier.desk.events[-1])


def test_a_file_that_haversack_did_not_export_is_refused(
    classifier: Trained, tmp_path: Path
) -> None:
    foreign = tmp_path / "foreign.onnx"
    foreign.write_bytes(b"not onnx")
    work = classifier.desk.work(
        classifier.recipe, "evaluate", "foreign", options={"model": str(foreign)}
    )
    with pytest.raises(CheckpointError, match=r"foreign\.onnx is not an ONNX file"):
        evaluate(work)


def test_a_checkpoint_of_another_network_or_task_is_refused(
    classifier: Trained, detector: Trained
) -> None:
    other = classifier.recipe.copy()
    other.assign_ingredients("backbone", "EfficientNet-Lite1")
    other["model.backbone.use_pretrained"] = False
    work = classifier.desk.work(other, "evaluate", "other", checkpoint=classifier.checkpoint)
    with pytest.raises(CheckpointError, match="does not fit the recipe's network"):
        evaluate(work)
    work = classifier.desk.work(
        classifier.recipe, "evaluate", "task", checkpoint=detector.checkpoint
    )
    with pytest.raises(CheckpointError, match="the checkpoint is of detection"):
        evaluate(work)
