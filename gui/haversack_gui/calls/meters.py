"""How hard the machine works: the worker's processor and memory, the machine's, the GPUs'."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from haversack.base.counting import counted


@dataclass(frozen=True, slots=True)
class Gauge:
    """One meter: its words, how full it is (0..1), and the numbers in words."""

    title: str
    share: float
    text: str


class Meters:
    """Reads the meters; one object for a run, since processor time is measured between readings."""

    def __init__(self) -> None:
        """Begin with no process looked at."""
        self._pid = 0
        self._process: object | None = None
        self._nvml: bool | None = None

    def read(self, pid: int) -> tuple[Gauge, ...]:
        """Read every meter; ``pid`` is the worker's, 0 for none. Opens no connection."""
        import psutil

        memory = psutil.virtual_memory()
        gauges = [
            *self._worker(pid, memory.total),
            Gauge(
                "Memory of the machine",
                memory.percent / 100,
                f"{(memory.total - memory.available) / 1e9:.1f} of {memory.total / 1e9:.0f} GB",
            ),
        ]
        return (*gauges, *self._gpus())

    def _worker(self, pid: int, total: int) -> list[Gauge]:
        import psutil

        if not pid:
            return []
        try:
            if pid != self._pid or not isinstance(self._process, psutil.Process):
                self._pid, self._process = pid, psutil.Process(pid)
            busy, held = self._process.cpu_percent(), self._process.memory_info().rss
        except psutil.Error:
            return []
        cores = psutil.cpu_count() or 1
        share = busy / 100 / cores
        return [
            Gauge("Processor", min(share, 1.0), f"{busy / 100:.1f} of {counted(cores, 'core')}"),
            Gauge("Memory of the worker", held / total, f"{held / 1e9:.2f} GB"),
        ]

    def _gpus(self) -> list[Gauge]:
        if self._nvml is False:
            return []
        try:
            import pynvml
        except ImportError:
            self._nvml = False
            return []
        try:
            if self._nvml is None:
                pynvml.nvmlInit()
                self._nvml = True
            cards = pynvml.nvmlDeviceGetCount()
        except pynvml.NVMLError:
            self._nvml = False
            return []
        names = ["GPU"] if cards == 1 else [f"GPU {place}" for place in range(cards)]
        return [gauge for place, name in enumerate(names) for gauge in _gpu(place, name)]


def _gpu(place: int, name: str) -> Iterator[Gauge]:
    """Give a card's meters; what it does not tell, as one that is shared, is left out."""
    import pynvml

    try:
        card = pynvml.nvmlDeviceGetHandleByIndex(place)
    except pynvml.NVMLError:
        return
    with contextlib.suppress(pynvml.NVMLError):
        busy = pynvml.nvmlDeviceGetUtilizationRates(card).gpu
        yield Gauge(name, busy / 100, f"{busy} %")
    with contextlib.suppress(pynvml.NVMLError):
        held = pynvml.nvmlDeviceGetMemoryInfo(card)
        if held.total:
            text = f"{held.used / 1e9:.1f} of {held.total / 1e9:.0f} GB"
            yield Gauge(f"Memory of {name}", held.used / held.total, text)
