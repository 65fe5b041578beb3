"""An ONNX model in float16: operators that must stay float32 are told apart from the others."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest
import torch
from torch import nn

from haversack.training.export.about import OnnxAbout
from haversack.training.export.float16 import to_float16
from haversack.training.export.float32 import to_onnx

pytestmark = pytest.mark.torch

_ABOUT = OnnxAbout(
    task="segmentation", classes=("a",), image_size=8, recipe_id="none", precision="float32"
)


class _Upsampling(nn.Module):
    """What a feature pyramid does: a convolution, twice the size, another convolution."""

    output_names = ("map",)

    def __init__(self) -> None:
        super().__init__()
        self.first, self.last = nn.Conv2d(3, 16, 3, padding=1), nn.Conv2d(16, 4, 1)

    def forward(self, pictures: torch.Tensor) -> torch.Tensor:
        wide = nn.functional.interpolate(self.first(pictures), scale_factor=2.0)
        return self.last(wide)  # type: ignore[no-any-return] # torch types modules loosely


def test_a_network_that_enlarges_maps_is_halved_and_answers_nearly_the_same() -> None:
    torch.manual_seed(0)
    whole = to_onnx(_Upsampling().eval(), _ABOUT, 18)
    pictures = torch.rand(2, 3, 8, 8).numpy()
    before = whole.SerializeToString()
    half = to_float16(whole).SerializeToString()
    answers = [
        onnxruntime.InferenceSession(model).run(None, {"images": pictures})[0]
        for model in (before, half)
    ]
    assert answers[1].dtype == np.float32
    assert np.abs(answers[0] - answers[1]).max() == pytest.approx(0, abs=5e-3)
    assert not np.array_equal(*answers)
