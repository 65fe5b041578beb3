from __future__ import annotations

import numpy as np

from haversack.base.digests import sha256_file
from haversack.base.resources import resource
from haversack.catalog.smoke import Smoke
from haversack.data.generate.smoke import CLASSES, SEED, SPLITS, build_tar, draw_scene
from haversack.data.readers.voc import read_voc
from haversack.data.sample import Boxes

SHIPPED = resource("data/smoke-voc.tar")


def test_the_shipped_file_is_the_one_in_the_catalogue() -> None:
    assert sha256_file(SHIPPED) == Smoke.asset.sha256
    assert SHIPPED.stat().st_size == Smoke.asset.size < 1_000_000


def test_the_shipped_file_holds_what_the_generator_draws() -> None:
    splits = read_voc(SHIPPED)
    assert {split: len(dataset) for split, dataset in splits.items()} == SPLITS
    for number, (split, dataset) in enumerate(splits.items()):
        assert dataset.classes == CLASSES
        for index in (0, 7, len(dataset) - 1):
            picture, boxes = draw_scene(np.random.default_rng([SEED, number, index]))
            sample = dataset[index]
            assert isinstance(sample.target, Boxes), split
            assert np.array_equal(sample.target.xyxy, boxes.xyxy)
            assert np.array_equal(sample.target.labels, boxes.labels)
            apart = np.abs(sample.image.astype(int) - picture.astype(int))
            assert apart.mean() < 12  # JPEG keeps no more


def test_the_generator_gives_the_same_tar_twice() -> None:
    assert build_tar(seed=3) == build_tar(seed=3)
    assert build_tar(seed=3) != build_tar(seed=4)


def test_every_class_is_in_both_splits() -> None:
    for dataset in read_voc(SHIPPED).values():
        targets = [dataset[i].target for i in range(len(dataset))]
        labels = {int(label) for t in targets if isinstance(t, Boxes) for label in t.labels}
        assert labels == {0, 1, 2}
