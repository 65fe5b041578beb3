from torch import Tensor, nn
from transformers.models.rt_detr_v2.configuration_rt_detr_v2 import RTDetrV2Config

class RTDetrLoss(nn.Module):
    def __init__(self, config: RTDetrV2Config) -> None: ...
    def __call__(
        self, outputs: dict[str, Tensor], targets: list[dict[str, Tensor]]
    ) -> dict[str, Tensor]: ...
