# onnxruntime publishes no types. Incomplete: only what is used here.
from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

__version__: str

class NodeArg:
    name: str
    shape: list[int | str | None]
    type: str

class ModelMetadata:
    custom_metadata_map: dict[str, str]

class SessionOptions:
    intra_op_num_threads: int
    inter_op_num_threads: int
    log_severity_level: int
    enable_profiling: bool
    profile_file_prefix: str
    def add_session_config_entry(self, key: str, value: str) -> None: ...

class InferenceSession:
    def __init__(
        self,
        path_or_bytes: str | bytes,
        sess_options: SessionOptions | None = ...,
        *,
        providers: Sequence[str] | None = ...,
    ) -> None: ...
    def run(
        self, output_names: Sequence[str] | None, input_feed: Mapping[str, NDArray[Any]]
    ) -> list[Any]: ...
    def get_inputs(self) -> list[NodeArg]: ...
    def get_outputs(self) -> list[NodeArg]: ...
    def get_modelmeta(self) -> ModelMetadata: ...
    def end_profiling(self) -> str: ...
    def get_providers(self) -> list[str]: ...

def get_available_providers() -> list[str]: ...
def __getattr__(name: str) -> Any: ...
