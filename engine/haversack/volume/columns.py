"""The columns of a golden volume: type, direction, unit and the name that people read.

The 26 columns are the vendor's, in its order; ``dataset`` and ``relative_task_metric`` are ours.
``if_`` columns were measured in the framework, ``od_`` columns on the device.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DType = Literal["int", "float", "str", "bool", "time"]
Direction = Literal["lower", "higher"]

FASTER = "x times faster"
SMALLER = "x times smaller"
FEWER = "x times fewer"
LOWER = "x times lower"
ACCURACY = "relative_task_metric"


@dataclass(frozen=True, slots=True)
class Column:
    """What is known of one column.

    Attributes:
        name: The column's name in the table.
        dtype: What it holds; every type can also be null, which means "not measured".
        title: Its name for people, without the unit.
        direction: Whether lower or higher values are better; None where the column is no metric.
        unit: The unit of the raw values; empty where there is none.
        converted: Its name after the conversion that makes larger better; empty where
            nothing is converted.
    """

    name: str
    dtype: DType
    title: str
    direction: Direction | None = None
    unit: str = ""
    converted: str = ""

    @property
    def label(self) -> str:
        """The name of the values that a query returns: converted, or the title with its unit."""
        if self.converted:
            return self.converted
        return f"{self.title} ({self.unit})" if self.unit else self.title


def _lower(name: str, title: str, unit: str, converted: str) -> Column:
    return Column(name, "float", title, "lower", unit, converted)


COLUMNS: tuple[Column, ...] = (
    Column("id", "int", "Experiment"),
    Column("timestamp", "time", "Measured at"),
    Column("run_id", "str", "Training run"),
    Column("hardware", "str", "Hardware"),
    Column("quantization", "str", "Quantization"),
    Column("calib_method", "str", "Calibration method"),
    Column("per_channel", "bool", "Quantized per channel"),
    Column("height", "int", "Image height", unit="px"),
    Column("width", "int", "Image width", unit="px"),
    Column("model_family", "str", "Model family"),
    Column("backbone", "str", "Backbone"),
    Column("optimizer", "str", "Optimizer"),
    Column("scheduler", "str", "Scheduler"),
    Column("if_task_metric", "float", "Task metric in the framework", "higher"),
    _lower("if_inf_size", "Model size in the framework", "MB", SMALLER),
    _lower("if_inf_macs", "Multiply-accumulates of one inference", "MACs", FEWER),
    Column("od_task_metric", "float", "Task metric on the device", "higher"),
    _lower("od_inf_rate_ms", "Time of one inference on the device", "ms", FASTER),
    _lower("od_inf_energy_mJ", "Energy of one inference on the device", "mJ", SMALLER),
    _lower("od_size_MB", "Model size on the device", "MB", SMALLER),
    _lower("od_gpu_mem_MB", "GPU memory on the device", "MB", SMALLER),
    _lower("od_cpu_mem_MB", "CPU memory on the device", "MB", SMALLER),
    _lower("od_unified_mem_MB", "Unified memory on the device", "MB", SMALLER),
    _lower("od_total_mem_MB", "Memory in all on the device", "MB", SMALLER),
    _lower("od_avg_cpu_freq_Hz", "Average CPU clock on the device", "Hz", LOWER),
    Column("sppr", "str", "Recipe"),
    Column("dataset", "str", "Data set"),
    Column(ACCURACY, "float", "Task metric relative to the best", "higher"),
)

VENDOR_COLUMNS: tuple[str, ...] = tuple(column.name for column in COLUMNS[:26])
METRICS: tuple[str, ...] = tuple(column.name for column in COLUMNS if column.direction)
_BY_NAME = {column.name: column for column in COLUMNS}


def column(name: str) -> Column | None:
    """Give what is known of a named column, or None for a column that is not one of ours."""
    return _BY_NAME.get(name)
