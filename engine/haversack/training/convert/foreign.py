"""Reading a foreign weights file without running what it holds."""

from __future__ import annotations

import zipfile
from pathlib import Path

import torch

from haversack.training.errors import ConversionError

HINT = "The fetched file is not the one this ingredient was made for: fetch it again."


def load_foreign(source: Path) -> dict[str, torch.Tensor]:
    """Read a state dictionary without ever running code that it holds.

    Raises:
        ConversionError: It is not a dictionary of tensors, or it holds anything else.
    """
    try:
        loaded = torch.load(source, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, ValueError, zipfile.BadZipFile) as error:
        raise ConversionError(f"{source.name} is not a readable weights file", HINT) from error
    except Exception as error:
        if type(error).__name__ != "UnpicklingError":  # its module is banned here on purpose
            raise
        raise ConversionError(
            f"{source.name} holds more than weights; it was not run", HINT
        ) from error
    if not isinstance(loaded, dict) or not all(torch.is_tensor(t) for t in loaded.values()):
        raise ConversionError(f"{source.name} is not a dictionary of tensors", HINT)
    return loaded
