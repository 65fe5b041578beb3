"""What pictures are brought to before a backbone sees them: what its weights were trained on."""

from __future__ import annotations

import pytest
import torch

from haversack.catalog.shipped import registry
from haversack.recipe.sppr import from_sppr, to_sppr
from haversack.recipe.tree import Recipe
from haversack.training.builders.networks import build_network
from haversack.training.networks.normalise import IMAGENET_MEAN, IMAGENET_STD, Normalise
from training_desk import Desk, small_recipe

pytestmark = pytest.mark.torch
PIN = f"{'a' * 64}:46807446"
HALF = (0.5, 0.5, 0.5)


def other(name: str, tag: str, weights: str) -> Recipe:
    recipe = small_recipe("classification", {"backbone": "Another timm architecture"})
    recipe["model.backbone.name"] = name
    recipe["model.backbone.tag"] = tag
    recipe["model.backbone.weights"] = weights
    return recipe


def levels(desk: Desk, recipe: Recipe) -> tuple[tuple[float, ...], tuple[float, ...]]:
    network = build_network(desk.work(recipe, "train", "run"), 10, 32, pretrained=False)
    (first,) = [part for part in network.modules() if isinstance(part, Normalise)]
    mean, std = (tuple(level.flatten().tolist()) for level in (first.mean, first.std))
    return mean, std


@pytest.mark.parametrize(
    ("name", "tag", "weights", "mean", "std"),
    [
        ("resnet10t", "c3_in1k", PIN, IMAGENET_MEAN, IMAGENET_STD),
        ("resnet10t", "a_tag_of_my_own", PIN, IMAGENET_MEAN, IMAGENET_STD),
        ("test_vit", "r160_in1k", PIN, HALF, HALF),
        ("resnet10t", "c3_in1k", "none", HALF, HALF),
    ],
)
def test_pictures_are_brought_to_what_timm_tells_of_the_weights(
    desk: Desk,
    name: str,
    tag: str,
    weights: str,
    mean: tuple[float, ...],
    std: tuple[float, ...],
) -> None:
    given = levels(desk, other(name, tag, weights))
    torch.testing.assert_close(torch.tensor(given), torch.tensor((mean, std)))


def test_a_recipe_from_before_keeps_the_levels_that_it_was_trained_with(desk: Desk) -> None:
    recipe = other("resnet10t", "c3_in1k", PIN)
    recipe["model.backbone.levels"] = "half"
    text = to_sppr(recipe)
    earlier = text.replace('"levels":"half",', "").replace("timm/other@2", "timm/other@1")
    assert earlier != text
    upgraded = from_sppr(earlier, registry())
    assert upgraded["model.backbone.levels"] == "half"
    assert levels(desk, upgraded) == (HALF, HALF)
