"""EoMT: a plain vision transformer whose queries each give a mask and a class.

Source: Kerssies et al. 2025, "Your ViT is Secretly an Image Segmentation Model", arXiv:2503.19108.
The layers are transformers', made from their configuration; nothing is fetched. The authors hide
pixels from queries early in training and stop doing so before its end; here queries see all from
the start, so that training and use are the same network.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers.models.eomt.configuration_eomt import EomtConfig
from transformers.models.eomt.modeling_eomt import EomtForUniversalSegmentation

from haversack.training.networks.normalise import IMAGENET_MEAN, IMAGENET_STD, Normalise
from haversack.training.networks.weights import load_backbone

PATCH = 16
_WIDTHS = {"tiny": (192, 3), "small": (384, 6), "base": (768, 12)}
_LAYERS, _QUERY_LAYERS = 12, 3
_NEW = ("class_predictor.", "criterion.", "attn_mask_probs")
_POSITIONS = "embeddings.position_embeddings.weight"


class EomtNet(nn.Module):
    """Pictures ``(n, 3, s, s)`` of 0..1 to the answers of ``q`` queries.

    They are ``classes`` ``(n, q, classes + 1)`` as logits, the last for "nothing", and ``masks``
    ``(n, q, s / 4, s / 4)`` as logits. In training the same pair follows for each of the layers
    before the last that the queries go through.
    """

    output_names = ("classes", "masks")

    def __init__(self, size: str, classes: int, image_size: int, queries: int) -> None:
        """Build it with random weights."""
        super().__init__()
        width, heads = _WIDTHS[size]
        config = EomtConfig(
            hidden_size=width,
            num_attention_heads=heads,
            num_hidden_layers=_LAYERS,
            num_blocks=_QUERY_LAYERS,
            image_size=image_size,
            patch_size=PATCH,
            num_queries=queries,
            num_labels=classes,
        )
        self.normalise = Normalise(IMAGENET_MEAN, IMAGENET_STD)
        self.layers = EomtForUniversalSegmentation(config)
        del self.layers.criterion  # the loss is tasks/mask_head.py's
        nn.init.trunc_normal_(self.layers.embeddings.position_embeddings.weight, std=0.02)

    def forward(self, images: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Give classes and masks."""
        net = self.layers
        tokens = net.embeddings(self.normalise(images))
        answers: list[Tensor] = []
        joined = len(net.layers) - _QUERY_LAYERS
        for number, layer in enumerate(net.layers):
            if number == joined:
                queries = net.query.weight[None].expand(tokens.shape[0], -1, -1)
                tokens = torch.cat((queries, tokens), dim=1)
            if self.training and number > joined:
                answers = [*self._answers(tokens), *answers]
            tokens = layer(tokens)
        return (*self._answers(tokens), *answers)

    def _answers(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        masks, classes = self.layers.predict(self.layers.layernorm(tokens))
        return classes, masks

    def load_published(self, tensors: Mapping[str, Tensor]) -> None:
        """Start from published tensors; positions are stretched to this picture size.

        Raises:
            ConversionError: A tensor is missing or has another shape.
        """
        own = self.layers.state_dict()
        given = dict(tensors)
        if _POSITIONS in given:
            given[_POSITIONS] = _stretched(given[_POSITIONS], own[_POSITIONS].shape[0])
        asked = "query.weight"
        if asked in given:
            few = min(len(given[asked]), len(own[asked]))
            given[asked] = torch.cat((given[asked][:few], own[asked][few:]))
        load_backbone(self.layers, given, _NEW)


def _stretched(positions: Tensor, count: int) -> Tensor:
    """Resample a square grid of positions ``(g * g, width)`` to ``(count, width)``."""
    before, after = (round(n**0.5) for n in (len(positions), count))
    grid = positions.T.reshape(1, -1, before, before).float()
    grid = functional.interpolate(grid, size=(after, after), mode="bicubic", align_corners=False)
    return grid.reshape(positions.shape[1], -1).T.to(positions.dtype)
