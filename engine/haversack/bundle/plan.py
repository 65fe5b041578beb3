"""Deciding what a packing will write, and refusing what may not be packed, before writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from haversack.base.digests import is_sha256, sha256_bytes
from haversack.base.files import storage_error
from haversack.bundle.errors import Invalid, PackError
from haversack.bundle.items import Contents, PackItem
from haversack.bundle.layout import BLOB_SIZE
from haversack.bundle.manifest import ManifestFile, check_text, make_manifest
from haversack.bundle.weights import HeaderGate, NotWeights
from haversack.trust.names import check_name

_PIECE = 1 << 16


@dataclass(frozen=True)
class Plan:
    """A checked list of items.

    Attributes:
        items: All items, in order of their paths.
        sources: One item for each digest.
        blob_size: The size of every blob of a file but its last.
    """

    items: tuple[PackItem, ...]
    sources: tuple[PackItem, ...]
    blob_size: int

    @property
    def size(self) -> int:
        """The bytes of all digests together."""
        return sum(item.size for item in self.sources)


def make_plan(
    items: Sequence[PackItem], contents: Contents, blob_size: int, may_sign_code: bool = False
) -> Plan:
    """Check items by the rules by which a reader would refuse them.

    Raises:
        PackError: One of them may not be packed; it is named.
        UsageError: The bundle's name is none.
        StorageError: A weight file cannot be read.
    """
    check_name(contents.name, "bundle")
    texts = [*contents.volumes, *contents.licences]
    texts += [text for recipe in contents.recipes for text in (recipe.name, recipe.task)]
    if not all(check_text(text) for text in texts):
        raise PackError("a name of a recipe or volume cannot be shown", "Rename it.")
    for recipe in contents.recipes:
        if not is_sha256(recipe.id):
            raise PackError(f"recipe {recipe.name} has no id", "Give its whole SHA-256.")
    for item in items:
        if item.kind == "code" and not may_sign_code:
            raise PackError(
                f"{item.logical_path} is code, which a key that signs data may not sign",
                "Make a key for code with `haversack keys rotate NAME --code`, or leave it out.",
            )
    if not 1 <= blob_size <= BLOB_SIZE:
        raise PackError(f"blobs of {blob_size} bytes are impossible")
    try:
        make_manifest((_draft(item, blob_size) for item in items), blob_size)
    except Invalid as error:
        raise PackError(
            error.message.removeprefix("the manifest: "), "Rename it or leave it out."
        ) from error
    sources: dict[str, PackItem] = {}
    for item in sorted(items, key=lambda one: one.logical_path):
        if sources.setdefault(item.sha256, item).size != item.size:
            raise PackError(f"{item.logical_path} has another size than its twin", "Check it.")
        if item.kind == "weights":
            refuse_unsound_weights(item)
    ordered = sorted(items, key=lambda one: one.logical_path)
    return Plan(tuple(ordered), tuple(sources.values()), blob_size)


def refuse_unsound_weights(item: PackItem) -> None:
    """Read the header of a weight file and refuse all but sound safetensors.

    Raises:
        PackError: It is a pickle or otherwise unsound.
        StorageError: It cannot be read.
    """
    gate = HeaderGate(item.size)
    try:
        with item.open() as file:
            while gate.missing:
                piece = file.read(min(gate.missing, _PIECE))
                if not piece:
                    gate.finish()
                gate.feed(piece)
    except NotWeights as error:
        raise PackError(
            f"{item.logical_path} is refused as weights: {error}",
            "Convert it to safetensors first.",
        ) from error
    except OSError as error:
        raise storage_error(error, Path(item.logical_path), "reading") from error


def _draft(item: PackItem, blob_size: int) -> ManifestFile:
    """Give an entry with made-up blobs where the real ones are not known yet."""
    blobs = [item.sha256]
    if not 0 < item.size <= blob_size:
        count = -(-item.size // blob_size) if 0 <= item.size <= 2**46 else 0
        blobs = [sha256_bytes(f"{item.sha256}/{at}".encode()) for at in range(count)]
    return item.listed(blobs)
