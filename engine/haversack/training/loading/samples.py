"""Samples as a loader's workers make them: squared, augmented, always the same for one epoch."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from torch.utils.data import Dataset as TorchDataset
from torch.utils.data import Sampler

from haversack.base.errors import HaversackError
from haversack.data.geometry import to_square
from haversack.data.sample import Dataset, Sample
from haversack.training.builders.augmentations import Augment
from haversack.training.loading.failures import carried

Place = tuple[int, int]
"""An epoch and an index: all that a sample depends on."""


class SquaredSamples(TorchDataset[Sample]):
    """Samples of one size; what varies them is drawn from (seed, epoch, index) alone.

    So a resumed run, or one with another number of loader workers, sees the same pictures.
    """

    def __init__(self, dataset: Dataset, size: int, augment: Augment | None, seed: int) -> None:
        """Square the samples of a dataset to ``size`` pixels."""
        self._dataset = dataset
        self._size = size
        self._augment = augment
        self._seed = seed

    def __len__(self) -> int:
        """Give the number of samples."""
        return len(self._dataset)

    def __getitem__(self, place: Place) -> Sample:
        """Give the sample of an (epoch, index)."""
        epoch, index = place
        try:
            sample = to_square(self._dataset[index], self._size)
        except HaversackError as error:
            raise carried(error) from error
        if self._augment is None:
            return sample
        return self._augment(sample, np.random.default_rng([self._seed, epoch, index]))


class EpochSampler(Sampler[Place]):
    """Gives (epoch, index) in an order that depends on the seed and the epoch alone.

    Of several processes that train together each gets every so many-th place. In training each
    gets as many as the others; in validation each place is given to exactly one.

    Attributes:
        epoch: The epoch that the next pass is for; Lightning sets it by ``set_epoch``.
        skip: Samples to leave out at the start of the next pass, and of that one only: a run
            that was stopped within an epoch goes on after them.
    """

    def __init__(self, count: int, shuffle: bool, seed: int, rank: int = 0, world: int = 1) -> None:
        """Go through ``count`` samples, or every ``world``-th of them, in order or shuffled."""
        self._count = count
        self._shuffle = shuffle
        self._seed = seed
        self._rank = rank
        self._world = world
        self.epoch = 0
        self.skip = 0

    def set_epoch(self, epoch: int) -> None:
        """Say which epoch the next pass is for."""
        self.epoch = epoch

    def __len__(self) -> int:
        """Give the number of samples."""
        return len(range(self._rank, self._end(self._count), self._world))

    def __iter__(self) -> Iterator[Place]:
        """Begin the next epoch."""
        order = np.arange(self._count)
        if self._shuffle:
            order = np.random.default_rng([self._seed, self.epoch]).permutation(self._count)
        skip, self.skip = self.skip, 0
        mine = order[skip:][self._rank : self._end(self._count - skip) : self._world]
        return iter([(self.epoch, int(index)) for index in mine])

    def _end(self, count: int) -> int:
        return count - count % self._world if self._shuffle else count
