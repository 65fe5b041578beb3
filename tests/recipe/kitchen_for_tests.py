"""A small registry with what the shipped one has no need of yet: upgrades and deprecation."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from haversack.recipe.registry import Registry, TaskDefaults, Upgrade
from haversack.recipe.schema import UNSET, Ingredient, Meta, slot

DETECTION = frozenset({"detection"})


class Task(Ingredient):
    meta = Meta("task/detection", 1, "Detection", "task", "Boxes.", tasks=DETECTION)


class Net(Ingredient):
    meta = Meta("net/plain", 1, "Plain net", "model", "A net.")
    backbone: Ingredient | None = slot("backbone")


class Small(Ingredient):
    meta = Meta("backbone/small", 1, "Small", "backbone", "Small.")


class Large(Ingredient):
    meta = Meta("backbone/large", 1, "Large", "backbone", "Large.")


class Old(Ingredient):
    meta = Meta("backbone/old", 1, "Old", "backbone", "Old.", deprecated="use Small")


class Own(Ingredient):
    meta = Meta("data/own", 1, "Own pictures", "data", "Bring your own.")
    folder: str = Field(UNSET, description="Where they are")


class Trainer3(Ingredient):
    meta = Meta("trainer/plain", 3, "Plain trainer", "trainer", "Trains.")
    steps: int = Field(10, ge=1, le=100, description="Steps", json_schema_extra={"unit": "steps"})


class Check(Ingredient):
    meta = Meta("checkpoint/none", 1, "None", "checkpoint", "Keeps nothing.")


class Judge(Ingredient):
    meta = Meta("evaluate/none", 1, "None", "evaluate", "Judges nothing.")


class Out(Ingredient):
    meta = Meta("export/none", 1, "None", "export", "Exports nothing.")


def _rename(fields: dict[str, Any]) -> dict[str, Any]:
    return {"rounds" if key == "n" else key: value for key, value in fields.items()}


def _per_ten(fields: dict[str, Any]) -> dict[str, Any]:
    return {"steps": fields["rounds"] * 10}


def registry(with_default: bool = True) -> Registry:
    defaults = {"model.backbone": ("backbone/small",)} if with_default else {}
    return Registry(
        (Task, Net, Small, Large, Old, Own, Trainer3, Check, Judge, Out),
        (
            Upgrade("trainer/plain", 1, _rename, "`n` is called `rounds`"),
            Upgrade("trainer/plain", 2, _per_ten, "rounds of ten became steps"),
        ),
        (TaskDefaults("detection", defaults),),
    )
