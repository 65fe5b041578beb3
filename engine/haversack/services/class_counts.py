"""How often each class stands in the data sets that a golden volume was measured on."""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt

from haversack.base.errors import HaversackError
from haversack.data.byod.shard import ShardDataset
from haversack.data.composites import known_labels
from haversack.data.sample import NOT_JUDGED, Boxes, Dataset, Mask, Sample
from haversack.pantry.pantry import Pantry
from haversack.recipe.sppr import from_sppr
from haversack.recipe.tree import Recipe
from haversack.services.datasets import describe_set, own_sets
from haversack.services.sets_here import splits_here
from haversack.volume.volume import Volume

MOST_DATASETS = 50
MOST_PICTURES = 5_000
"""Pictures that are composed or decoded to be counted; imported sets are counted unread."""

Counts = dict[str, int]


def class_counts(volume: Volume, pantry: Pantry | None = None) -> dict[str, Counts | None]:
    """Give for each data set that a volume names how often each class stands in it.

    Training and validation together: pictures of a class, or objects where the set has boxes. The
    card is asked first, then the set itself where it lies in the pantry.

    Args:
        volume: The volume; empty is given for one that names no data set.
        pantry: Where the sets may lie.

    Returns:
        Counts by data set; None where neither the card nor the pantry can tell.

    Raises:
        VolumeError: The volume is damaged.
    """
    told = volume.card.classes if volume.card is not None else {}
    found: dict[str, Counts | None] = {name: dict(counts) for name, counts in told.items()}
    for name, row in _rows_by_dataset(volume).items():
        if name not in found:
            found[name] = _counted_here(name, row, volume, pantry) if pantry is not None else None
    return found


def dataset_counts(recipe: Recipe, pantry: Pantry) -> Counts | None:
    """Count the classes of a recipe's data set as ``class_counts``; None where it is not here.

    Raises:
        IntegrityError: The set in the pantry is damaged.
        DataError: It cannot be read.
    """
    splits = splits_here(dict(recipe.walk()).get("data.data_generator"), pantry)
    if splits is None:
        return None
    counted: Counter[str] = Counter()
    for data in splits.values():
        found = _counted(data)
        if found is None:
            return None
        counted += found
    return {name: counted[name] for name in next(iter(splits.values())).classes}


def _rows_by_dataset(volume: Volume) -> dict[str, int | None]:
    """Give for each data set that a volume names the id of its first row."""
    if "dataset" not in volume.columns:
        return {}
    wanted = [name for name in ("dataset", "id") if name in volume.columns]
    firsts = volume.frame(wanted).dropna(subset="dataset").drop_duplicates("dataset")
    ids = firsts["id"].tolist() if "id" in firsts else [None] * len(firsts)
    names = firsts["dataset"].astype(str).tolist()
    return dict(list(zip(names, ids, strict=True))[:MOST_DATASETS])


def _counted_here(name: str, row: int | None, volume: Volume, pantry: Pantry) -> Counts | None:
    try:
        if any(one.name == name for one in own_sets(pantry)):
            return {
                label: sum(n.values()) for label, n in describe_set(pantry, name).classes.items()
            }
        text = volume.row(row).get("sppr") if row is not None else None
        if not isinstance(text, str):
            return None
        return dataset_counts(from_sppr(text, pantry.registry), pantry)
    except HaversackError:
        return None  # a set that is damaged, or a recipe of other ingredients, tells nothing


def _counted(data: Dataset) -> Counter[str] | None:
    """Count without reading a picture where that is possible; None where there are too many."""
    if isinstance(data, ShardDataset):
        return data.counts()
    labels = known_labels(data)
    if labels is None and len(data) > MOST_PICTURES:
        return None
    parts = [labels] if labels is not None else [_labels(data[at]) for at in range(len(data))]
    numbers = np.concatenate([*parts, np.zeros(0, np.int64)])
    counts = np.bincount(numbers, minlength=len(data.classes))
    return Counter(dict(zip(data.classes, counts.tolist(), strict=True)))


def _labels(sample: Sample) -> npt.NDArray[np.int64]:
    target = sample.target
    if isinstance(target, Boxes):
        return target.labels
    if isinstance(target, Mask):
        return np.unique(target.labels[target.labels != NOT_JUDGED]).astype(np.int64)
    return np.array([target], np.int64)
