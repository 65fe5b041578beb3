"""A set that another tool wrote is imported, trained on, exported, and comes out unchanged."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from data.byod.mask_sets import CLASSES, truth
from data.byod.other_tools import COUNT, NAMES, WRITTEN, Written
from data.byod.sets import BOXES, SIDE
from data.writers.test_round_trips import same
from haversack.data.byod.shard import Shard
from haversack.data.sample import Boxes, Mask, Sample
from haversack.data.writers.formats import formats_for
from haversack.pantry.pantry import Pantry
from haversack.recipe.fill import Answers
from haversack.runs.spec import Limits
from haversack.services.dataset_output import export_data
from haversack.services.datasets import as_answer, import_data, set_file
from haversack.training.jobs.export import export
from haversack.training.jobs.predict import predict
from haversack.training.jobs.train import train
from long_form import LONG_FORM
from training_desk import Desk, small_recipe, spec_of

ALWAYS = ("csv by pandas", "masks by scikit-image")
SMALL: dict[str, dict[str, object]] = {
    "classification": {"backbone__name": "test_resnet", "backbone__weights": "none"},
    "detection": {"model__head_channels": 16},
    "segmentation": {},
}


def imported(name: str, folder: Path) -> tuple[Pantry, Written]:
    written = WRITTEN[name]
    if importlib.util.find_spec(written.tool) is None:
        pytest.skip(f"{written.tool} is not installed")
    (folder / "set").mkdir()
    written.write(folder / "set")
    pantry = Pantry.build(folder / "pantry")
    task = written.task if written.outlines else None
    kept, checked = import_data(folder / "set", pantry, "brought", task=task)
    assert (checked.format, kept.task, checked.problems) == (written.form, written.task, ())
    return pantry, written


def shard_of(pantry: Pantry, name: str) -> Shard:
    return Shard(set_file(pantry, name).path)


def has_what_was_written(sample: Sample, written: Written, classes: tuple[str, ...]) -> None:
    """See that a picture has the labels that the tool was given."""
    if isinstance(sample.target, Boxes):
        assert [classes[label] for label in sample.target.labels] == [name for name, _ in BOXES]
        wanted = [box for _, box in BOXES]
        np.testing.assert_allclose(sample.target.xyxy, wanted, atol=max(1e-5, written.within))
    elif isinstance(sample.target, Mask):
        assert classes == CLASSES
        np.testing.assert_array_equal(sample.target.labels, truth())
    else:
        assert classes[sample.target] == NAMES[int(Path(sample.name).stem[-1]) % 2]


@pytest.mark.parametrize("name", WRITTEN)
def test_a_set_of_another_tool_is_read_and_comes_out_unchanged(tmp_path: Path, name: str) -> None:
    pantry, written = imported(name, tmp_path)
    shard = shard_of(pantry, "brought")
    assert len(shard) == (6 if name.endswith("its layout") else COUNT)
    for data in shard.splits().values():
        for at in range(len(data)):
            assert data[at].image.shape == (SIDE, SIDE, 3)
            if written.task != "unlabeled":
                has_what_was_written(data[at], written, data.classes)
    for form in formats_for(written.task):
        export_data(pantry, "brought", form, tmp_path / form)
        import_data(tmp_path / form, pantry, form, task=written.task)
        same(shard, shard_of(pantry, form))


@pytest.mark.parametrize("name", WRITTEN)
def test_a_set_of_another_tool_trains_an_epoch_and_its_model_is_exported(
    desk: Desk, name: str
) -> None:
    if name not in ALWAYS and not LONG_FORM:
        pytest.skip("the other formats train in the nightly form")
    pantry, written = imported(name, desk.folder)
    file = set_file(pantry, "brought")
    is_looked_at = written.task == "unlabeled"
    task = "classification" if is_looked_at else written.task
    answers: Answers = {} if is_looked_at else {"data_generator": as_answer(pantry, "brought")}
    if task == "classification":
        answers = {**answers, "backbone": "Another timm architecture"}
    recipe = small_recipe(
        task,
        answers,
        model__image_size=64,
        data__batch_size=4,
        trainer__num_epochs=1,
        **SMALL[task],
    )
    limits = Limits(limit_batches=2, batch_size=4)
    if is_looked_at:
        train(desk.work(recipe, "train", "run", limits=limits))
    else:
        result = train(desk.work(recipe, "train", "run", assets=(file,)))
        assert (result["epochs"], len(desk.curve("train/loss")) > 0) == (1, True)
        assert np.isfinite(list(desk.curve("train/loss").values())).all()
    best = desk.folder / "run/checkpoints/best"
    if is_looked_at:
        given = {"assets": (*spec_of(recipe, "predict", desk.folder).assets, file)}
        options = {"data": [file.name]}
        work = desk.work(recipe, "predict", "look", checkpoint=best, options=options, **given)
        assert len(predict(work)["predictions"]) == COUNT
        return
    written_file = export(desk.work(recipe, "export", "onnx", checkpoint=best, assets=(file,)))
    assert (desk.folder / "onnx" / str(written_file["file"])).stat().st_size > 1000
