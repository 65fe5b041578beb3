from torch import nn
from transformers.models.rt_detr_v2.configuration_rt_detr_v2 import RTDetrV2Config

class RTDetrV2ForObjectDetection(nn.Module):
    def __init__(self, config: RTDetrV2Config) -> None: ...
