"""D-FINE: a detection transformer that refines the distribution of each edge of a box.

Source: Peng et al. 2024, arXiv:2410.13842; the sizes are those of the authors' configurations. The
network is transformers'; it is made from its configuration and nothing is fetched.
"""

from __future__ import annotations

from dataclasses import dataclass

from transformers.models.d_fine import modeling_d_fine
from transformers.models.d_fine.configuration_d_fine import DFineConfig
from transformers.models.hgnet_v2.configuration_hgnet_v2 import HGNetV2Config

from haversack.training.networks.set_detector import SetDetectorNet, free_the_batch, places

free_the_batch(modeling_d_fine)

Four = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class _Backbone:
    """An HGNetV2: channels of its stem and stages, blocks of a stage, layers of a block."""

    stem: tuple[int, int, int]
    enters: Four
    within: Four
    leaves: Four
    blocks: Four
    layers: int
    affine: bool


@dataclass(frozen=True, slots=True)
class _Size:
    backbone: _Backbone
    decoder_layers: int
    depth: float
    expansion: float = 1.0
    encoder_width: int = 256
    decoder_width: int = 256
    encoder_feed: int = 1024
    decoder_feed: int = 1024
    strides: tuple[int, ...] = (8, 16, 32)
    points: tuple[int, ...] = (3, 6, 3)


_B0 = _Backbone(
    (3, 16, 16), (16, 64, 256, 512), (16, 32, 64, 128), (64, 256, 512, 1024), (1, 1, 2, 1), 3, True
)
_B2 = _Backbone(
    (3, 24, 32), (32, 96, 384, 768), (32, 64, 128, 256), (96, 384, 768, 1536), (1, 1, 3, 1), 4, True
)
_B4 = _Backbone(
    (3, 32, 48),
    (48, 128, 512, 1024),
    (48, 96, 192, 384),
    (128, 512, 1024, 2048),
    (1, 1, 3, 1),
    6,
    False,
)
_B5 = _Backbone(
    (3, 32, 64),
    (64, 128, 512, 1024),
    (64, 128, 256, 512),
    (128, 512, 1024, 2048),
    (1, 2, 5, 2),
    6,
    False,
)
_SIZES = {
    "nano": _Size(_B0, 3, 0.5, 0.34, 128, 128, 512, 512, (16, 32), (6, 6)),
    "small": _Size(_B0, 3, 0.34, 0.5),
    "medium": _Size(_B2, 4, 0.67),
    "large": _Size(_B4, 6, 1.0),
    "xlarge": _Size(_B5, 6, 1.0, encoder_width=384, encoder_feed=2048),
}


def d_fine(
    size: str, classes: int, image_size: int, queries: int, denoising: int, frozen_norms: bool
) -> SetDetectorNet:
    """Give a D-FINE with random weights.

    Args:
        size: ``nano``, ``small``, ``medium``, ``large`` or ``xlarge``.
        classes: Number of classes.
        image_size: Edge of the square in pixels.
        queries: Objects looked for; fewer where the maps have fewer places.
        denoising: Queries from blurred true boxes while training.
        frozen_norms: Whether the backbone's batch norms stay as published weights bring them.
    """
    wanted = _SIZES[size]
    levels = len(wanted.strides)
    config = DFineConfig(
        backbone_config=_backbone(wanted.backbone, levels),
        num_labels=classes,
        num_queries=min(queries, places(image_size, wanted.strides)),
        num_denoising=denoising,
        freeze_backbone_batch_norms=frozen_norms,
        num_feature_levels=levels,
        feat_strides=list(wanted.strides),
        encoder_in_channels=list(wanted.backbone.leaves[-levels:]),
        encode_proj_layers=[levels - 1],
        encoder_hidden_dim=wanted.encoder_width,
        encoder_ffn_dim=wanted.encoder_feed,
        decoder_in_channels=[wanted.encoder_width] * levels,
        decoder_ffn_dim=wanted.decoder_feed,
        d_model=wanted.decoder_width,
        decoder_layers=wanted.decoder_layers,
        decoder_n_points=list(wanted.points),
        depth_mult=wanted.depth,
        hidden_expansion=wanted.expansion,
        tie_word_embeddings=False,
    )
    return SetDetectorNet(modeling_d_fine.DFineForObjectDetection(config))


def _backbone(wanted: _Backbone, levels: int) -> HGNetV2Config:
    return HGNetV2Config(
        hidden_sizes=list(wanted.leaves),
        stem_channels=list(wanted.stem),
        stage_in_channels=list(wanted.enters),
        stage_mid_channels=list(wanted.within),
        stage_out_channels=list(wanted.leaves),
        stage_num_blocks=list(wanted.blocks),
        stage_numb_of_layers=[wanted.layers] * 4,
        use_learnable_affine_block=wanted.affine,
        out_indices=list(range(5 - levels, 5)),
    )
