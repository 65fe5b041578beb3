"""Weights that others publish and whose digest is not known here: an option to pin them."""

from __future__ import annotations

from pydantic import Field

from haversack.recipe.assets import Asset, Pin, Unpinned
from haversack.recipe.schema import UNSET, Ingredient

NONE, PUBLISHED = "none", "published"
PIN = r"[0-9a-f]{64}:[1-9][0-9]{0,12}(:[0-9a-f]{64})?"


class PublishedWeights(Ingredient):
    """Something that can start from weights of others.

    ``none`` starts from random numbers. ``published`` wants what the source publishes: preparing
    the recipe fetches it, checks it against what its source says of it, and puts the pin in its
    place. A pin is ``SHA256:BYTES`` of the file as it is kept, with ``:SHA256`` of the file as it
    was fetched where the two differ.
    """

    weights: str = Field(
        NONE,
        pattern=rf"^({NONE}|{PUBLISHED}|{PIN})$",
        description="none, published (preparing pins them), or SHA256:BYTES",
    )

    def source(self) -> Unpinned:
        """Name the published weights."""
        raise NotImplementedError

    @property
    def is_pretrained(self) -> bool:
        """Whether it starts from weights of others."""
        return self.weights != NONE

    def assets(self) -> tuple[Asset, ...]:
        """Name the weights, where they are pinned."""
        if self.weights in (NONE, PUBLISHED, UNSET):
            return ()
        return (self.source().pinned(Pin.parse(self.weights)),)

    def unpinned(self) -> dict[str, Unpinned]:
        """Name the weights, where they are wanted and not pinned yet."""
        return {"weights": self.source()} if self.weights == PUBLISHED else {}
