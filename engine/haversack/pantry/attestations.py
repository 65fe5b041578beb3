"""The shelf of attestations: what was proved about a recipe, by the recipe's id."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from haversack.base.digests import is_sha256
from haversack.base.errors import UsageError
from haversack.pantry.documents import Documents


class AttestationShelf:
    """One JSON document for each recipe that was rehearsed.

    Args:
        folder: Where they lie.
    """

    def __init__(self, folder: Path) -> None:
        """Keep the documents in a folder."""
        self.documents = Documents(folder, "the attestation")

    def put(self, recipe_id: str, document: dict[str, Any]) -> None:
        """Keep a recipe's newest attestation.

        Raises:
            UsageError: The id is not a recipe's id.
            FileFormatError: The document is not JSON.
            StorageError: The disk is full, read-only or failing.
        """
        self.documents.put(_stem(recipe_id), document)

    def get(self, recipe_id: str) -> dict[str, Any] | None:
        """Give a recipe's attestation; None where it was never rehearsed.

        Raises:
            FileFormatError: It is damaged.
        """
        return self.documents.get(_stem(recipe_id))

    def list(self) -> list[str]:
        """Give the ids of the recipes that have one."""
        return [path.stem for path in self.documents.paths() if is_sha256(path.stem)]

    def remove(self, recipe_id: str) -> None:
        """Forget a recipe's attestation if there is one."""
        self.documents.remove(_stem(recipe_id))


def _stem(recipe_id: str) -> str:
    if not is_sha256(recipe_id):
        raise UsageError(f"not a recipe id: {recipe_id[:80]!r}", "Give its 64 hex digits.")
    return recipe_id
