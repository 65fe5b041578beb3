"""Every model with a backbone of its own, at its smallest."""

from __future__ import annotations

from dataclasses import dataclass

from haversack.recipe.tree import Recipe
from training_desk import small_recipe


@dataclass(frozen=True)
class Model:
    """A model at its smallest, and what it answers for a batch of 3 with two classes."""

    title: str
    task: str
    options: dict[str, object]
    answers: tuple[tuple[int, ...], ...]


MODELS = [
    Model("SSDLite320", "detection", {"image_size": 96}, ((3, 312, 11), (3, 312, 4))),
    Model(
        "D-FINE",
        "detection",
        {"image_size": 64, "queries": 12, "denoising": 10},
        ((3, 12, 10), (3, 12, 4)),
    ),
    Model(
        "RT-DETRv2",
        "detection",
        {"image_size": 64, "queries": 12, "denoising": 10},
        ((3, 12, 10), (3, 12, 4)),
    ),
    Model("LRASPP", "segmentation", {"image_size": 64}, ((3, 11, 64, 64),)),
    Model(
        "EoMT", "segmentation", {"image_size": 64, "queries": 12}, ((3, 12, 12), (3, 12, 16, 16))
    ),
]


def smallest(model: Model) -> Recipe:
    """Give its recipe on a few small scenes."""
    options = {f"model__{name}": value for name, value in model.options.items()}
    return small_recipe(
        model.task,
        {"model": model.title},
        data__data_generator__train_scenes=6,
        data__data_generator__validation_scenes=3,
        data__data_generator__scene_size=64,
        data__batch_size=2,
        **options,
    )
