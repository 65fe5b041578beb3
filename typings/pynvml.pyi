from typing import Any

NVML_ERROR_NOT_SUPPORTED: int
NVML_ERROR_DRIVER_NOT_LOADED: int
NVML_ERROR_FUNCTION_NOT_FOUND: int
NVML_ERROR_GPU_IS_LOST: int

class NVMLError(Exception): ...

class Utilization:
    gpu: int
    memory: int

class Memory:
    total: int
    used: int
    free: int

def nvmlInit() -> None: ...  # noqa: N802 - the name is NVIDIA's
def nvmlDeviceGetCount() -> int: ...  # noqa: N802 - the name is NVIDIA's
def nvmlDeviceGetHandleByIndex(index: int) -> Any: ...  # noqa: N802 - the name is NVIDIA's
def nvmlDeviceGetUtilizationRates(handle: Any) -> Utilization: ...  # noqa: N802 - the name is NVIDIA's
def nvmlDeviceGetMemoryInfo(handle: Any) -> Memory: ...  # noqa: N802 - the name is NVIDIA's
def nvmlDeviceGetHandleByUUID(uuid: str) -> Any: ...  # noqa: N802 - the name is NVIDIA's
def nvmlDeviceGetTotalEnergyConsumption(handle: Any) -> int: ...  # noqa: N802 - the name is NVIDIA's
def nvmlDeviceGetClockInfo(handle: Any, clock: int) -> int: ...  # noqa: N802 - the name is NVIDIA's
def nvmlDeviceGetTemperature(handle: Any, sensor: int) -> int: ...  # noqa: N802 - the name is NVIDIA's
def nvmlDeviceGetEnforcedPowerLimit(handle: Any) -> int: ...  # noqa: N802 - the name is NVIDIA's
def nvmlDeviceGetCurrentClocksEventReasons(handle: Any) -> int: ...  # noqa: N802 - the name is NVIDIA's
def nvmlSystemGetDriverVersion() -> str: ...  # noqa: N802 - the name is NVIDIA's

NVML_CLOCK_SM: int
NVML_TEMPERATURE_GPU: int
nvmlClocksEventReasonSwPowerCap: int  # noqa: N816 - the name is NVIDIA's
nvmlClocksEventReasonHwSlowdown: int  # noqa: N816 - the name is NVIDIA's
nvmlClocksEventReasonSwThermalSlowdown: int  # noqa: N816 - the name is NVIDIA's
nvmlClocksEventReasonHwThermalSlowdown: int  # noqa: N816 - the name is NVIDIA's
nvmlClocksEventReasonHwPowerBrakeSlowdown: int  # noqa: N816 - the name is NVIDIA's
