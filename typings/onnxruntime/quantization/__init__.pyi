from enum import Enum
from os import PathLike
from typing import Any

from numpy.typing import NDArray

class CalibrationDataReader:
    def get_next(self) -> dict[str, NDArray[Any]] | None: ...

class QuantFormat(Enum):
    QOperator = 0
    QDQ = 1

class QuantType(Enum):
    QInt8 = 0
    QUInt8 = 1

class CalibrationMethod(Enum):
    MinMax = 0
    Entropy = 1
    Percentile = 2

def quantize_static(
    model_input: str | PathLike[str],
    model_output: str | PathLike[str],
    calibration_data_reader: CalibrationDataReader,
    quant_format: QuantFormat = ...,
    **options: Any,
) -> None: ...
