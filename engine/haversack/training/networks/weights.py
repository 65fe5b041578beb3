"""Pretrained tensors into a part of a network, strictly."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from haversack.training.errors import ConversionError

NOT_LEARNT = ("num_batches_tracked", "n_points_scale", "num_points_scale")
"""Endings of tensors that a network has from the start; not every file brings them."""


def load_backbone(
    module: nn.Module, tensors: Mapping[str, Tensor], not_wanted: str | tuple[str, ...]
) -> None:
    """Copy pretrained tensors by name; every tensor of the module must be filled.

    Args:
        module: The backbone, or a whole network.
        tensors: Pretrained tensors of the whole architecture.
        not_wanted: Prefixes of the module's own tensors that stay as they are (a new classifier);
            empty where all are to be filled.

    Raises:
        ConversionError: A tensor is missing or has another shape.
    """
    own = module.state_dict()
    wanted = {
        name
        for name in own
        if not (not_wanted and name.startswith(not_wanted))
        and (name in tensors or not name.endswith(NOT_LEARNT))
    }
    hint = "Fetch the weights again, or choose another backbone."
    for name in sorted(wanted):
        if name not in tensors:
            raise ConversionError(f"the pretrained weights have no tensor {name}", hint)
        if tensors[name].shape != own[name].shape:
            raise ConversionError(f"the pretrained tensor {name} has another shape", hint)
    module.load_state_dict({name: tensors[name] for name in wanted}, strict=False)
