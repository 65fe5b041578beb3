"""Tasks: what is learnt."""

from __future__ import annotations

from haversack.recipe.schema import Ingredient, Meta

CLASSIFICATION = frozenset({"classification"})
DETECTION = frozenset({"detection"})
SEGMENTATION = frozenset({"segmentation"})


def _meta(name: str, title: str, about: str) -> Meta:
    return Meta(f"task/{name}", 1, title, "task", about, f"vision.{name}.2d", frozenset({name}))


class Classification(Ingredient):
    """One label for a picture."""

    meta = _meta("classification", "Classification", "One label for each picture.")


class Detection(Ingredient):
    """Boxes with labels."""

    meta = _meta("detection", "Detection", "A box and a label for each object.")


class Segmentation(Ingredient):
    """A label for each pixel."""

    meta = _meta("segmentation", "Segmentation", "A label for each pixel.")
