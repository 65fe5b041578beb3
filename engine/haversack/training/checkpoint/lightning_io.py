"""Lightning's checkpoints through ours, so that nothing is ever pickled or unpickled."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from lightning.fabric.plugins.io.checkpoint_io import CheckpointIO

from haversack.training.checkpoint.folder import read_model, read_trainer, write_checkpoint
from haversack.training.checkpoint.state import About

ABOUT = "haversack_about"
PREFIX = "network."


class SafeCheckpointIO(CheckpointIO):
    """Writes and reads checkpoint folders; the network's tensors lose Lightning's prefix."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: object = None
    ) -> None:
        """Write ``checkpoint``, which must hold an `About` under ``ABOUT``."""
        kept = dict(checkpoint)
        about, tensors = kept.pop(ABOUT), kept.pop("state_dict")
        if not isinstance(about, About):
            raise TypeError("a checkpoint needs to say what it is of")
        network = {name.removeprefix(PREFIX): tensor for name, tensor in tensors.items()}
        write_checkpoint(Path(path), about, network, kept)

    def load_checkpoint(
        self, path: str | Path, map_location: object = None, weights_only: bool | None = None
    ) -> dict[str, Any]:
        """Read what ``save_checkpoint`` wrote.

        Raises:
            CheckpointError: It is missing, torn or changed.
        """
        about, tensors = read_model(Path(path))
        state = {PREFIX + name: tensor for name, tensor in tensors.items()}
        return {**read_trainer(Path(path)), "state_dict": state, ABOUT: about}

    def remove_checkpoint(self, path: str | Path) -> None:
        """Remove a checkpoint folder."""
        shutil.rmtree(path, ignore_errors=True)
