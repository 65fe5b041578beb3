"""What the worker's libraries are and what they can do on this machine."""

from __future__ import annotations

from typing import Any

from haversack.base.counting import counted
from haversack.training import torchvision_guard


def library_report() -> dict[str, Any]:
    """Import torch and torchvision and tell their versions, the devices, and the guard's state.

    ``gpu_trouble`` says why torch cannot use a GPU that it counts, such as a driver that is too
    old; ``cuda`` is the version that torch was built for, empty where it was built for none.
    """
    torchvision_guard.install()
    import torch
    import torchvision

    devices, trouble = [], ""
    try:
        devices = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    except Exception as error:  # noqa: BLE001 - CUDA may fail in any way; the processor remains
        trouble = " ".join(str(error).split()) or type(error).__name__
    return {
        "torch": str(torch.__version__),
        "torchvision": str(torchvision.__version__),
        "torchvision_guard": torchvision_guard.is_active(),
        "devices": devices or [f"processor, {counted(torch.get_num_threads(), 'thread')}"],
        "threads": torch.get_num_threads(),
        "gpus": len(devices),
        "cuda": torch.version.cuda or "",
        "gpu_trouble": trouble,
    }
