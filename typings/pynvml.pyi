from typing import Any

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
