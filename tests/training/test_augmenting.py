from __future__ import annotations

import numpy as np
import pytest

from haversack.catalog.augmentations import ClassificationBasic, DetectionBasic, NoAugmentation
from haversack.data.sample import Boxes, Sample
from haversack.training.builders.augmentations import build_augmentation, mirror
from haversack.training.errors import UnbuildableError
from haversack.training.loading.batches import collate
from haversack.training.loading.samples import EpochSampler, SquaredSamples


def _scene() -> Sample:
    image = np.zeros((40, 60, 3), np.uint8)
    image[10:20, 5:25] = (200, 100, 50)
    return Sample(
        image, Boxes(np.asarray([[5, 10, 25, 20]], np.float32), np.zeros(1, np.int64)), ""
    )


def _extent(image: np.ndarray) -> list[int]:
    rows, columns = np.nonzero(image.max(axis=2) > 20)
    return [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


def test_boxes_follow_a_mirrored_picture() -> None:
    mirrored = mirror(_scene())
    assert isinstance(mirrored.target, Boxes)
    assert mirrored.target.xyxy[0].tolist() == _extent(mirrored.image) == [35, 10, 55, 20]


def test_mirroring_twice_changes_nothing() -> None:
    scene, twice = _scene(), mirror(mirror(_scene()))
    assert np.array_equal(twice.image, scene.image)
    assert isinstance(twice.target, Boxes)
    assert isinstance(scene.target, Boxes)
    assert np.array_equal(twice.target.xyxy, scene.target.xyxy)


def test_light_changes_pixels_but_no_boxes() -> None:
    augment = build_augmentation(DetectionBasic(brightness=0.5, contrast=0.5))
    varied = augment(_scene(), np.random.default_rng(0))
    assert isinstance(varied.target, Boxes)
    assert varied.target.xyxy.tolist() == [[5, 10, 25, 20]]
    assert not np.array_equal(varied.image, _scene().image)


def test_a_shift_moves_a_picture_no_further_than_it_may() -> None:
    augment = build_augmentation(
        ClassificationBasic(max_shift=0.1, max_rotation=0, brightness=0, horizontal_flip=0)
    )
    image = np.zeros((50, 50, 3), np.uint8)
    image[20:30, 20:30] = 255
    moved = {
        tuple(_extent(augment(Sample(image, 0, ""), np.random.default_rng(i)).image))
        for i in range(40)
    }
    assert len(moved) > 5
    for left, top, *_ in moved:
        assert 14 <= left <= 26
        assert 14 <= top <= 26


def test_no_augmentation_gives_the_very_sample() -> None:
    scene = _scene()
    assert build_augmentation(NoAugmentation())(scene, np.random.default_rng(0)) is scene


def test_an_empty_slot_is_named() -> None:
    with pytest.raises(UnbuildableError, match=r"data\.augmentation is empty"):
        build_augmentation(None)


class _One:
    classes = ("a",)

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> Sample:
        return _scene()


def test_a_sample_depends_on_seed_epoch_and_index_alone() -> None:
    augment = build_augmentation(DetectionBasic(brightness=0.9, contrast=0.9))
    first = SquaredSamples(_One(), 64, augment, seed=1)
    again = SquaredSamples(_One(), 64, augment, seed=1)
    assert np.array_equal(first[(0, 0)].image, again[(0, 0)].image)
    assert not np.array_equal(first[(0, 0)].image, first[(1, 0)].image)
    other = SquaredSamples(_One(), 64, augment, seed=2)
    assert not np.array_equal(first[(0, 0)].image, other[(0, 0)].image)


def test_every_epoch_has_its_own_order_and_all_samples() -> None:
    sampler = EpochSampler(50, shuffle=True, seed=3)
    first = list(sampler)
    sampler.set_epoch(1)
    second = list(sampler)
    assert sorted(index for _, index in first) == sorted(index for _, index in second)
    assert [index for _, index in first] != [index for _, index in second]
    assert {epoch for epoch, _ in second} == {1}
    sampler.skip = 20
    assert list(sampler) == second[20:]
    assert list(sampler) == second


def test_pictures_with_different_numbers_of_boxes_make_one_batch() -> None:
    two = Boxes(np.asarray([[1, 2, 3, 4], [5, 6, 7, 8]], np.float32), np.asarray([1, 0]))
    samples = [Sample(_scene().image, boxes, "") for boxes in (Boxes(), two)]
    batch = collate(samples)
    assert batch["images"].shape == (2, 3, 40, 60)
    assert batch["labels"].tolist() == [[-1, -1], [1, 0]]
    assert batch["boxes"][1].tolist() == two.xyxy.tolist()
