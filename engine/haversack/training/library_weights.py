"""What torchvision says of its weights and timm of its architectures; nothing is fetched."""

from __future__ import annotations

from typing import Any

from haversack.base.finite_json import with_reasons
from haversack.training import torchvision_guard


def library_weights() -> list[dict[str, Any]]:
    """Give one entry for each weights of each model: name, metrics by data set, size, cost.

    What torchvision gives as NaN is null, with its reason in ``not_measured``.
    """
    torchvision_guard.install()
    from torchvision import models

    return [
        with_reasons(
            {
                "model": name,
                "weights": weights.name,
                "metrics": weights.meta.get("_metrics") or {},
                "parameters": weights.meta.get("num_params"),
                "gflops": weights.meta.get("_ops"),
                "file_mb": weights.meta.get("_file_size"),
                "url": weights.url,
            }
        )
        for name in models.list_models()
        for weights in models.get_model_weights(name)
    ]


def library_architectures() -> list[str]:
    """Give the names of the architectures that the installed timm can build."""
    torchvision_guard.install()
    import timm

    names: list[str] = timm.list_models()
    return names
