"""Classification: cross-entropy; accuracy, F1, precision and recall by torchmetrics."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor
from torch.nn import functional
from torchmetrics import MetricCollection
from torchmetrics.classification import (
    MulticlassAccuracy,
    MulticlassF1Score,
    MulticlassPrecision,
    MulticlassRecall,
)

from haversack.training.loading.batches import Batch
from haversack.training.tasks.task import Meter, Outputs, Prediction, Shape

SHOWN = 5


class ClassificationTask:
    """One label for each picture."""

    name = "classification"
    primary = "accuracy"

    def __init__(self, classes: int) -> None:
        """Tell these classes apart."""
        self._classes = classes

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Give the cross-entropy."""
        return {"loss": functional.cross_entropy(outputs[0], batch["labels"])}

    def meter(self) -> Meter:
        """Give an empty meter."""
        return _ClassificationMeter(self._classes)

    def predict(self, outputs: Outputs, shapes: Sequence[Shape] = ()) -> list[Prediction]:
        """Give the best labels of each picture."""
        best = outputs[0].float().softmax(1).topk(min(SHOWN, self._classes))
        return [
            Prediction(labels, scores)
            for labels, scores in zip(best.indices.tolist(), best.values.tolist(), strict=True)
        ]


class _ClassificationMeter:
    """Accuracy over all pictures; the others averaged over the classes."""

    def __init__(self, classes: int) -> None:
        self._metrics = MetricCollection(
            {
                "accuracy": MulticlassAccuracy(classes, average="micro"),
                "f1": MulticlassF1Score(classes, average="macro"),
                "precision": MulticlassPrecision(classes, average="macro"),
                "recall": MulticlassRecall(classes, average="macro"),
            }
        )

    def update(self, outputs: Outputs, batch: Batch) -> None:
        self._metrics.update(outputs[0].argmax(1).cpu(), batch["labels"].cpu())

    def compute(self) -> dict[str, float]:
        return {name: float(value) for name, value in self._metrics.compute().items()}
