"""The registry: the only way from a tag in data to a schema in code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from haversack.recipe.errors import AmbiguousName, unknown
from haversack.recipe.schema import Ingredient, Meta

Migration = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Upgrade:
    """One step that turns the serialized options of one version into the next version's.

    Attributes:
        path: Path of the ingredient.
        from_version: Version it starts from; it leads to ``from_version + 1``.
        migrate: Pure function from old fields to new fields, without ``kind``.
        note: What changed, for the recipe's history.
    """

    path: str
    from_version: int
    migrate: Migration
    note: str


@dataclass(frozen=True, slots=True)
class TaskDefaults:
    """What fills a slot when nobody says: paths by slot, for one task.

    A slot is named by its dotted path in the tree (``trainer.optimizer``).

    Attributes:
        task: The task.
        by_slot: Paths of the ingredients that fill a slot.
        options: Options, by slot, of an ingredient that fills it by default.
    """

    task: str
    by_slot: Mapping[str, tuple[str, ...]]
    options: Mapping[str, Mapping[str, object]] = field(default_factory=dict)


class Registry:
    """Immutable collection of ingredient schemas, upgrades and defaults."""

    def __init__(
        self,
        schemas: Iterable[type[Ingredient]],
        upgrades: Iterable[Upgrade] = (),
        defaults: Iterable[TaskDefaults] = (),
    ) -> None:
        """Collect schemas, upgrade steps and the defaults of tasks."""
        self._schemas = {schema.meta.kind: schema for schema in schemas}
        self._upgrades = {(step.path, step.from_version): step for step in upgrades}
        self._defaults = {entry.task: entry for entry in defaults}
        self._newest: dict[str, type[Ingredient]] = {}
        for schema in self._schemas.values():
            known = self._newest.get(schema.meta.path)
            if known is None or known.meta.version < schema.meta.version:
                self._newest[schema.meta.path] = schema

    def with_schema(self, schema: type[Ingredient]) -> Registry:
        """Give a registry that knows one schema more."""
        wider = Registry(())
        wider.__dict__.update(self.__dict__)
        wider._schemas = {**self._schemas, schema.meta.kind: schema}
        return wider

    def kinds(self) -> list[str]:
        """Give every installed ``path@version``, sorted."""
        return sorted(self._schemas)

    def has(self, kind: str) -> bool:
        """Say whether exactly this version is installed."""
        return kind in self._schemas

    def get(self, kind: str) -> type[Ingredient]:
        """Give the schema of ``path@version``.

        Raises:
            UnknownName: It is not installed; near matches are listed.
        """
        try:
            return self._schemas[kind]
        except KeyError:
            raise unknown("installed ingredient", kind, self.kinds()) from None

    def newest(self, path: str) -> type[Ingredient] | None:
        """Give the newest installed version of a path, or None."""
        return self._newest.get(path)

    def upgrade_from(self, path: str, version: int) -> Upgrade | None:
        """Give the step that leads on from a version, or None."""
        return self._upgrades.get((path, version))

    def candidates(self, role: str, task: str | None = None) -> list[type[Ingredient]]:
        """List the newest, not deprecated ingredients that fit a role, by title."""
        found = [
            schema
            for schema in self._newest.values()
            if schema.meta.role == role
            and not schema.meta.deprecated
            and (task is None or schema.meta.serves(task))
        ]
        return sorted(found, key=lambda schema: (schema.meta.title, schema.meta.path))

    def defaults(self, task: str, slot_path: str) -> tuple[str, ...]:
        """Give the paths that fill a slot by default for a task; empty where there is none."""
        known = self._defaults.get(task)
        return () if known is None else known.by_slot.get(slot_path, ())

    def default_options(self, task: str, slot_path: str) -> Mapping[str, object]:
        """Give the options that an ingredient has where it fills a slot by default."""
        known = self._defaults.get(task)
        return {} if known is None else known.options.get(slot_path, {})

    def find(self, name: str, role: str | None = None, task: str | None = None) -> type[Ingredient]:
        """Find the one ingredient that a person named.

        Args:
            name: A title, a path, ``path@version``, the whole display name, or a regular
                expression that matches one ingredient.
            role: Only ingredients of this role.
            task: Only ingredients that serve this task.

        Raises:
            UnknownName: None answers to it.
            AmbiguousName: Several do.
        """
        pool = [
            schema
            for schema in self._schemas.values()
            if (role is None or schema.meta.role == role)
            and (task is None or schema.meta.serves(task))
        ]
        newest = [schema for schema in pool if self._newest[schema.meta.path] is schema]
        for schema in pool:
            if schema.meta.kind == name:
                return schema
        exact = [schema for schema in newest if _answers_to(schema.meta, name)]
        found = exact or [schema for schema in newest if _matches(schema.meta, name)]
        if not found:
            raise unknown(role or "ingredient", name, [s.meta.display_name for s in newest])
        if len(found) > 1:
            raise AmbiguousName(
                f"{name!r} names {len(found)} ingredients",
                "Choose one: " + "; ".join(schema.meta.display_name for schema in found),
            )
        return found[0]


def _answers_to(meta: Meta, name: str) -> bool:
    wanted = name.strip().lower()
    return wanted in (meta.title.lower(), meta.path.lower(), meta.display_name.lower())


def _matches(meta: Meta, pattern: str) -> bool:
    try:
        return re.search(pattern, meta.display_name, re.IGNORECASE) is not None
    except re.error:
        return False
