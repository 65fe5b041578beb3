"""Data made of other data: subsets, joins, selections and mosaics keep what they are made of."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from haversack.data.composites import Mosaics, Subset, join, random_subset, select_classes
from haversack.data.errors import DataError
from haversack.data.generate.digit_scenes import digit_scenes
from haversack.data.geometry import PADDING
from haversack.data.readers.digits import read_digits
from haversack.data.sample import NOT_JUDGED, Boxes, Dataset, Mask, Sample
from training_desk import DIGITS


class Listed:
    """A classification set that does not know its labels without reading."""

    def __init__(self, names: list[str]) -> None:
        self.classes = tuple(dict.fromkeys(names))
        self._names = names

    def __len__(self) -> int:
        return len(self._names)

    def __getitem__(self, index: int) -> Sample:
        name = self._names[index]
        image = np.full((2, 2, 3), index % 256, np.uint8)
        return Sample(image, self.classes.index(name), f"{index}")


def told(dataset: Dataset) -> list[tuple[str, str]]:
    """Give name and class of every sample."""
    samples = [dataset[at] for at in range(len(dataset))]
    return [(s.name, dataset.classes[s.target]) for s in samples if isinstance(s.target, int)]


NAMES = st.lists(st.sampled_from(["cat", "dog", "owl", "emu"]), min_size=1, max_size=30)


@given(names=NAMES, share=st.floats(0.01, 1.0), seed=st.integers(0, 9))
def test_a_subset_holds_its_share_of_the_same_samples(
    names: list[str], share: float, seed: int
) -> None:
    source = Listed(names)
    part = random_subset(source, share, seed)
    assert len(part) == max(1, round(len(names) * share))
    assert told(part) == told(random_subset(source, share, seed))
    assert [one for one in told(source) if one in set(told(part))] == told(part)


@given(first=NAMES, second=NAMES)
def test_a_join_holds_both_and_classes_of_the_same_name_are_one(
    first: list[str], second: list[str]
) -> None:
    both = join(Listed(first), Listed(second))
    assert told(both) == told(Listed(first)) + told(Listed(second))
    assert set(both.classes) == {*first, *second}
    assert len(both.classes) == len(set(both.classes))


@given(names=NAMES, data=st.data())
def test_selected_classes_keep_their_pictures_and_lose_the_others(
    names: list[str], data: st.DataObject
) -> None:
    wanted = data.draw(st.sets(st.sampled_from(sorted(set(names))), min_size=1))
    chosen = select_classes(Listed(names), wanted)
    assert set(chosen.classes) == wanted
    assert told(chosen) == [one for one in told(Listed(names)) if one[1] in wanted]


def test_masks_of_more_classes_than_a_mask_tells_apart_are_not_joined() -> None:
    masked = digit_scenes(DIGITS, 1, 1, masks=True)["train"]
    many = Listed([f"class {at}" for at in range(250)])
    with pytest.raises(DataError, match="261 classes; masks tell 255 apart"):
        join(masked, many)
    assert len(join(many, Listed([f"other {at}" for at in range(250)])).classes) == 500


def test_a_class_that_is_not_there_is_named() -> None:
    with pytest.raises(DataError, match="no class 'yak'"):
        select_classes(Listed(["cat"]), ["yak"])
    with pytest.raises(DataError, match="no class is named"):
        select_classes(Listed(["cat"]), [])


def test_boxes_of_other_classes_go_and_their_pixels_are_not_judged() -> None:
    boxed = digit_scenes(DIGITS, 4, 1)["train"]
    masked = digit_scenes(DIGITS, 4, 1, masks=True)["train"]
    few = select_classes(boxed, ["3", "7"])
    ground = select_classes(masked, ["background", "3"])
    assert (few.classes, ground.classes) == (("3", "7"), ("background", "3"))
    for at in range(4):
        before, after = boxed[at].target, few[at].target
        assert isinstance(before, Boxes) and isinstance(after, Boxes)
        kept = [label for label in before.labels if boxed.classes[label] in few.classes]
        assert [boxed.classes[n] for n in kept] == [few.classes[n] for n in after.labels]
        whole, part = masked[at].target, ground[at].target
        assert isinstance(whole, Mask) and isinstance(part, Mask)
        lost = ~np.isin(whole.labels, [0, masked.classes.index("3")])
        assert (part.labels[lost] == NOT_JUDGED).all()
        assert (part.labels[~lost] < 2).all()


def test_labels_are_known_without_reading_pictures() -> None:
    digits = read_digits(DIGITS)["train"]
    both = join(select_classes(digits, ["3"]), random_subset(digits, 0.1, 0))
    labels = both.labels
    assert labels is not None
    assert len(labels) == len(both)
    assert [both[at].target for at in (0, len(both) - 1)] == [labels[0], labels[-1]]


def test_a_mosaic_holds_the_boxes_of_its_four_pictures() -> None:
    scenes = digit_scenes(DIGITS, 6, 1)["train"]
    mosaics = Mosaics(scenes, 1.0, 128, seed=3)
    assert len(mosaics) == 6
    for at in range(6):
        sample, again = mosaics[at], mosaics[at]
        assert sample.image.shape == (128, 128, 3)
        np.testing.assert_array_equal(sample.image, again.image)
        assert isinstance(sample.target, Boxes)
        first = scenes[at].target
        assert isinstance(first, Boxes)
        np.testing.assert_allclose(sample.target.xyxy[: len(first.labels)], first.xyxy / 2)
        assert len(sample.target.labels) >= len(first.labels)
        assert sample.target.xyxy.min() >= 0
        assert sample.target.xyxy.max() <= 128
    assert told_images(Mosaics(scenes, 0.0, 128, 3)) == told_images(scenes)


def test_a_mosaic_of_long_pictures_is_filled_up_with_grey() -> None:
    long = Subset(Strip(), [0])
    mosaic = Mosaics(long, 1.0, 64, 0)[0]
    assert (mosaic.image[20:32, :32] == PADDING).all()
    assert (mosaic.image[:8, :64] == 9).all()


class Strip:
    """One picture that is four times as wide as high."""

    classes = ("a",)

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> Sample:
        return Sample(np.full((20, 80, 3), 9, np.uint8), Boxes(), f"strip {index}")


def told_images(dataset: Dataset) -> list[bytes]:
    return [dataset[at].image.tobytes() for at in range(len(dataset))]
