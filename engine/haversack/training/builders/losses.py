"""What training minimises, where the recipe's model says so itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from haversack.catalog.losses import ClassificationLoss, CrossEntropy, Focal
from haversack.catalog.models import TimmClassifier
from haversack.data.composites import labels_of
from haversack.data.sample import Dataset
from haversack.recipe.schema import Ingredient
from haversack.training.builders.table import builder_for
from haversack.training.errors import UnbuildableError
from haversack.training.tasks.classification_losses import (
    Cost,
    MeanCost,
    balanced_weights,
    focal,
    smoothed_cross_entropy,
)
from haversack.training.tasks.task import Loss
from haversack.training.work import Work


def build_training_loss(work: Work, dataset: Dataset) -> Loss | None:
    """Give what training minimises; None where it is the task's own loss.

    Only training asks for it: a validation's loss is the task's own, plain cross-entropy, whatever
    is minimised, so that it can be compared between recipes.

    Args:
        work: The work with its recipe.
        dataset: The training pictures, whose classes are counted where weights are wanted.

    Raises:
        UnbuildableError: The loss is not known here, or the data have no classes to count.
    """
    model = work.root.model
    options = model.loss if isinstance(model, TimmClassifier) else None
    if options is None:
        return None
    cost = builder_for(options, _TABLE, "model.loss")(options)
    if not (isinstance(options, ClassificationLoss) and options.balanced):
        return MeanCost(cost)
    labels = labels_of(dataset)
    if labels is None:
        raise UnbuildableError("the data have no class for each picture", "Choose other data.")
    return MeanCost(cost, balanced_weights(labels, len(dataset.classes)))


def _cross_entropy(options: CrossEntropy) -> Cost:
    return smoothed_cross_entropy(options.label_smoothing)


def _focal(options: Focal) -> Cost:
    return focal(options.gamma)


_TABLE: Mapping[type[Ingredient], Callable[..., Cost]] = {
    CrossEntropy: _cross_entropy,
    Focal: _focal,
}
