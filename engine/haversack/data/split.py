"""Splits that depend on nothing but names or a fixed seed."""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt


def in_validation(name: str, percent: int = 20) -> bool:
    """Say whether a sample belongs to validation: the same answer on every machine."""
    digest = hashlib.sha256(name.encode("utf-8")).digest()
    return int.from_bytes(digest[:4], "big") % 100 < percent


def split_stratified(
    labels: npt.NDArray[np.int64], fraction: float = 0.25, seed: int = 0
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Split indices so that each class gives a fraction of its samples to validation.

    Args:
        labels: ``(n,)`` class indices.
        fraction: Share of each class that is for validation.
        seed: Seed of the shuffle.

    Returns:
        Sorted indices of training and of validation.
    """
    rng = np.random.default_rng(seed)
    validation = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        validation[members[: max(1, round(len(members) * fraction))]] = True
    return np.flatnonzero(~validation), np.flatnonzero(validation)
