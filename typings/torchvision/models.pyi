from collections.abc import Iterable
from typing import Any

from torch import nn

class Weights:
    name: str
    url: str
    meta: dict[str, Any]

def list_models() -> list[str]: ...
def get_model_weights(name: str) -> Iterable[Weights]: ...
def get_model(name: str, **config: Any) -> nn.Module: ...
