from torch import nn
from transformers.core_model_loading import WeightRenaming

def get_model_conversion_mapping(model: nn.Module) -> list[WeightRenaming]: ...
