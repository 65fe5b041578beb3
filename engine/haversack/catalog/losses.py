"""Losses: what the training of a classifier minimises where plain cross-entropy does not do."""

from __future__ import annotations

from pydantic import Field

from haversack.catalog.tasks import CLASSIFICATION
from haversack.recipe.schema import Ingredient, Meta


class ClassificationLoss(Ingredient):
    """What a picture costs by the answer for it; formulas are in `haversack.training`."""

    balanced: bool = Field(
        False,
        description="Weigh each class against how often it is in the training pictures",
    )


class CrossEntropy(ClassificationLoss):
    """Cross-entropy with label smoothing (Szegedy et al. 2016, arXiv:1512.00567)."""

    meta = Meta(
        "loss/classification/cross-entropy",
        1,
        "Cross-entropy",
        "loss",
        "With label smoothing against too much certainty, and weights that lift rare classes.",
        tasks=CLASSIFICATION,
    )
    label_smoothing: float = Field(
        0.1, ge=0.0, le=1.0, description="Share of a label that is spread over all classes"
    )


class Focal(ClassificationLoss):
    """Focal loss (Lin et al. 2017, arXiv:1708.02002)."""

    meta = Meta(
        "loss/classification/focal",
        1,
        "Focal loss",
        "loss",
        "Pictures that are answered well already count less; for classes of very unequal number.",
        tasks=CLASSIFICATION,
    )
    gamma: float = Field(
        2.0, ge=0.0, le=10.0, description="How much less; 0 is plain cross-entropy"
    )
