"""RT-DETRv2: a real-time detection transformer on a ResNet.

Source: Lv et al. 2024, arXiv:2407.17140; the sizes are those of the authors' configurations. The
network is transformers'; it is made from its configuration and nothing is fetched.
"""

from __future__ import annotations

from dataclasses import dataclass

from transformers.models.rt_detr.configuration_rt_detr_resnet import RTDetrResNetConfig
from transformers.models.rt_detr_v2 import modeling_rt_detr_v2
from transformers.models.rt_detr_v2.configuration_rt_detr_v2 import RTDetrV2Config

from haversack.training.networks.set_detector import SetDetectorNet, free_the_batch, places

free_the_batch(modeling_rt_detr_v2)

STRIDES = (8, 16, 32)


@dataclass(frozen=True, slots=True)
class _Size:
    depths: tuple[int, int, int, int]
    is_deep: bool
    expansion: float = 1.0
    decoder_layers: int = 6
    encoder_width: int = 256
    encoder_feed: int = 1024


_SIZES = {
    "r18vd": _Size((2, 2, 2, 2), False, 0.5, 3),
    "r34vd": _Size((3, 4, 6, 3), False, 0.5, 4),
    "r50vd": _Size((3, 4, 6, 3), True),
    "r101vd": _Size((3, 4, 23, 3), True, encoder_width=384, encoder_feed=2048),
}


def rt_detr_v2(
    size: str, classes: int, image_size: int, queries: int, denoising: int, frozen_norms: bool
) -> SetDetectorNet:
    """Give an RT-DETRv2 with random weights.

    Args:
        size: ``r18vd``, ``r34vd``, ``r50vd`` or ``r101vd``.
        classes: Number of classes.
        image_size: Edge of the square in pixels.
        queries: Objects looked for; fewer where the maps have fewer places.
        denoising: Queries from blurred true boxes while training.
        frozen_norms: Whether the backbone's batch norms stay as published weights bring them.
    """
    wanted = _SIZES[size]
    widths = [256, 512, 1024, 2048] if wanted.is_deep else [64, 128, 256, 512]
    config = RTDetrV2Config(
        backbone_config=_backbone(wanted, widths),
        num_labels=classes,
        num_queries=min(queries, places(image_size, STRIDES)),
        num_denoising=denoising,
        freeze_backbone_batch_norms=frozen_norms,
        encoder_in_channels=widths[1:],
        encoder_hidden_dim=wanted.encoder_width,
        encoder_ffn_dim=wanted.encoder_feed,
        decoder_in_channels=[wanted.encoder_width] * len(STRIDES),
        decoder_layers=wanted.decoder_layers,
        hidden_expansion=wanted.expansion,
        tie_word_embeddings=False,
    )
    return SetDetectorNet(modeling_rt_detr_v2.RTDetrV2ForObjectDetection(config))


def _backbone(wanted: _Size, widths: list[int]) -> RTDetrResNetConfig:
    return RTDetrResNetConfig(
        depths=list(wanted.depths),
        hidden_sizes=widths,
        layer_type="bottleneck" if wanted.is_deep else "basic",
        out_indices=[2, 3, 4],
    )
