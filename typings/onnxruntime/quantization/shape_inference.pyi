from os import PathLike
from typing import Any

def quant_pre_process(
    input_model: str | PathLike[str],
    output_model_path: str | PathLike[str] | None = ...,
    **options: Any,
) -> None: ...
