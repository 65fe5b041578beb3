"""Which device the work runs on."""

from __future__ import annotations

import torch

from haversack.training.errors import TrainingError


def choose_device(wanted: str) -> torch.device:
    """Give the device for ``auto``, ``cpu``, ``cuda`` or ``cuda:1``.

    Raises:
        TrainingError: This machine does not have it.
    """
    hint = "Choose `auto` or `cpu`; `haversack doctor` shows what this machine has."
    if wanted == "auto":
        return torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wanted)
    except RuntimeError as error:
        raise TrainingError(f"{wanted!r} is not a device", hint) from error
    if device.type == "cpu":
        return device
    if device.type != "cuda":
        raise TrainingError(f"{wanted!r} is not a device that Haversack uses", hint)
    index = device.index or 0
    if not torch.cuda.is_available() or index >= torch.cuda.device_count():
        raise TrainingError(f"this machine has no {wanted}", hint)
    return torch.device("cuda", index)


def describe(device: torch.device) -> str:
    """Give a device's name for a person."""
    if device.type == "cuda":
        return f"{device} ({torch.cuda.get_device_name(device)})"
    return str(device)
