from typing import Any

from torch import Tensor, nn
from transformers.models.eomt.configuration_eomt import EomtConfig

class EomtForUniversalSegmentation(nn.Module):
    embeddings: Any
    layernorm: nn.Module
    layers: nn.ModuleList
    query: nn.Embedding
    criterion: nn.Module
    def __init__(self, config: EomtConfig) -> None: ...
    def predict(self, logits: Tensor) -> tuple[Tensor, Tensor]: ...
