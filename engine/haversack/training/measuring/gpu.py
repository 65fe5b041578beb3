"""What an NVIDIA GPU says of itself through its driver (NVML). No torch at import."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, TypeVar

import pynvml

from haversack.training.measuring.energy import Counter

Value = TypeVar("Value")
SLOWED = (
    pynvml.nvmlClocksEventReasonSwThermalSlowdown
    | pynvml.nvmlClocksEventReasonHwThermalSlowdown
    | pynvml.nvmlClocksEventReasonHwSlowdown
    | pynvml.nvmlClocksEventReasonHwPowerBrakeSlowdown
    | pynvml.nvmlClocksEventReasonSwPowerCap
)
"""Reasons for a lower clock that are the GPU's own: heat and power."""


def uuid_of(number: int) -> str:
    """Give what names a GPU to its driver; CUDA counts only those that this process may see."""
    import torch

    return f"GPU-{torch.cuda.get_device_properties(number).uuid}"


def open_gpu(uuid: str) -> Gpu | None:
    """Open a GPU by its name; None where the driver does not give it (none, or a part of one)."""
    try:
        pynvml.nvmlInit()
        return Gpu(pynvml.nvmlDeviceGetHandleByUUID(uuid))
    except pynvml.NVMLError:
        return None


class Gpu:
    """One GPU; what its driver does not tell is None."""

    def __init__(self, handle: Any) -> None:
        """Ask about the device of NVML's handle."""
        self._handle = handle

    def joules(self) -> float | None:
        """Give the energy that the whole board took since its driver was loaded."""
        spent = _told(lambda: pynvml.nvmlDeviceGetTotalEnergyConsumption(self._handle))
        return None if spent is None else spent / 1e3

    def energy_counter(self) -> Counter | None:
        """Give what counts its joules; None where the driver does not."""
        if self.joules() is None:
            return None

        def spent() -> float:
            joules = self.joules()
            return math.nan if joules is None else joules

        return spent

    def memory_bytes(self) -> int | None:
        """Give the memory that all programs have taken of it."""
        return _told(lambda: int(pynvml.nvmlDeviceGetMemoryInfo(self._handle).used))

    def facts(self) -> dict[str, object]:
        """Give clock, temperature, limit of power and driver as they are now.

        ``slowed`` says whether heat or the limit of power lowers the clock at this moment.
        """
        handle = self._handle
        clock = _told(lambda: pynvml.nvmlDeviceGetClockInfo(handle, pynvml.NVML_CLOCK_SM))
        limit = _told(lambda: pynvml.nvmlDeviceGetEnforcedPowerLimit(handle))
        reasons = _told(lambda: pynvml.nvmlDeviceGetCurrentClocksEventReasons(handle))
        return {
            "clock_Hz": None if clock is None else clock * 1e6,
            "temperature_C": _told(
                lambda: pynvml.nvmlDeviceGetTemperature(handle, pynvml.NVML_TEMPERATURE_GPU)
            ),
            "power_limit_W": None if limit is None else limit / 1e3,
            "slowed": None if reasons is None else bool(reasons & SLOWED),
            "driver": _told(pynvml.nvmlSystemGetDriverVersion),
        }


def _told(ask: Callable[[], Value]) -> Value | None:
    try:
        return ask()
    except pynvml.NVMLError:
        return None
