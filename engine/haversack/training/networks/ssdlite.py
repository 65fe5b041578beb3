"""SSDLite320: torchvision's single-shot detector on MobileNetV3-Large, its raw answers.

Source: Liu et al. 2015, "SSD", arXiv:1512.02325; Howard et al. 2019, "Searching for MobileNetV3",
arXiv:1905.02244. Boxes are read from the answers outside of the network (tasks/ssd_head.py).
"""

from __future__ import annotations

import torch
from torch import nn
from torchvision.models import get_model

from haversack.training.networks.normalise import Normalise

NEW = ("head.classification_head.",)
"""Tensors that depend on the classes and start anew beside published weights."""


class SSDLiteNet(nn.Module):
    """Pictures ``(n, 3, s, s)`` of 0..1 to the answers of ``d`` default boxes.

    They are ``logits`` ``(n, d, 1 + classes)``, the ground first, and ``offsets`` ``(n, d, 4)``, as
    `default_boxes.decode` reads them.
    """

    output_names = ("logits", "offsets")

    def __init__(self, classes: int) -> None:
        """Build it with random weights."""
        super().__init__()
        whole = get_model(
            "ssdlite320_mobilenet_v3_large",
            weights=None,
            weights_backbone=None,
            num_classes=classes + 1,
        )
        self.normalise = Normalise(0.5, 0.5)
        self.backbone: nn.Module = whole.get_submodule("backbone")
        self.head: nn.Module = whole.get_submodule("head")

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Give logits and offsets."""
        maps = self.backbone(self.normalise(images))
        found = self.head(list(maps.values()))
        return found["cls_logits"], found["bbox_regression"]
