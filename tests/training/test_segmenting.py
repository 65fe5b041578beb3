"""Segmentation from scenes with masks to a picture, an ONNX file and a measurement."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from haversack.data.generate.digit_scenes import digit_scenes
from haversack.data.geometry import mask_from_square, to_square
from haversack.data.sample import NOT_JUDGED, Boxes, Mask, Sample
from haversack.recipe.tree import Recipe
from haversack.training.builders.augmentations import mirror
from haversack.training.inference.drawing import draw_mask
from haversack.training.jobs.evaluate import evaluate
from haversack.training.jobs.measure import measure
from haversack.training.jobs.predict import predict
from haversack.training.jobs.train import train
from haversack.training.judging import pictures
from haversack.training.judging.judgement import Mistake
from haversack.training.loading.batches import collate
from haversack.training.loop import showing
from haversack.training.tasks.pixel_head import PixelHead, dice_loss
from haversack.training.tasks.segmentation import SegmentationTask
from training_desk import DIGITS, Desk, small_recipe


@dataclass
class Segmenter:
    recipe: Recipe
    checkpoint: Path
    result: dict[str, Any]
    desk: Desk


@pytest.fixture(scope="module")
def segmenter(tmp_path_factory: pytest.TempPathFactory) -> Segmenter:
    desk = Desk(tmp_path_factory.mktemp("segmenter"))
    recipe = small_recipe(
        "segmentation",
        model__image_size=64,
        model__head_channels=16,
        data__data_generator__train_scenes=24,
        data__data_generator__validation_scenes=8,
        data__data_generator__scene_size=64,
        trainer__num_epochs=2,
    )
    result = train(desk.work(recipe, "train", "run"))
    return Segmenter(recipe, desk.folder / "run/checkpoints/best", result, desk)


def test_a_mask_is_where_the_digits_of_the_same_scene_are() -> None:
    masked = digit_scenes(DIGITS, 6, 1, masks=True)["train"]
    boxed = digit_scenes(DIGITS, 6, 1)["train"]
    assert masked.classes[0] == "background"
    for number in range(6):
        mask, boxes = masked[number].target, boxed[number].target
        assert isinstance(mask, Mask)
        assert isinstance(boxes, Boxes)
        assert (masked[number].image == boxed[number].image).all()
        outside = mask.labels.copy()
        for (left, top, right, bottom), label in zip(
            boxes.xyxy.astype(int), boxes.labels, strict=True
        ):
            inside = mask.labels[top:bottom, left:right]
            assert set(np.unique(inside)) == {0, label + 1}
            for edge in (inside[0], inside[-1], inside[:, 0], inside[:, -1]):
                assert edge.any()  # the box is as tight as the mask
            outside[top:bottom, left:right] = 0
        assert not outside.any()


def test_a_squared_mask_keeps_its_labels_and_comes_back() -> None:
    labels = np.zeros((20, 40), np.uint8)
    labels[5:15, 10:30] = 7
    squared = to_square(Sample(np.zeros((20, 40, 3), np.uint8), Mask(labels), "a"), 80)
    assert isinstance(squared.target, Mask)
    assert squared.image.shape == (80, 80, 3)
    assert set(np.unique(squared.target.labels[:40])) == {0, 7}
    assert (squared.target.labels[40:] == NOT_JUDGED).all()
    assert (mask_from_square(squared.target.labels, labels.shape) == labels).all()


def test_a_mirrored_mask_follows_its_picture() -> None:
    labels = np.arange(12, dtype=np.uint8).reshape(3, 4)
    sample = mirror(Sample(np.stack([labels] * 3, axis=2), Mask(labels), "a"))
    assert isinstance(sample.target, Mask)
    assert (sample.image[..., 0] == sample.target.labels).all()
    assert sample.target.labels[0, 0] == 3


def test_what_is_not_judged_changes_neither_loss_nor_metrics() -> None:
    task = SegmentationTask(3, PixelHead(3, 1.0))
    labels = np.asarray([[0, 1], [2, NOT_JUDGED]], np.uint8)
    batch = collate([Sample(np.zeros((2, 2, 3), np.uint8), Mask(labels), "a")])
    logits = torch.nn.functional.one_hot(torch.tensor([[[0, 1], [2, 0]]]), 3)
    logits = logits.permute(0, 3, 1, 2) * 50.0
    changed = logits.clone()
    changed[..., 1, 1] = torch.tensor([-9.0, 3.0, 60.0])
    losses = [float(task.loss((given,), batch)["loss"]) for given in (logits, changed)]
    assert losses[0] == pytest.approx(losses[1])
    meter = task.meter()
    meter.update((changed,), batch)
    assert meter.compute() == {"miou": 1.0, "pixel_accuracy": 1.0}


def test_the_dice_loss_is_near_0_for_the_truth_and_greater_for_anything_else() -> None:
    wanted = torch.randint(0, 3, (2, 8, 8), generator=torch.Generator().manual_seed(0))
    right = torch.nn.functional.one_hot(wanted, 3).permute(0, 3, 1, 2) * 50.0
    assert float(dice_loss(right, wanted)) == pytest.approx(0, abs=1e-5)
    assert float(dice_loss(right.roll(1, 1), wanted)) > 0.9


def test_a_segmenter_learns_and_evaluates_to_what_training_said(segmenter: Segmenter) -> None:
    metrics = segmenter.result["metrics"]
    assert set(metrics) == {"loss", "miou", "pixel_accuracy"}
    losses = list(segmenter.desk.curve("train/loss").values())
    assert np.mean(losses[-2:]) < losses[0]
    work = segmenter.desk.work(
        segmenter.recipe, "evaluate", "eval", checkpoint=segmenter.checkpoint
    )
    judged = evaluate(work)["metrics"]
    assert judged == pytest.approx({k: metrics[k] for k in judged}, abs=1e-6)


@pytest.mark.usefixtures("short_energy")
def test_its_onnx_file_agrees_with_torch_and_is_measured(segmenter: Segmenter) -> None:
    work = segmenter.desk.work(
        segmenter.recipe,
        "measure",
        "onnx",
        checkpoint=segmenter.checkpoint,
        options={"seconds": 0.3, "min_runs": 20},
    )
    result = measure(work)
    assert 0 <= result["max_abs_diff"] < 1e-3
    assert result["p50_ms"] > 0
    assert result["metrics"]["pixel_accuracy"] == pytest.approx(
        segmenter.result["metrics"]["pixel_accuracy"], abs=0.005
    )


def test_a_prediction_is_a_mask_of_the_picture_and_a_drawing(
    segmenter: Segmenter, tmp_path: Path
) -> None:
    path = tmp_path / "wide.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (90, 200, 3), np.uint8)).save(path)
    work = segmenter.desk.work(
        segmenter.recipe, "predict", "given", checkpoint=segmenter.checkpoint, inputs=(path,)
    )
    (entry,) = predict(work)["predictions"]
    with Image.open(work.run_dir / entry["mask"]) as mask:
        seen = set(np.unique(np.asarray(mask)).tolist())
        assert mask.size == (200, 90)
    classes = ("background", *"0123456789")
    assert {classes[number] for number in seen} == set(entry["labels"])
    assert len(entry["scores"]) == len(entry["labels"])
    with Image.open(work.run_dir / entry["file"]) as drawn:
        assert drawn.size == (400, 180)


def _beside(logits: torch.Tensor) -> torch.Tensor:
    """Give shares: a 0 in a picture twice as wide as high, a 4 in the grey beside it."""
    size = logits.shape[-1]
    shares = torch.zeros_like(logits)
    shares[:, 1, : size // 2] = 0.75
    shares[:, 5, size // 2 :] = 1.0
    return shares


def test_nothing_is_said_of_the_grey_beside_a_picture(
    segmenter: Segmenter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SegmentationTask, "scores", lambda _self, outputs: _beside(outputs[0]))
    path = tmp_path / "wide.png"
    Image.new("RGB", (200, 100)).save(path)
    work = segmenter.desk.work(
        segmenter.recipe, "predict", "beside", checkpoint=segmenter.checkpoint, inputs=(path,)
    )
    (entry,) = predict(work)["predictions"]
    assert (entry["labels"], entry["scores"]) == (["0"], [0.75])
    with Image.open(work.run_dir / entry["mask"]) as mask:
        assert set(np.unique(np.asarray(mask)).tolist()) == {1}


def test_pictures_of_a_training_name_no_class_of_the_grey_beside_them(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    named: list[list[str]] = []

    def note(image: Any, mask: Any, labels: list[str], colours: list[int]) -> Image.Image:
        named.append(labels)
        return draw_mask(image, mask, labels, colours)

    monkeypatch.setattr(SegmentationTask, "scores", lambda _self, outputs: _beside(outputs[0]))
    monkeypatch.setattr(showing, "draw_mask", note)
    monkeypatch.setattr(pictures, "draw_mask", note)
    wide = Sample(np.zeros((32, 64, 3), np.uint8), Mask(np.zeros((32, 64), np.uint8)), "wide")
    dataset = _Same(wide)
    task = SegmentationTask(11, PixelHead(11, 1.0))
    module = SimpleNamespace(
        task=task,
        device=torch.device("cpu"),
        network=lambda images: (images.new_zeros(4, 11, 64, 64),),
    )
    monkeypatch.setattr(showing, "TaskModule", SimpleNamespace)
    work = desk.work(small_recipe("segmentation"), "train", "run")
    trainer = SimpleNamespace(current_epoch=0, sanity_checking=False)
    watcher = showing.Showing(work, dataset, dataset.classes, 64, 1)
    watcher.on_validation_epoch_end(trainer, module)  # type: ignore[arg-type] # all that is asked of them
    assert named == [["0"]] * 4
    named.clear()
    (whole,) = task.predict((torch.zeros(1, 11, 64, 64),))
    pictures.show(Mistake(1.0, 0, "", whole), dataset, dataset.classes, 64)
    assert named == [["0"], ["background"]]  # what was said is drawn first, then what is so


class _Same:
    """A dataset that is the same picture four times."""

    classes = ("background", *"0123456789")

    def __init__(self, sample: Sample) -> None:
        self._sample = sample

    def __len__(self) -> int:
        return 4

    def __getitem__(self, index: int) -> Sample:
        return self._sample
