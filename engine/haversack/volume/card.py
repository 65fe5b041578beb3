"""A volume's card: what was measured, by what, on what, under which licence, and which bytes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.files import read_bytes, write_bytes
from haversack.volume.errors import VolumeFormatError

CARD_LIMIT = 1 << 20


class Card(BaseModel):
    """The facts about one volume.

    Attributes:
        version: The card's own version.
        name: The volume's name, such as ``"xval_det"``.
        task: The task of its recipes, such as ``"detection"``.
        measured: What was measured, in a sentence.
        by: What measured it: program and version.
        on: What it was measured on: the machine.
        licence: The licence of the measurements.
        source: Where they come from.
        rows: The number of experiments.
        sha256: The digest of the Parquet file, or empty where nobody recorded it.
        metric_directions: Whether ``"lower"`` or ``"higher"`` is better, for added columns.
        classes: For each data set that was measured on, how often each class stands in it:
            pictures, or objects where it has boxes; empty where nobody counted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    name: str = Field(min_length=1, max_length=200)
    task: str = ""
    measured: str = ""
    by: str = ""
    on: str = ""
    licence: str = ""
    source: str = ""
    rows: int = Field(default=0, ge=0)
    sha256: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")
    metric_directions: dict[str, Literal["lower", "higher"]] = Field(default_factory=dict)
    classes: dict[str, dict[str, Annotated[int, Field(ge=0)]]] = Field(default_factory=dict)

    @classmethod
    def parse(cls, card: Card | Mapping[str, Any] | bytes) -> Card:
        """Make a card of a dict or of the bytes of a card's file.

        Raises:
            VolumeFormatError: It is no card.
        """
        if isinstance(card, Card):
            return card
        values = load_strict(card, "the card", CARD_LIMIT) if isinstance(card, bytes) else card
        try:
            return cls.model_validate(dict(values) if isinstance(values, Mapping) else values)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the whole"
            raise VolumeFormatError(
                f"the volume's card is wrong at {where}: {first['msg']}",
                "Write the card again, or fetch the volume again.",
            ) from error

    def as_dict(self) -> dict[str, Any]:
        """Give the card as JSON-ready values."""
        return self.model_dump(mode="json")


def card_path(volume: Path) -> Path:
    """Give the path of the card that lies beside a volume."""
    return volume.with_suffix(".card.json")


def read_card(path: Path) -> Card:
    """Read a card.

    Raises:
        StorageError: The file cannot be read.
        VolumeFormatError: It is no card.
        FileFormatError: It is no JSON.
    """
    return Card.parse(read_bytes(path, CARD_LIMIT))


def write_card(path: Path, card: Card) -> None:
    """Write a card whole or not at all."""
    write_bytes(path, dump_canonical(card.as_dict()) + b"\n")
