"""Networks from the model ingredients, with the weights that they start from.

What needs transformers is imported only when it is built: that takes seconds.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping

import safetensors.torch
from torch import Tensor, nn

from haversack.base.digests import read_verified
from haversack.catalog.backbones import Backbone, OtherTimm
from haversack.catalog.detectors import DFine, RTDetrV2, SetDetector, SSDLite320
from haversack.catalog.models import CenterPoint, FeaturePyramid, TimmClassifier
from haversack.catalog.segmenters import LRASPP, Eomt
from haversack.recipe.schema import Ingredient
from haversack.training.builders.table import builder_for
from haversack.training.errors import AssetMissingError
from haversack.training.networks.center_point import CenterPointNet
from haversack.training.networks.classifier import Classifier
from haversack.training.networks.feature_pyramid import FeaturePyramidNet
from haversack.training.networks.normalise import Levels
from haversack.training.networks.weights import load_backbone
from haversack.training.work import Work, expect

Start = Mapping[str, Tensor] | None
"""Tensors that a network starts from; None for a random start."""


def build_network(work: Work, classes: int, image_size: int, pretrained: bool) -> nn.Module:
    """Give the recipe's network.

    Args:
        work: The work with its recipe and assets.
        classes: Number of classes of the dataset.
        image_size: Edge of the network's square in pixels.
        pretrained: Whether the network starts from its weights where the recipe wants them;
            False where a checkpoint is loaded afterwards.

    Raises:
        UnbuildableError: The model or backbone is not known here.
        AssetMissingError: The weights are not among the run's files.
        IntegrityError: The weights are damaged.
    """
    model = work.root.model
    build = builder_for(model, _TABLE, "model")
    source = getattr(model, "backbone", model)
    tensors = _start(source, work) if pretrained else None
    return build(model, classes, image_size, tensors)


def _start(source: Ingredient | None, work: Work) -> Start:
    if source is None:
        return None
    for unpinned in source.unpinned().values():
        raise AssetMissingError(
            f"nobody has seen the digest of {unpinned.name} yet",
            "Prepare the recipe where there is a network: that fetches and pins it.",
        )
    weights = source.assets()
    if not weights:
        return None
    return safetensors.torch.load(read_verified(work.asset_path(weights[0]), weights[0].sha256))


def _classifier(model: TimmClassifier, classes: int, image_size: int, start: Start) -> nn.Module:
    backbone = expect(model.backbone, Backbone, "model.backbone")
    mean, std = _levels(backbone)
    network = Classifier(backbone.timm_name(), classes, model.drop_rate, mean, std, image_size)
    if start is not None:
        load_backbone(network.backbone, start, not_wanted=f"{network.head_name}.")
    return network


def _levels(backbone: Backbone) -> tuple[Levels, Levels]:
    """Give the mean and deviation that pictures had when the backbone was trained."""
    if isinstance(backbone, OtherTimm) and backbone.has_own_levels:
        import timm

        for name in (f"{backbone.name}.{backbone.tag}", backbone.name):
            with contextlib.suppress(RuntimeError):  # timm knows no such tag
                told = timm.get_pretrained_cfg(name)
                if told is not None:
                    return told.mean, told.std
    return backbone.mean, backbone.std


def _center_point(model: CenterPoint, classes: int, image_size: int, start: Start) -> nn.Module:
    backbone = expect(model.backbone, Backbone, "model.backbone")
    network = CenterPointNet(
        backbone.timm_name(), classes, model.head_channels, backbone.mean, backbone.std
    )
    if start is not None:
        load_backbone(network.backbone, start, not_wanted="")
    return network


def _feature_pyramid(
    model: FeaturePyramid, classes: int, image_size: int, start: Start
) -> nn.Module:
    backbone = expect(model.backbone, Backbone, "model.backbone")
    network = FeaturePyramidNet(
        backbone.timm_name(), classes, model.head_channels, backbone.mean, backbone.std
    )
    if start is not None:
        load_backbone(network.backbone, start, not_wanted="")
    return network


def _ssdlite(model: SSDLite320, classes: int, image_size: int, start: Start) -> nn.Module:
    from haversack.training.networks.ssdlite import NEW, SSDLiteNet

    network = SSDLiteNet(classes)
    if start is not None:
        load_backbone(network, start, not_wanted=NEW)
    return network


def _d_fine(model: DFine, classes: int, image_size: int, start: Start) -> nn.Module:
    from haversack.training.networks.d_fine import d_fine

    network = d_fine(model.size, classes, image_size, *_set_options(model))
    if start is not None:
        network.load_published(start)
    return network


def _rt_detr_v2(model: RTDetrV2, classes: int, image_size: int, start: Start) -> nn.Module:
    from haversack.training.networks.rt_detr_v2 import rt_detr_v2

    network = rt_detr_v2(model.size, classes, image_size, *_set_options(model))
    if start is not None:
        network.load_published(start)
    return network


def _set_options(model: SetDetector) -> tuple[int, int, bool]:
    return model.queries, model.denoising, model.is_pretrained


def _lraspp(model: LRASPP, classes: int, image_size: int, start: Start) -> nn.Module:
    from haversack.training.networks.lraspp import NEW, LRASPPNet

    network = LRASPPNet(classes)
    if start is not None:
        load_backbone(network.lraspp, start, not_wanted=NEW)
    return network


def _eomt(model: Eomt, classes: int, image_size: int, start: Start) -> nn.Module:
    from haversack.training.networks.eomt import EomtNet

    network = EomtNet(model.size, classes, image_size, model.queries)
    if start is not None:
        network.load_published(start)
    return network


_TABLE: Mapping[type[Ingredient], Callable[..., nn.Module]] = {
    TimmClassifier: _classifier,
    CenterPoint: _center_point,
    FeaturePyramid: _feature_pyramid,
    SSDLite320: _ssdlite,
    DFine: _d_fine,
    RTDetrV2: _rt_detr_v2,
    LRASPP: _lraspp,
    Eomt: _eomt,
}
