from torch import nn
from transformers.models.d_fine.configuration_d_fine import DFineConfig

class DFineForObjectDetection(nn.Module):
    def __init__(self, config: DFineConfig) -> None: ...
