"""Weights load under the names under which they are published; classes and sizes may differ."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from haversack.training.errors import ConversionError
from haversack.training.networks.d_fine import d_fine
from haversack.training.networks.eomt import EomtNet
from haversack.training.networks.rt_detr_v2 import rt_detr_v2
from haversack.training.networks.set_detector import NEW, SetDetectorNet

pytestmark = pytest.mark.torch

# As the authors' conversion scripts write them, before transformers renamed its modules.
_FEED = {
    "nano": (r"mlp\.layers\.0\.", r"mlp\.layers\.1\."),
    "r18vd": (r"mlp\.fc1\.", r"mlp\.fc2\."),
}


def _published(network: SetDetectorNet, size: str) -> dict[str, Tensor]:
    first, second = _FEED[size]
    found = {}
    for name, tensor in network.detector.state_dict().items():
        old = re.sub(r"encoder\.aifi\.(\d+)\.layers", r"encoder.encoder.\1.layers", name)
        old = old.replace("o_proj", "out_proj").replace("model.decoder.bbox_embed", "bbox_embed")
        old = re.sub(rf"(layers\.\d+\.){first}", r"\1fc1.", old)
        old = re.sub(rf"(layers\.\d+\.){second}", r"\1fc2.", old)
        if not old.endswith("num_batches_tracked"):
            found[old] = torch.randn_like(tensor) if tensor.is_floating_point() else tensor
    return found


@pytest.mark.parametrize(("make", "size"), [(d_fine, "nano"), (rt_detr_v2, "r18vd")])
def test_a_detector_starts_from_all_that_was_published_but_for_its_classes(
    make: Callable[..., SetDetectorNet], size: str
) -> None:
    published = _published(make(size, 7, 64, 300, 100, True), size)
    assert "model.encoder.encoder.0.layers.0.self_attn.out_proj.weight" in published
    assert "model.decoder.layers.0.fc1.weight" in published
    network = make(size, 3, 96, 300, 100, True)
    before = {name: tensor.clone() for name, tensor in network.detector.state_dict().items()}
    network.load_published(published)
    after = network.detector.state_dict()
    for name, tensor in after.items():
        if tensor.is_floating_point():
            assert torch.equal(tensor, before[name]) == name.startswith(NEW), name
    del published["model.decoder.layers.0.fc1.weight"]
    with pytest.raises(ConversionError, match="have no tensor"):
        network.load_published(published)


def test_a_segmenter_stretches_positions_and_keeps_the_queries_that_there_are() -> None:
    published = {
        name: torch.randn_like(tensor)
        for name, tensor in EomtNet("tiny", 7, 128, 20).layers.state_dict().items()
    }
    network = EomtNet("tiny", 3, 64, 12)
    network.load_published(published)
    own = network.layers.state_dict()
    assert torch.equal(own["query.weight"], published["query.weight"][:12])
    assert torch.equal(own["layers.5.norm1.weight"], published["layers.5.norm1.weight"])
    positions = "embeddings.position_embeddings.weight"
    assert own[positions].shape == (16, 192)
    same_size = EomtNet("tiny", 3, 128, 30)
    same_size.load_published(published)
    assert torch.allclose(same_size.layers.state_dict()[positions], published[positions], atol=1e-5)
    assert torch.equal(same_size.layers.query.weight[:20], published["query.weight"])
