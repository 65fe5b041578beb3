"""The plan that a folder of results belongs to: written by its first bake, no other after it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from haversack.base.errors import FileFormatError, UsageError
from haversack.base.files import write_text
from haversack.base.locking import locked
from haversack.recipe.registry import Registry
from haversack.services.bake.plan import Plan, read_plan, units

FILE = "plan.json"
WORDS = frozenset({"card"})
"""Fields that may change between bakes: words of the volume's card, which nothing is baked by."""
_LOCK = ".plan.lock"
_UNIT = re.compile(r"[0-9]{3,}-[0-9a-f]{12}")


class AnotherPlanError(UsageError):
    """The folder holds the results of another plan."""


def keep_plan(plan: Plan, registry: Registry, folder: Path) -> None:
    """Write the plan into its folder of results, or see that the one there is the same.

    A folder that an earlier version baked has none; it gets one if units of the plan lie in it.

    Args:
        plan: What is baked.
        registry: The installed ingredients.
        folder: Where the units keep their results; made when it is not there.

    Raises:
        AnotherPlanError: The results there are those of another plan.
        FileFormatError: The plan there is damaged.
    """
    with locked(folder / _LOCK):
        require_kept(plan, registry, folder)
        if not (folder / FILE).exists():
            write_text(folder / FILE, plan.model_dump_json(indent=2) + "\n")


def require_kept(plan: Plan, registry: Registry, folder: Path) -> None:
    """See that a folder of results is this plan's; nothing is written.

    Raises:
        AnotherPlanError: The results there are those of another plan.
        FileFormatError: The plan there is damaged.
    """
    file = folder / FILE
    if not file.exists():
        found = {path.name for path in folder.glob("*-*") if _UNIT.fullmatch(path.name)}
        if found and found.isdisjoint(unit.key for unit in units(plan, registry)):
            raise _another(folder, "none of what is baked there is in this plan")
        return
    try:
        kept = read_plan(file)
    except FileFormatError as error:
        raise FileFormatError(
            f"{file} cannot be read as a plan ({error.message})",
            "It says what was baked there. Bake into another --folder, or put it back as it was.",
        ) from error
    changed = _different(kept, plan)
    if changed:
        raise _another(folder, f"of another {', '.join(changed)}")


def _different(kept: Plan, plan: Plan) -> list[str]:
    """Give the fields in which two plans differ; the order within a field numbers the units."""
    old, new = kept.model_dump(mode="json"), plan.model_dump(mode="json")
    fields = new.keys() - WORDS
    return sorted(name for name in fields if _spelled(old[name]) != _spelled(new[name]))


def _spelled(value: object) -> str:
    return json.dumps(value, allow_nan=False)


def _another(folder: Path, why: str) -> AnotherPlanError:
    return AnotherPlanError(
        f"{folder} holds the results of another plan: {why}",
        "Give this plan a name of its own, or another --folder.",
    )
