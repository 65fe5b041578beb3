"""Migrating recorded ingredients whose version is no longer installed."""

from __future__ import annotations

import re
from typing import Any

from haversack.recipe.errors import RecipeError, unknown
from haversack.recipe.registry import Registry

_VERSION = re.compile(r"[1-9][0-9]{0,8}")


def upgrade(data: object, registry: Registry, allow: bool) -> tuple[object, list[str]]:
    """Bring every ingredient of serialized data to an installed version.

    A version that is installed stays as it is; another is taken step by step to the newest.

    Args:
        data: A tree as `codec.to_data` gives it.
        registry: What is installed, and the upgrade steps.
        allow: False: a version that is not installed is an error.

    Returns:
        The data, and one line for each step taken, oldest first.

    Raises:
        RecipeError: A version is not installed and may not or cannot be upgraded.
    """
    steps: list[str] = []

    def visit(value: object) -> object:
        if isinstance(value, list):
            return [visit(item) for item in value]
        if not isinstance(value, dict):
            return value
        fields = {key: visit(item) for key, item in value.items()}
        kind = fields.get("kind")
        if not isinstance(kind, str) or registry.has(kind):
            return fields
        return _climb(fields, kind, registry, allow, steps)

    return visit(data), steps


def _climb(
    fields: dict[str, Any], kind: str, registry: Registry, allow: bool, steps: list[str]
) -> dict[str, Any]:
    path, _, version_text = kind.rpartition("@")
    newest = registry.newest(path)
    if newest is None or _VERSION.fullmatch(version_text) is None:
        raise unknown("installed ingredient", kind, registry.kinds())
    version, target = int(version_text), newest.meta.version
    if not allow:
        raise RecipeError(
            f"{kind} is not installed; the newest here is {newest.meta.kind}",
            "Allow upgrades (without --no-upgrade), or install the release that has it.",
        )
    if version > target:
        raise RecipeError(f"{kind} is newer than this installation", "Install a newer release.")
    options = {key: value for key, value in fields.items() if key != "kind"}
    while version < target:
        step = registry.upgrade_from(path, version)
        if step is None:
            raise RecipeError(
                f"nothing leads from {path}@{version} to {path}@{version + 1}",
                "Choose the ingredient anew.",
            )
        options = step.migrate(options)
        steps.append(f"{path}@{version} -> {path}@{version + 1}: {step.note}")
        version += 1
    return {"kind": newest.meta.kind, **options}
