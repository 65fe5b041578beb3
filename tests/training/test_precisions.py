"""Every shipped network as float16 and int8: ONNX Runtime runs it, near to the float32 one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from haversack.catalog.shipped import registry
from haversack.recipe.tree import Recipe
from haversack.runs.spec import Limits
from haversack.training.builders.datasets import build_datasets
from haversack.training.jobs.export import export
from haversack.training.jobs.train import train
from haversack.training.loading.batches import as_input, collate
from haversack.training.loading.samples import SquaredSamples
from long_form import LONG_FORM
from smallest_models import MODELS, Model, smallest
from training_desk import Desk, small_recipe

pytestmark = [
    pytest.mark.torch,
    pytest.mark.slow,
    pytest.mark.skipif(not LONG_FORM, reason="minutes: the long form alone"),
]
ON_A_BACKBONE = [
    Model("Timm classifier", "classification", {"image_size": 32}, ()),
    Model("Centre-point detector", "detection", {"image_size": 64}, ()),
    Model("Feature pyramid", "segmentation", {"image_size": 64}, ()),
]
EVERY = [*ON_A_BACKBONE, *MODELS]


def test_no_shipped_network_is_left_out() -> None:
    shipped = {schema.meta.title for schema in registry().candidates("model")}
    assert shipped == {model.title for model in EVERY}


def _recipe(model: Model) -> Recipe:
    if model.task == "classification":
        return small_recipe(model.task, model__image_size=32, data__batch_size=8)
    return smallest(model)


@pytest.mark.parametrize("model", EVERY, ids=lambda model: model.title)
def test_each_precision_answers_nearly_as_float32_does(model: Model, desk: Desk) -> None:
    recipe, few = _recipe(model), Limits(limit_batches=2)
    recipe["trainer.num_epochs"] = 1
    train(desk.work(recipe, "train", "run", limits=few))
    checkpoint = desk.folder / "run/checkpoints/best"
    answers = {}
    for precision in ("float32", "float16", "int8"):
        options = {"precision": precision, "accuracy": precision == "int8"}
        work = desk.work(
            recipe, "export", precision, checkpoint=checkpoint, limits=few, options=options
        )
        result = export(work)
        answers[precision] = _answers(work.run_dir / result["file"], _pictures(desk, recipe))
    for wanted, half, small in zip(*answers.values(), strict=True):
        assert _apart(wanted, half) < 0.01
        assert _apart(wanted, small) < 0.1


def _apart(wanted: np.ndarray, found: np.ndarray) -> float:
    """Give the mean difference as a share of the largest answer; NaN where one is not finite."""
    return float(np.abs(found - wanted).mean() / np.abs(wanted).max())


def _pictures(desk: Desk, recipe: Recipe) -> np.ndarray:
    samples = build_datasets(desk.work(recipe, "export", "look"))["val"]
    squares = SquaredSamples(samples, int(str(recipe["model.image_size"])), None, 0)
    return as_input(collate([squares[(0, place)] for place in range(3)])["images"]).numpy()


def _answers(path: Path, pictures: np.ndarray) -> list[np.ndarray]:
    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    return list(session.run(None, {"images": pictures}))
