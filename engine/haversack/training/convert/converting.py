"""From a foreign ``.pth`` file to a safetensors file, by the conversion that an asset names."""

from __future__ import annotations

from pathlib import Path

from safetensors.torch import save

from haversack.base.digests import sha256_bytes
from haversack.base.files import write_bytes
from haversack.training.convert import by_name, by_position
from haversack.training.convert.foreign import load_foreign
from haversack.training.errors import ConversionError

_FITS = {"timm-by-position": by_position.fit, "torchvision": by_name.fit}


def convert(conversion: str, source: Path, target: Path) -> dict[str, object]:
    """Convert a ``.pth`` file into a safetensors file, deterministically.

    Args:
        conversion: ``timm-by-position:ARCHITECTURE`` or ``torchvision:ARCHITECTURE``.
        source: The foreign file; opened with ``weights_only=True``.
        target: Where the safetensors file is written.

    Returns:
        ``sha256``, ``size`` and the number of ``tensors`` of the written file.

    Raises:
        ConversionError: The conversion is unknown, the source is no tensor file, or its tensors
            do not fit the architecture.
    """
    way, _, architecture = conversion.partition(":")
    fit = _FITS.get(way)
    if fit is None or not architecture:
        raise ConversionError(
            f"unknown conversion {conversion!r}", "Upgrade Haversack, then run it again."
        )
    tensors = fit(load_foreign(source), architecture)
    content = save(tensors, metadata={"format": "pt"})
    write_bytes(target, content)
    return {"sha256": sha256_bytes(content), "size": len(content), "tensors": len(tensors)}
