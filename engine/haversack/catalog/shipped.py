"""The registry of everything that this installation can cook with."""

from __future__ import annotations

from functools import cache

from haversack.catalog import (
    augmentations,
    backbones,
    composites,
    datasets,
    detectors,
    losses,
    models,
    outcomes,
    segmenters,
    tasks,
    torchvision_augmentations,
    training,
)
from haversack.catalog.mnist import FashionMnist, Mnist
from haversack.catalog.own import OwnClassification, OwnDetection, OwnSegmentation
from haversack.catalog.scenes import CutOutScenes, MaskedCutOutScenes
from haversack.catalog.smoke import Smoke
from haversack.recipe.registry import Registry, TaskDefaults

_COMMON = {
    "data": ("data/pipeline",),
    "model.backbone": ("backbones/timm/tf_efficientnet_lite0",),
    "trainer": ("trainer/lightning",),
    "trainer.optimizer": ("optimizer/adamw",),
    "trainer.scheduler": ("scheduler/one-cycle",),
    "checkpoint": ("checkpoint/best-and-last",),
    "loggers": ("loggers/csv",),
    "export": ("export/onnx",),
}
_DATA = {
    "classification": "data/sets/builtin/classification/digits",
    "detection": "data/sets/composed/detection/digit-scenes",
    "segmentation": "data/sets/composed/segmentation/digit-scenes",
}


def _data_of(task: str) -> dict[str, tuple[str, ...]]:
    """Give the default data of a task, also for what is made of other data."""
    slots = ("", ".source", ".first", ".second")
    return {f"data.data_generator{slot}": (_DATA[task],) for slot in slots}


@cache
def registry() -> Registry:
    """Give the shipped ingredients, their upgrades and the defaults of each task."""
    return Registry(
        schemas=(
            tasks.Classification,
            tasks.Detection,
            tasks.Segmentation,
            models.TimmClassifier,
            models.CenterPoint,
            models.FeaturePyramid,
            detectors.SSDLite320,
            detectors.DFine,
            detectors.RTDetrV2,
            segmenters.LRASPP,
            segmenters.Eomt,
            backbones.EfficientNetLite0,
            backbones.EfficientNetLite1,
            backbones.EfficientNetLite2,
            backbones.OtherTimm,
            datasets.DataPipeline,
            datasets.Digits,
            datasets.DigitScenes,
            datasets.MaskedDigitScenes,
            CutOutScenes,
            MaskedCutOutScenes,
            Smoke,
            OwnClassification,
            OwnDetection,
            OwnSegmentation,
            Mnist,
            FashionMnist,
            composites.RandomSubset,
            composites.Joined,
            composites.ClassSelector,
            composites.Mosaic,
            augmentations.NoAugmentation,
            augmentations.ClassificationBasic,
            augmentations.DetectionBasic,
            augmentations.SegmentationBasic,
            torchvision_augmentations.TorchvisionClassification,
            torchvision_augmentations.TorchvisionDetection,
            torchvision_augmentations.TorchvisionSegmentation,
            losses.CrossEntropy,
            losses.Focal,
            training.AdamW,
            training.SGD,
            training.Cosine,
            training.OneCycle,
            training.EarlyStop,
            training.LightningTrainer,
            training.BestAndLast,
            training.CSVLogger,
            training.TensorBoardLogger,
            outcomes.ClassificationMetrics,
            outcomes.CocoMeanAveragePrecision,
            outcomes.MeanIoU,
            outcomes.OnnxExport,
        ),
        upgrades=(*backbones.UPGRADES, *training.UPGRADES, *outcomes.UPGRADES),
        defaults=(
            TaskDefaults(
                "classification",
                {
                    **_COMMON,
                    "model": ("vision/classification/timm-classifier",),
                    **_data_of("classification"),
                    "data.augmentation": ("augmentation/classification/basic",),
                },
            ),
            TaskDefaults(
                "detection",
                {
                    **_COMMON,
                    "model": ("vision/detection/center-point",),
                    **_data_of("detection"),
                    "data.augmentation": ("augmentation/detection/basic",),
                },
                {"data": {"batch_size": 8}, "trainer.optimizer": {"learning_rate": 2e-3}},
            ),
            TaskDefaults(
                "segmentation",
                {
                    **_COMMON,
                    "model": ("vision/segmentation/feature-pyramid",),
                    **_data_of("segmentation"),
                    "data.augmentation": ("augmentation/segmentation/basic",),
                },
                {"data": {"batch_size": 8}, "trainer.optimizer": {"learning_rate": 6e-3}},
            ),
        ),
    )
