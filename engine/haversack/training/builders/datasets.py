"""Datasets from their ingredients. Every file is checked against its digest once, here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from haversack.base.digests import sha256_file
from haversack.base.errors import IntegrityError
from haversack.catalog.composites import ClassSelector, Joined, Mosaic, RandomSubset
from haversack.catalog.datasets import DataPipeline, Digits, DigitScenes, MaskedDigitScenes
from haversack.catalog.mnist import FashionMnist, Mnist
from haversack.catalog.own import OwnClassification, OwnDetection, OwnPictures, OwnSegmentation
from haversack.catalog.scenes import ComposedScenes, CutOutScenes, MaskedCutOutScenes
from haversack.catalog.smoke import Smoke
from haversack.data.byod.shard import read_shard
from haversack.data.composites import Mosaics, join, random_subset, select_classes
from haversack.data.errors import DataError
from haversack.data.generate.cut_out_scenes import cut_out_scenes
from haversack.data.generate.digit_scenes import digit_scenes
from haversack.data.readers.digits import read_digits
from haversack.data.readers.mnist import read_fashion_mnist, read_mnist
from haversack.data.readers.voc import read_voc
from haversack.data.sample import Dataset
from haversack.recipe.assets import Asset
from haversack.recipe.schema import Ingredient
from haversack.runs.spec import AssetFile
from haversack.training.builders.table import builder_for
from haversack.training.work import Work, expect

_TELLS_APART = ("classification", "segmentation")
"""Tasks that mean nothing for one class; detection tells it from what is no object."""


def build_datasets(work: Work) -> Mapping[str, Dataset]:
    """Give the ``train`` and ``val`` datasets of the recipe.

    Raises:
        UnbuildableError: The recipe's dataset is not known here.
        IntegrityError: A file is not the one that the recipe names.
        DataError: A file cannot be read, a split is empty, or there is nothing to tell apart.
    """
    generator = expect(work.root.data, DataPipeline, "data").data_generator
    splits = _built(generator, work)
    for name, dataset in splits.items():
        if len(dataset) == 0:
            raise DataError(f"the {name} split has no pictures", "Bring some, then run it again.")
        if len(dataset.classes) < 2 and work.recipe.task in _TELLS_APART:
            raise DataError(
                f"the data have one class, {dataset.classes[0]!r}, and {work.recipe.task} tells "
                "two or more apart",
                "Bring pictures of another class too; in masks what is nothing is a class as well.",
            )
    return splits


def _built(generator: Ingredient | None, work: Work) -> Mapping[str, Dataset]:
    return builder_for(generator, _TABLE, "data.data_generator")(generator, work)


def verified_file(file: AssetFile) -> Path:
    """Give the path of a file whose bytes have its digest.

    Raises:
        IntegrityError: They have another.
    """
    if sha256_file(file.path) != file.sha256:
        raise IntegrityError(
            f"{file.path.name} ({file.name}) is damaged", "Fetch it again, or take it in again."
        )
    return file.path


def _verified(work: Work, asset: Asset) -> Path:
    path = work.asset_path(asset)
    return verified_file(AssetFile(name=asset.name, path=path, sha256=asset.sha256))


def _digits(ingredient: Digits, work: Work) -> Mapping[str, Dataset]:
    path = _verified(work, ingredient.asset)
    return read_digits(path, ingredient.validation_fraction, ingredient.seed)


def _scenes(
    made: Callable[..., Mapping[str, Dataset]], masks: bool
) -> Callable[[ComposedScenes, Work], Mapping[str, Dataset]]:
    """Give the builder of composed scenes, with masks or with boxes."""

    def build(ingredient: ComposedScenes, work: Work) -> Mapping[str, Dataset]:
        return made(
            _verified(work, ingredient.asset),
            ingredient.train_scenes,
            ingredient.validation_scenes,
            ingredient.seed,
            ingredient.scene_size,
            masks=masks,
        )

    return build


def _own(ingredient: OwnPictures, work: Work) -> Mapping[str, Dataset]:
    return read_shard(_verified(work, ingredient.assets()[0]))


def _mnist(ingredient: Mnist, work: Work) -> Mapping[str, Dataset]:
    return read_mnist(_verified(work, ingredient.asset))


def _fashion_mnist(ingredient: FashionMnist, work: Work) -> Mapping[str, Dataset]:
    path = _verified(work, ingredient.asset)
    return read_fashion_mnist(path, ingredient.validation_fraction, ingredient.seed)


def _random_subset(ingredient: RandomSubset, work: Work) -> Mapping[str, Dataset]:
    shares = {"train": ingredient.share, "val": ingredient.validation_share}
    return {
        split: random_subset(data, shares[split], ingredient.seed)
        for split, data in _built(ingredient.source, work).items()
    }


def _joined(ingredient: Joined, work: Work) -> Mapping[str, Dataset]:
    first, second = _built(ingredient.first, work), _built(ingredient.second, work)
    return {split: join(data, second[split]) for split, data in first.items()}


def _class_selector(ingredient: ClassSelector, work: Work) -> Mapping[str, Dataset]:
    names = [name.strip() for name in ingredient.keep.split(",") if name.strip()]
    source = _built(ingredient.source, work)
    return {split: select_classes(data, names) for split, data in source.items()}


def _mosaic(ingredient: Mosaic, work: Work) -> Mapping[str, Dataset]:
    splits = dict(_built(ingredient.source, work))
    options = (ingredient.share, ingredient.edge, ingredient.seed)
    return {**splits, "train": Mosaics(splits["train"], *options)}


def _smoke(ingredient: Smoke, work: Work) -> Mapping[str, Dataset]:
    return read_voc(_verified(work, ingredient.asset))


_TABLE: Mapping[type[Ingredient], Callable[..., Mapping[str, Dataset]]] = {
    Digits: _digits,
    DigitScenes: _scenes(digit_scenes, masks=False),
    MaskedDigitScenes: _scenes(digit_scenes, masks=True),
    CutOutScenes: _scenes(cut_out_scenes, masks=False),
    MaskedCutOutScenes: _scenes(cut_out_scenes, masks=True),
    Smoke: _smoke,
    OwnClassification: _own,
    OwnDetection: _own,
    OwnSegmentation: _own,
    Mnist: _mnist,
    FashionMnist: _fashion_mnist,
    RandomSubset: _random_subset,
    Joined: _joined,
    ClassSelector: _class_selector,
    Mosaic: _mosaic,
}
