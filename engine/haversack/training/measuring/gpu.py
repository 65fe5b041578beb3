"""What an NVIDIA GPU says of itself through its driver (NVML). No torch at import."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable
from typing import Any, TypeVar

import pynvml

from haversack.training.measuring.energy import Counter

Value = TypeVar("Value")
BETWEEN_LOOKS = 0.5
"""Seconds from one look at a GPU to the next while it works."""
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

    def facts(self) -> dict[str, Any]:
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


class Watch:
    """Looks at a GPU now and then while it works: a moment later it is idle and cool again.

    Args:
        facts: What is looked at, such as `Gpu.facts`.
        between: Seconds from one look to the next.
    """

    def __init__(self, facts: Callable[[], dict[str, Any]], between: float = BETWEEN_LOOKS) -> None:
        """Have seen nothing yet."""
        self._facts, self._between, self._next = facts, between, -math.inf
        self._seen: list[dict[str, Any]] = []

    def look(self) -> None:
        """Look at the GPU, if it is time to."""
        if time.monotonic() >= self._next:
            self._seen.append(self._facts())
            self._next = time.monotonic() + self._between

    def facts(self) -> dict[str, Any]:
        """Give what was seen, None where nothing was told.

        The clock is the mean of all looks, the temperature the highest, and ``slowed`` says
        whether heat or the limit of power lowered the clock at any look; the rest is the last.
        """
        last = self._seen[-1] if self._seen else self._facts()
        clocks, heats, slowed = (
            [seen[name] for seen in self._seen if seen[name] is not None]
            for name in ("clock_Hz", "temperature_C", "slowed")
        )
        return last | {
            "clock_Hz": statistics.fmean(clocks) if clocks else None,
            "temperature_C": max(heats, default=None),
            "slowed": any(slowed) if slowed else None,
        }


def _told(ask: Callable[[], Value]) -> Value | None:
    try:
        return ask()
    except pynvml.NVMLError:
        return None
