"""What real weights and the real worker reach on real digits: the product's own targets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import skimage.data
import timm
import torch
from PIL import Image

from haversack.base.digests import sha256_file
from haversack.catalog.backbones import EfficientNetLite0
from haversack.pantry.fetch.asset import fetch_origin
from haversack.recipe.tree import Recipe
from haversack.runs.reducer import RunState
from haversack.runs.spec import AssetFile
from haversack.runs.supervisor import run_worker
from haversack.training.convert.converting import convert
from long_form import LONG_FORM
from training_desk import small_recipe, spec_of

pytestmark = [pytest.mark.torch, pytest.mark.slow, pytest.mark.registry]

ESPRESSO, TIGER_CAT = 967, 282


@pytest.fixture(scope="module")
def lite0(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The weights of EfficientNet-Lite0, fetched and converted."""
    folder = tmp_path_factory.mktemp("weights")
    asset = EfficientNetLite0.weights
    raw = fetch_origin(asset.origin, folder)
    assert asset.convert is not None
    convert(asset.convert, raw, folder / "lite0.safetensors")
    return folder / "lite0.safetensors"


def _train(recipe: Recipe, run_dir: Path, lite0: Path) -> RunState:
    spec = spec_of(recipe, "train", run_dir)
    asset = EfficientNetLite0.weights
    weights = AssetFile(name=asset.name, path=lite0, sha256=asset.sha256)
    return run_worker(spec.model_copy(update={"assets": (*spec.assets, weights)}))


def _as_imagenet(image: np.ndarray) -> torch.Tensor:
    """Resize to 256, cut 224 from the middle, normalise with mean = std = 0.5."""
    picture = Image.fromarray(image)
    scale = 256 / min(picture.size)
    width, height = (round(edge * scale) for edge in picture.size)
    left, top = (width - 224) // 2, (height - 224) // 2
    picture = picture.resize((width, height), Image.Resampling.BICUBIC)
    pixels = np.array(picture.crop((left, top, left + 224, top + 224)), np.float32)
    return torch.from_numpy(pixels / 127.5 - 1).permute(2, 0, 1)[None]


def test_the_converted_file_is_the_one_in_the_catalogue(lite0: Path) -> None:
    assert sha256_file(lite0) == EfficientNetLite0.weights.sha256
    assert lite0.stat().st_size == EfficientNetLite0.weights.size


def test_the_weights_know_an_espresso_and_a_tiger_cat(lite0: Path) -> None:
    network = timm.create_model(EfficientNetLite0.architecture, pretrained=False).eval()
    network.load_state_dict(safetensors.torch.load_file(lite0), strict=True)
    samples: Any = skimage.data  # it publishes few types
    with torch.no_grad():
        coffee = network(_as_imagenet(samples.coffee())).softmax(1)[0]
        chelsea = network(_as_imagenet(samples.chelsea())).softmax(1)[0]
    assert int(coffee.argmax()) == ESPRESSO
    assert float(coffee[ESPRESSO]) > 0.9
    assert int(chelsea.argmax()) == TIGER_CAT


def test_pretrained_digits_reach_93_percent_where_a_random_start_stays_below_85(
    tmp_path: Path, lite0: Path
) -> None:
    recipe = small_recipe("classification", model__image_size=64, trainer__num_epochs=2)
    accuracy = {}
    for pretrained in (True, False):
        recipe["model.backbone.use_pretrained"] = pretrained
        state = _train(recipe, tmp_path / f"run-{pretrained}", lite0)
        accuracy[pretrained] = state.curves["val/accuracy"][-1][1]
    assert accuracy[True] >= 0.93
    assert accuracy[False] < 0.85


@pytest.mark.skipif(not LONG_FORM, reason="the demo reaches it in every run: the long form alone")
def test_the_detector_reaches_a_map50_of_60_percent_on_scenes_it_has_not_seen(
    tmp_path: Path, lite0: Path
) -> None:
    recipe = small_recipe("detection", trainer__num_epochs=5)
    recipe["model.backbone.use_pretrained"] = True
    state = _train(recipe, tmp_path / "run", lite0)
    assert state.curves["val/map_50"][-1][1] >= 0.6


def test_the_segmenter_reaches_a_mean_iou_of_60_percent_on_scenes_it_has_not_seen(
    tmp_path: Path, lite0: Path
) -> None:
    recipe = small_recipe("segmentation", trainer__num_epochs=5)
    recipe["model.backbone.use_pretrained"] = True
    state = _train(recipe, tmp_path / "run", lite0)
    assert state.curves["val/miou"][-1][1] >= 0.6
