"""Datasets made of other datasets; nothing is read before it is asked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from haversack.data.errors import DataError
from haversack.data.geometry import PADDING, letterbox
from haversack.data.sample import NOT_JUDGED, Boxes, Dataset, Mask, Sample, Target
from haversack.data.shared_pictures import file_of, file_sizes_of

Rows = npt.NDArray[np.int64]


class Subset:
    """Some samples of a dataset.

    Args:
        source: The dataset.
        rows: Which, by their numbers in it.
    """

    def __init__(self, source: Dataset, rows: Sequence[int] | Rows) -> None:
        """Keep these rows of a dataset, in this order."""
        self._source = source
        self._rows = np.asarray(rows, np.int64)
        self.classes = source.classes

    @property
    def labels(self) -> Rows | None:
        """The class of each sample, where it is known without reading pictures."""
        labels = known_labels(self._source)
        return None if labels is None else labels[self._rows]

    @property
    def file_sizes(self) -> Rows:
        """As `file_sizes_of` gives them."""
        return file_sizes_of(self._source)[self._rows]

    def file(self, index: int, last: int = 0) -> bytes:
        """As `Stored.file`."""
        return file_of(self._source, int(self._rows[index]), last)

    def __len__(self) -> int:
        """Give the number of samples."""
        return len(self._rows)

    def __getitem__(self, index: int) -> Sample:
        """Give a sample by its number."""
        return self._source[int(self._rows[index])]


def random_subset(source: Dataset, share: float, seed: int) -> Subset:
    """Give a share of a dataset, at least one sample, in the order that they had."""
    count = min(len(source), max(1, round(len(source) * share)))
    return Subset(source, np.sort(np.random.default_rng(seed).permutation(len(source))[:count]))


class _OfTheSamePictures:
    """A dataset whose samples are made of another's, one of each and under its number."""

    def __init__(self, source: Dataset, classes: tuple[str, ...]) -> None:
        self._source = source
        self.classes = classes

    @property
    def file_sizes(self) -> Rows:
        """As `file_sizes_of` gives them."""
        return file_sizes_of(self._source)

    def file(self, index: int, last: int = 0) -> bytes:
        """As `Stored.file`."""
        return file_of(self._source, index, last)

    def __len__(self) -> int:
        """Give the number of samples."""
        return len(self._source)


class Renumbered(_OfTheSamePictures):
    """A dataset under other class numbers.

    Args:
        source: The dataset.
        classes: The classes after it.
        numbers: ``(n,)`` the new number of each old class; -1 leaves it out of boxes and masks.
    """

    def __init__(self, source: Dataset, classes: tuple[str, ...], numbers: Rows) -> None:
        """Give a dataset other classes; ``numbers`` maps its numbers to theirs."""
        super().__init__(source, classes)
        self._numbers = numbers
        self._of_pixels = np.full(256, NOT_JUDGED, np.uint8)
        self._of_pixels[: len(numbers)] = np.where(numbers < 0, NOT_JUDGED, numbers)

    @property
    def labels(self) -> Rows | None:
        """The class of each sample, where it is known without reading pictures."""
        labels = known_labels(self._source)
        return None if labels is None else self._numbers[labels]

    def __getitem__(self, index: int) -> Sample:
        """Give a sample by its number."""
        sample = self._source[index]
        return Sample(sample.image, self._target(sample.target), sample.name)

    def _target(self, target: Target) -> Target:
        if isinstance(target, Mask):
            return Mask(self._of_pixels[target.labels])
        if isinstance(target, Boxes):
            labels = self._numbers[target.labels]
            return Boxes(target.xyxy[labels >= 0], labels[labels >= 0])
        return int(self._numbers[target])


class Joined:
    """Two datasets one after the other, of the same classes in the same order."""

    def __init__(self, first: Dataset, second: Dataset) -> None:
        """Put the second behind the first."""
        self._parts = (first, second)
        self.classes = first.classes

    @property
    def labels(self) -> Rows | None:
        """The class of each sample, where it is known without reading pictures."""
        first, second = (known_labels(part) for part in self._parts)
        return None if first is None or second is None else np.concatenate([first, second])

    @property
    def file_sizes(self) -> Rows:
        """As `file_sizes_of` gives them."""
        return np.concatenate([file_sizes_of(part) for part in self._parts])

    def file(self, index: int, last: int = 0) -> bytes:
        """As `Stored.file`."""
        first, second = self._parts
        if index < len(first):
            return file_of(first, index, last)
        return file_of(second, index - len(first), last)

    def __len__(self) -> int:
        """Give the number of samples."""
        return sum(map(len, self._parts))

    def __getitem__(self, index: int) -> Sample:
        """Give a sample by its number."""
        first, second = self._parts
        return first[index] if index < len(first) else second[index - len(first)]


def join(first: Dataset, second: Dataset) -> Joined:
    """Join two datasets; classes of the same name are one, those of the first come first.

    Raises:
        DataError: They have masks and together more classes than a mask tells apart.
    """
    classes = tuple(dict.fromkeys((*first.classes, *second.classes)))
    if len(classes) > NOT_JUDGED and (_has_masks(first) or _has_masks(second)):
        raise DataError(
            f"together there are {len(classes)} classes; masks tell {NOT_JUDGED} apart",
            "Join fewer, or put some together when they are imported: --map-class OLD=NEW.",
        )
    return Joined(*(_renumbered(one, classes) for one in (first, second)))


def _has_masks(source: Dataset) -> bool:
    return len(source) > 0 and isinstance(source[0].target, Mask)


def select_classes(source: Dataset, names: Iterable[str]) -> Dataset:
    """Give a dataset with some of its classes, in the order that they had.

    Raises:
        DataError: It has no class of a name, or none is named.
    """
    wanted = set(names)
    unknown = sorted(wanted - set(source.classes))
    if unknown or not wanted:
        raise DataError(
            f"the data have no class {unknown[0]!r}" if unknown else "no class is named",
            f"Choose from: {', '.join(source.classes[:20])}.",
        )
    chosen = _renumbered(source, tuple(name for name in source.classes if name in wanted))
    labels = labels_of(source)
    if labels is None:
        return chosen
    kept = [at for at, label in enumerate(labels) if source.classes[label] in wanted]
    return Subset(chosen, kept)


class Mosaics(_OfTheSamePictures):
    """A detection set of which a share of the samples are four of its pictures in one.

    Args:
        source: The dataset.
        share: Share of samples that are mosaics.
        edge: Side of a mosaic in pixels.
        seed: Which samples they are, and of what; equal seeds give equal mosaics.
    """

    def __init__(self, source: Dataset, share: float, edge: int, seed: int) -> None:
        """Make a share of the samples mosaics, drawn from the seed and the index alone."""
        super().__init__(source, source.classes)
        self._share = share
        self._half = edge // 2
        self._seed = seed

    def __getitem__(self, index: int) -> Sample:
        """Give a sample by its number."""
        sample = self._source[index]
        rng = np.random.default_rng([self._seed, index])
        if rng.random() >= self._share:
            return sample
        others = rng.integers(0, len(self._source), 3).tolist()
        return self._together([sample, *(self._source[other] for other in others)])

    def _together(self, samples: Sequence[Sample]) -> Sample:
        half = self._half
        image = np.full((2 * half, 2 * half, 3), PADDING, np.uint8)
        boxes, labels = [], []
        for at, sample in enumerate(samples):
            top, left = half * (at // 2), half * (at % 2)
            fitted, scale = letterbox(sample.image, half)
            image[top : top + half, left : left + half] = fitted
            if isinstance(sample.target, Boxes):
                corner = np.asarray([left, top, left, top], np.float32)
                boxes.append(sample.target.xyxy * np.float32(scale) + corner)
                labels.append(sample.target.labels)
        target = Boxes(np.concatenate(boxes), np.concatenate(labels))
        return Sample(image, target, samples[0].name)


def known_labels(dataset: Dataset) -> Rows | None:
    """Give the classes of a dataset's samples where it knows them without reading pictures."""
    labels: Rows | None = getattr(dataset, "labels", None)
    return labels


def labels_of(dataset: Dataset) -> Rows | None:
    """Give the class of each sample, if need be by reading all; None for boxes and masks."""
    known = known_labels(dataset)
    if known is not None or not len(dataset) or not isinstance(dataset[0].target, int):
        return known
    targets = [dataset[at].target for at in range(len(dataset))]
    return np.asarray([target for target in targets if isinstance(target, int)], np.int64)


def _renumbered(source: Dataset, classes: tuple[str, ...]) -> Dataset:
    places = {name: number for number, name in enumerate(classes)}
    numbers = np.asarray([places.get(name, -1) for name in source.classes], np.int64)
    return Renumbered(source, classes, numbers)
