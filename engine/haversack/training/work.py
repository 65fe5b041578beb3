"""One piece of work as every job sees it: spec, recipe, where events go, whether to stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pydantic import JsonValue

from haversack.base.digests import sha256_file
from haversack.recipe.assets import Asset
from haversack.recipe.root import RecipeRoot
from haversack.recipe.schema import Ingredient
from haversack.recipe.tree import Recipe
from haversack.runs.events import Event, Noted, Produced
from haversack.runs.spec import RunSpec
from haversack.training.errors import AssetMissingError, UnbuildableError

Kind = TypeVar("Kind", bound=Ingredient)


@dataclass(frozen=True, slots=True)
class Work:
    """What a job gets.

    Attributes:
        spec: What was asked.
        recipe: The recipe of the spec.
        emit: Takes events.
        stopped: Says whether somebody asked to stop.
        rank: Which of the processes that train together this is; 0 writes and speaks.
    """

    spec: RunSpec
    recipe: Recipe
    emit: Callable[[Event], None]
    stopped: Callable[[], bool]
    rank: int = 0

    @property
    def root(self) -> RecipeRoot:
        """The recipe's root with its slots."""
        if not isinstance(self.recipe.root, RecipeRoot):
            raise UnbuildableError("the run's recipe has no root", "Make the run again.")
        return self.recipe.root

    @property
    def run_dir(self) -> Path:
        """The run's folder."""
        return self.spec.run_dir

    def with_options(self, **options: JsonValue) -> Work:
        """Give the same work with some options changed."""
        spec = self.spec.model_copy(update={"options": {**self.spec.options, **options}})
        return replace(self, spec=spec)

    def note(self, text: str, warning: bool = False) -> None:
        """Tell a person something."""
        self.emit(Noted(level="warning" if warning else "info", text=text))

    def produced(self, path: Path, role: str) -> None:
        """Tell that a file or a folder of the run is whole."""
        is_file = path.is_file()
        self.emit(
            Produced(
                path=path.relative_to(self.run_dir).as_posix(),
                role=role,
                sha256=sha256_file(path) if is_file else "",
                size=path.stat().st_size if is_file else 0,
            )
        )

    def asset_path(self, asset: Asset) -> Path:
        """Give the local file of an asset.

        Raises:
            AssetMissingError: The run was not given one with the recipe's digest.
        """
        for file in self.spec.assets:
            if file.name == asset.name and file.sha256 in ("", asset.sha256):
                return file.path
        raise AssetMissingError(
            f"the run was not given {asset.name}",
            "Prepare the recipe where there is a network, then run it again.",
        )


def expect(node: Ingredient | None, kind: type[Kind], slot: str) -> Kind:
    """Give a slot's ingredient as what it must be.

    Raises:
        UnbuildableError: The slot is empty or holds something else.
    """
    if isinstance(node, kind):
        return node
    found = "is empty" if node is None else f"holds {node.meta.display_name}"
    raise UnbuildableError(
        f"{slot} {found}; this needs a {kind.meta.title}", f"See options({slot!r}) for what fits."
    )
