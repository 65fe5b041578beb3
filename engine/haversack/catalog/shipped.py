"""The registry of everything that this installation can cook with."""

from __future__ import annotations

from functools import cache

from haversack.catalog import augmentations, backbones, datasets, models, outcomes, tasks, training
from haversack.catalog.own import OwnClassification, OwnDetection
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
            backbones.EfficientNetLite0,
            backbones.EfficientNetLite1,
            backbones.EfficientNetLite2,
            backbones.OtherTimm,
            datasets.DataPipeline,
            datasets.Digits,
            datasets.DigitScenes,
            datasets.MaskedDigitScenes,
            Smoke,
            OwnClassification,
            OwnDetection,
            augmentations.NoAugmentation,
            augmentations.ClassificationBasic,
            augmentations.DetectionBasic,
            augmentations.SegmentationBasic,
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
        upgrades=(*training.UPGRADES, *outcomes.UPGRADES),
        defaults=(
            TaskDefaults(
                "classification",
                {
                    **_COMMON,
                    "data.data_generator": ("data/sets/builtin/classification/digits",),
                    "data.augmentation": ("augmentation/classification/basic",),
                },
            ),
            TaskDefaults(
                "detection",
                {
                    **_COMMON,
                    "data.data_generator": ("data/sets/composed/detection/digit-scenes",),
                    "data.augmentation": ("augmentation/detection/basic",),
                },
                {"data": {"batch_size": 8}, "trainer.optimizer": {"learning_rate": 2e-3}},
            ),
            TaskDefaults(
                "segmentation",
                {
                    **_COMMON,
                    "data.data_generator": ("data/sets/composed/segmentation/digit-scenes",),
                    "data.augmentation": ("augmentation/segmentation/basic",),
                },
                {"data": {"batch_size": 8}, "trainer.optimizer": {"learning_rate": 6e-3}},
            ),
        ),
    )
