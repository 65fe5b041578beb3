"""A checkpoint folder: ``model.safetensors``, ``trainer.safetensors`` and ``state.json``.

``state.json`` holds the digests of the other two, so a torn or changed folder is noticed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import safetensors
import safetensors.torch
import torch

from haversack.base.digests import read_verified, sha256_bytes
from haversack.base.errors import IntegrityError
from haversack.base.files import StorageError, write_bytes
from haversack.base.folders import fresh_folder, restore_if_writable
from haversack.training.checkpoint.state import STATE, About, CheckpointState, read_state
from haversack.training.checkpoint.tree import DAMAGED, decode, encode
from haversack.training.errors import CheckpointError

MODEL, TRAINER = "model.safetensors", "trainer.safetensors"


def write_checkpoint(
    folder: Path, about: About, model: Mapping[str, torch.Tensor], trainer: Mapping[str, object]
) -> None:
    """Write a checkpoint folder, replacing one that is there.

    Raises:
        CheckpointError: The trainer's state holds what cannot be kept.
        StorageError: The disk is full or failing; the old folder stays.
    """
    tensors: dict[str, torch.Tensor] = {}
    encoded = encode(trainer, tensors)
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in model.items()}
    contents = {
        MODEL: safetensors.torch.save(weights, metadata={"format": "pt"}),
        TRAINER: safetensors.torch.save(tensors),
    }
    files = {name: sha256_bytes(content) for name, content in contents.items()}
    state = CheckpointState(about=about, files=files, trainer=encoded)
    contents[STATE] = state.model_dump_json().encode("utf-8")
    with fresh_folder(folder) as fresh:
        for name, content in contents.items():
            write_bytes(fresh / name, content)


def copy_checkpoint(source: Path, target: Path) -> None:
    """Make ``target`` the same checkpoint; bytes are shared where the disk has links."""
    with fresh_folder(target) as fresh:
        for name in (MODEL, TRAINER, STATE):
            try:
                os.link(source / name, fresh / name)
            except OSError:
                shutil.copyfile(source / name, fresh / name)


def read_about(folder: Path) -> About:
    """Read what a checkpoint says of itself.

    Raises:
        CheckpointError: It is missing or damaged.
    """
    restore_if_writable(folder)
    return read_state(folder).about


def read_model(folder: Path) -> tuple[About, dict[str, torch.Tensor]]:
    """Read a checkpoint's weights, after their digest.

    Raises:
        CheckpointError: It is missing, torn or changed.
    """
    restore_if_writable(folder)
    state = read_state(folder)
    return state.about, _read_tensors(folder, MODEL, state)


def read_trainer(folder: Path) -> dict[str, object]:
    """Read the state from which training goes on, after its digest.

    Raises:
        CheckpointError: It is missing, torn or changed.
    """
    restore_if_writable(folder)
    state = read_state(folder)
    decoded = decode(state.trainer, _read_tensors(folder, TRAINER, state))
    if not isinstance(decoded, dict):
        raise CheckpointError(f"{folder} is damaged: its trainer is no table", DAMAGED)
    return decoded


def _read_tensors(folder: Path, name: str, state: CheckpointState) -> dict[str, torch.Tensor]:
    try:
        return safetensors.torch.load(read_verified(folder / name, state.files.get(name, "")))
    except (StorageError, IntegrityError, safetensors.SafetensorError) as error:
        raise CheckpointError(f"{folder / name} is missing or damaged", DAMAGED) from error
