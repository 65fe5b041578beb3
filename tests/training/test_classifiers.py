"""Any timm architecture learns to classify; one that is unknown is told."""

from __future__ import annotations

import pytest
import torch

from haversack.training.errors import UnbuildableError
from haversack.training.networks.classifier import Classifier

pytestmark = pytest.mark.torch


@pytest.mark.parametrize(
    ("architecture", "size"),
    [
        ("tf_efficientnet_lite0", 33),
        ("resnet10t", 64),
        ("mobilenetv3_small_050", 64),
        ("convnext_atto", 64),
        ("vit_tiny_patch16_224", 96),
    ],
)
def test_each_kind_of_architecture_starts_undecided_and_its_head_learns(
    architecture: str, size: int
) -> None:
    torch.manual_seed(0)
    network = Classifier(architecture, 3, 0.0, 0.5, 0.5, size)
    (logits,) = network(torch.rand(2, 3, size, size))
    assert logits.shape == (2, 3)
    assert logits.abs().max() < 2
    head = network.backbone.get_submodule(network.head_name)
    assert isinstance(head, torch.nn.Linear)
    logits.square().sum().backward()
    assert head.weight.grad is not None
    assert head.weight.grad.abs().sum() > 0


def test_an_architecture_that_this_timm_does_not_have_is_told() -> None:
    with pytest.raises(UnbuildableError, match="has no architecture 'resnet_of_tomorrow'"):
        Classifier("resnet_of_tomorrow", 3, 0.0, 0.5, 0.5, 64)
    with pytest.raises(UnbuildableError, match="cannot be made for 65 px"):
        Classifier("nest_tiny", 3, 0.0, 0.5, 0.5, 65)
