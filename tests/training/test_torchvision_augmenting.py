"""Augmentation by torchvision: targets follow the picture, and a sample depends on its place."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from haversack.catalog.shipped import registry
from haversack.catalog.torchvision_augmentations import (
    Torchvision,
    TorchvisionClassification,
    TorchvisionDetection,
    TorchvisionSegmentation,
)
from haversack.data.geometry import PADDING
from haversack.data.sample import NOT_JUDGED, Boxes, Mask, Sample
from haversack.recipe.sppr import from_sppr, to_sppr
from haversack.runs.spec import Limits
from haversack.training.builders.augmentations import build_augmentation
from haversack.training.jobs.train import train
from haversack.training.loading.batches import make_loader
from haversack.training.loading.samples import SquaredSamples
from training_desk import Desk, small_recipe, tiny_classifier

EDGE = 64
COLOURS = np.asarray([[255, 0, 0], [0, 255, 0], [0, 0, 255]], np.uint8)
STILL = {"brightness": 0.0, "contrast": 0.0, "saturation": 0.0}
"""Without these the colour of an object says what it is."""
MOVING: list[Torchvision] = [
    TorchvisionClassification(horizontal_flip=0.5, policy="trivial-augment-wide"),
    TorchvisionClassification(policy="rand-augment", hue=0.1),
    TorchvisionDetection(zoom_out=0.5, crop=1.0, horizontal_flip=0.5),
    TorchvisionSegmentation(zoom_out=0.5, horizontal_flip=0.5),
]

cells = st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(8, 18), st.integers(8, 18))
seeds = st.integers(0, 2**32)


def _places(drawn: list[tuple[int, int, int, int]]) -> np.ndarray[Any, Any]:
    """Give a box in each cell of a row, so that none covers another."""
    corners = [(3 + 20 * column, 3 + 20 * one[1]) for column, one in enumerate(drawn)]
    boxes = [(x, y, x + one[2], y + one[3]) for (x, y), one in zip(corners, drawn, strict=True)]
    return np.asarray(boxes, np.float32).reshape(-1, 4)


def _scene(drawn: list[tuple[int, int, int, int]]) -> tuple[Sample, Sample]:
    """Give the same coloured objects on black with their boxes and with a mask."""
    image, mask = np.zeros((EDGE, EDGE, 3), np.uint8), np.zeros((EDGE, EDGE), np.uint8)
    boxes, labels = _places(drawn), np.asarray([one[0] for one in drawn], np.int64)
    for (left, top, right, bottom), label in zip(boxes.astype(int), labels, strict=True):
        image[top:bottom, left:right] = COLOURS[label]
        mask[top:bottom, left:right] = label + 1
    return Sample(image, Boxes(boxes, labels), "scene"), Sample(image, Mask(mask), "scene")


def _varied(options: Torchvision, sample: Sample, seed: int) -> Sample:
    return build_augmentation(options)(sample, np.random.default_rng(seed))


@given(st.lists(cells, max_size=3), seeds)
@settings(max_examples=60, deadline=None)
def test_a_box_stays_on_its_object_and_within_the_picture(
    drawn: list[tuple[int, int, int, int]], seed: int
) -> None:
    options = TorchvisionDetection(
        zoom_out=0.5, crop=0.7, least_side=0.3, horizontal_flip=0.5, **STILL
    )
    varied = _varied(options, _scene(drawn)[0], seed)
    assert varied.image.shape == (EDGE, EDGE, 3)
    assert isinstance(varied.target, Boxes)
    boxes, labels = varied.target.xyxy, varied.target.labels
    assert boxes.dtype == np.float32
    assert labels.dtype == np.int64
    assert boxes.shape == (len(labels), 4)
    assert (boxes >= 0).all() and (boxes <= EDGE).all()
    assert (boxes[:, 2:] - boxes[:, :2] >= 1).all()
    for box, label in zip(boxes, labels, strict=True):
        left, top, right, bottom = np.round(box).astype(int)
        inside = varied.image[top:bottom, left:right].reshape(-1, 3).mean(0)
        assert inside.argmax() == label
        assert inside[label] - inside.min() > 60, "most of a box is its object, not ground"
    assert len(labels) <= len(drawn)
    if drawn:
        assert len(labels) > 0, "a crop keeps some object"


@given(st.lists(cells, max_size=3), seeds)
@settings(max_examples=60, deadline=None)
def test_a_mask_keeps_its_classes_and_lies_on_its_objects(
    drawn: list[tuple[int, int, int, int]], seed: int
) -> None:
    options = TorchvisionSegmentation(zoom_out=0.5, horizontal_flip=0.5, least_area=0.3, **STILL)
    before = _scene(drawn)[1]
    varied = _varied(options, before, seed)
    assert isinstance(varied.target, Mask)
    assert isinstance(before.target, Mask)
    mask = varied.target.labels
    assert mask.shape == (EDGE, EDGE)
    assert mask.dtype == np.uint8
    assert set(np.unique(mask)) <= {*np.unique(before.target.labels), NOT_JUDGED}
    ground = (varied.image == PADDING).all(2)
    off = np.sum(ground & (mask != NOT_JUDGED))
    for channel, colour in enumerate(COLOURS):
        there = mask == channel + 1
        off += np.sum((varied.image == colour).all(2) & ~there)
        off += np.sum(there & (varied.image[..., channel] == 0))
    assert off <= EDGE, "they differ at edges alone, where colours are mixed"


@given(seeds)
@settings(max_examples=10, deadline=None)
def test_a_class_stays_and_so_does_the_size(seed: int) -> None:
    image = np.random.default_rng(seed).integers(0, 255, (EDGE, EDGE, 3), np.uint8)
    for options in MOVING[:2]:
        varied = _varied(options, Sample(image, 3, "photo"), seed)
        assert varied.image.shape == image.shape
        assert varied.image.dtype == np.uint8
        assert (varied.target, varied.name) == (3, "photo")


def _sample_for(options: Torchvision) -> Sample:
    boxed, masked = _scene([(0, 0, 10, 10), (1, 1, 12, 9)])
    if isinstance(options, TorchvisionDetection):
        return boxed
    return masked if isinstance(options, TorchvisionSegmentation) else Sample(boxed.image, 1, "")


class _Scenes:
    classes = ("a", "b", "c")

    def __init__(self, options: Torchvision) -> None:
        self._sample = _sample_for(options)

    def __len__(self) -> int:
        return 6

    def __getitem__(self, index: int) -> Sample:
        return self._sample


@pytest.mark.parametrize("options", MOVING, ids=lambda options: options.kind)
def test_a_sample_depends_on_its_place_alone_and_leaves_torchs_generator_as_it_was(
    options: Torchvision,
) -> None:
    augment = build_augmentation(options)
    samples = SquaredSamples(_Scenes(options), EDGE, augment, seed=1)
    torch.manual_seed(7)
    before = torch.get_rng_state()
    first = [samples[(0, index)].image for index in range(6)]
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(8)
    again = [samples[(0, index)].image for index in reversed(range(6))]
    assert all(np.array_equal(a, b) for a, b in zip(first, reversed(again), strict=True))
    assert any(not np.array_equal(first[0], other) for other in first[1:])
    assert not all(np.array_equal(samples[(1, i)].image, first[i]) for i in range(6))


def test_loader_processes_make_the_same_pictures_as_this_one() -> None:
    augment = build_augmentation(MOVING[2])
    samples = SquaredSamples(_Scenes(MOVING[2]), EDGE, augment, seed=1)
    alone, several = (
        list(make_loader(samples, 2, workers, seed=3, training=True)) for workers in (0, 2)
    )
    for one, other in zip(alone, several, strict=True):
        assert torch.equal(one["images"], other["images"])
        assert torch.equal(one["boxes"], other["boxes"])


@pytest.mark.parametrize("task", ["classification", "detection", "segmentation"])
def test_the_smallest_training_with_each(desk: Desk, task: str) -> None:
    title = f"Torchvision ({task})"
    if task == "classification":
        recipe = tiny_classifier()
    else:
        recipe = small_recipe(
            task,
            model__image_size=64,
            model__head_channels=16,
            data__data_generator__train_scenes=6,
            data__data_generator__validation_scenes=2,
            data__data_generator__scene_size=64,
        )
    recipe["augmentation"] = title
    back = from_sppr(to_sppr(recipe), registry())
    assert (back.id, back.root) == (recipe.id, recipe.root)
    limits = Limits(limit_batches=2, batch_size=2, max_epochs=1)
    result = train(desk.work(back, "train", "run", limits=limits))
    assert np.isfinite(result["metrics"]["loss"])
