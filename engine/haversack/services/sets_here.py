"""Opening the data sets that lie in a pantry, those made of others too."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from haversack.catalog.composites import ClassSelector, Joined, Mosaic, RandomSubset
from haversack.catalog.datasets import Digits, DigitScenes, MaskedDigitScenes
from haversack.catalog.mnist import FashionMnist, Mnist
from haversack.catalog.own import OwnPictures
from haversack.catalog.scenes import ComposedScenes, CutOutScenes, MaskedCutOutScenes
from haversack.catalog.smoke import Smoke
from haversack.data.byod.shard import read_shard
from haversack.data.composites import Mosaics, join, random_subset, select_classes
from haversack.data.generate.cut_out_scenes import cut_out_scenes
from haversack.data.generate.digit_scenes import digit_scenes
from haversack.data.readers.digits import read_digits
from haversack.data.readers.mnist import read_fashion_mnist, read_mnist
from haversack.data.readers.voc import read_voc
from haversack.data.sample import Dataset
from haversack.pantry.pantry import Pantry
from haversack.recipe.schema import Ingredient, slots_of

Splits = Mapping[str, Dataset]


def splits_here(generator: Ingredient | None, pantry: Pantry) -> Splits | None:
    """Give the splits of a data set by name; None where a file of it is not in the pantry.

    Args:
        generator: What fills a recipe's ``data_generator``.
        pantry: Where its files may lie; each is checked against its digest.

    Raises:
        IntegrityError: A file in the pantry is damaged.
        DataError: It cannot be read.
    """
    if generator is None:
        return None
    made = next((make for kind, make in _COMPOSITES.items() if isinstance(generator, kind)), None)
    if made is not None:
        slots = slots_of(type(generator))
        parts = [splits_here(getattr(generator, name), pantry) for name in slots]
        return None if None in parts else made(generator, *parts)
    read = next((read for kind, read in _READERS.items() if isinstance(generator, kind)), None)
    assets = generator.assets()
    if read is None or len(assets) != 1 or not pantry.store.has(assets[0].sha256):
        return None
    pantry.store.verify(assets[0].sha256)
    return read(generator, pantry.store.path(assets[0].sha256))


def _scenes(made: Callable[..., Splits], masks: bool) -> Callable[[ComposedScenes, Path], Splits]:
    return lambda one, path: made(
        path, one.train_scenes, one.validation_scenes, one.seed, one.scene_size, masks=masks
    )


def _subset(one: RandomSubset, source: Splits) -> Splits:
    shares = {"train": one.share, "val": one.validation_share}
    return {name: random_subset(data, shares[name], one.seed) for name, data in source.items()}


def _joined(_: Joined, first: Splits, second: Splits) -> Splits:
    return {name: join(data, second[name]) for name, data in first.items()}


def _selected(one: ClassSelector, source: Splits) -> Splits:
    names = [name.strip() for name in one.keep.split(",") if name.strip()]
    return {name: select_classes(data, names) for name, data in source.items()}


def _mosaics(one: Mosaic, source: Splits) -> Splits:
    return {**source, "train": Mosaics(source["train"], one.share, one.edge, one.seed)}


_READERS: dict[type[Ingredient], Callable[[Any, Path], Splits]] = {
    Digits: lambda one, path: read_digits(path, one.validation_fraction, one.seed),
    DigitScenes: _scenes(digit_scenes, masks=False),
    MaskedDigitScenes: _scenes(digit_scenes, masks=True),
    CutOutScenes: _scenes(cut_out_scenes, masks=False),
    MaskedCutOutScenes: _scenes(cut_out_scenes, masks=True),
    Mnist: lambda _, path: read_mnist(path),
    FashionMnist: lambda one, path: read_fashion_mnist(path, one.validation_fraction, one.seed),
    Smoke: lambda _, path: read_voc(path),
    OwnPictures: lambda _, path: read_shard(path),
}
_COMPOSITES: dict[type[Ingredient], Callable[..., Splits]] = {
    RandomSubset: _subset,
    Joined: _joined,
    ClassSelector: _selected,
    Mosaic: _mosaics,
}
