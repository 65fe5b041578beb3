"""Foreign weights onto an architecture of torchvision: every tensor by its name, none left over."""

from __future__ import annotations

import torch

from haversack.training import torchvision_guard
from haversack.training.convert.foreign import HINT
from haversack.training.errors import ConversionError


def fit(foreign: dict[str, torch.Tensor], architecture: str) -> dict[str, torch.Tensor]:
    """Check foreign tensors against a model of torchvision, strictly.

    Raises:
        ConversionError: torchvision does not know the architecture, or names or shapes differ.
    """
    torchvision_guard.install()
    from torchvision.models import get_model, list_models

    if architecture not in list_models():
        raise ConversionError(f"torchvision knows no architecture {architecture!r}", HINT)
    wanted = get_model(architecture, weights=None, weights_backbone=None).state_dict()
    strays = sorted(set(wanted) ^ set(foreign))
    if strays:
        raise ConversionError(f"{architecture} and the file differ in {strays[0]}", HINT)
    for name, place in wanted.items():
        tensor = foreign[name]
        if place.shape != tensor.shape or place.dtype != tensor.dtype:
            raise ConversionError(
                f"{name} is {tuple(tensor.shape)} {tensor.dtype}, "
                f"{architecture} wants {tuple(place.shape)} {place.dtype}",
                HINT,
            )
    return {name: foreign[name].contiguous() for name in wanted}
