"""Networks from the model ingredients, with their pretrained backbones."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import safetensors.torch
from torch import Tensor, nn

from haversack.base.digests import read_verified
from haversack.catalog.backbones import Backbone
from haversack.catalog.models import CenterPoint, FeaturePyramid, TimmClassifier
from haversack.recipe.schema import Ingredient
from haversack.training.builders.table import builder_for
from haversack.training.networks.center_point import CenterPointNet
from haversack.training.networks.classifier import Classifier
from haversack.training.networks.feature_pyramid import FeaturePyramidNet
from haversack.training.networks.weights import load_backbone
from haversack.training.work import Work, expect


def build_network(work: Work, classes: int, pretrained: bool) -> nn.Module:
    """Give the recipe's network.

    Args:
        work: The work with its recipe and assets.
        classes: Number of classes of the dataset.
        pretrained: Whether the backbone starts from its weights where the recipe wants them;
            False where a checkpoint is loaded afterwards.

    Raises:
        UnbuildableError: The model or backbone is not known here.
        AssetMissingError: The weights are not among the run's files.
        IntegrityError: The weights are damaged.
    """
    model = work.root.model
    return builder_for(model, _TABLE, "model")(model, work, classes, pretrained)


def _pretrained(backbone: Backbone, work: Work, pretrained: bool) -> Mapping[str, Tensor] | None:
    weights = backbone.starts_from()
    if weights is None or not pretrained:
        return None
    content = read_verified(work.asset_path(weights), weights.sha256)
    return safetensors.torch.load(content)


def _classifier(model: TimmClassifier, work: Work, classes: int, pretrained: bool) -> nn.Module:
    backbone = expect(model.backbone, Backbone, "model.backbone")
    network = Classifier(
        backbone.timm_name(),
        classes,
        model.drop_rate,
        backbone.mean,
        backbone.std,
        model.image_size,
    )
    tensors = _pretrained(backbone, work, pretrained)
    if tensors is not None:
        load_backbone(network.backbone, tensors, not_wanted=f"{network.head_name}.")
    return network


def _center_point(model: CenterPoint, work: Work, classes: int, pretrained: bool) -> nn.Module:
    backbone = expect(model.backbone, Backbone, "model.backbone")
    network = CenterPointNet(
        backbone.timm_name(), classes, model.head_channels, backbone.mean, backbone.std
    )
    tensors = _pretrained(backbone, work, pretrained)
    if tensors is not None:
        load_backbone(network.backbone, tensors, not_wanted="")
    return network


def _feature_pyramid(
    model: FeaturePyramid, work: Work, classes: int, pretrained: bool
) -> nn.Module:
    backbone = expect(model.backbone, Backbone, "model.backbone")
    network = FeaturePyramidNet(
        backbone.timm_name(), classes, model.head_channels, backbone.mean, backbone.std
    )
    tensors = _pretrained(backbone, work, pretrained)
    if tensors is not None:
        load_backbone(network.backbone, tensors, not_wanted="")
    return network


_TABLE: Mapping[type[Ingredient], Callable[..., nn.Module]] = {
    TimmClassifier: _classifier,
    CenterPoint: _center_point,
    FeaturePyramid: _feature_pyramid,
}
