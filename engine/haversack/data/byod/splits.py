"""Which pictures are for validation: by digests, so that every machine chooses the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from haversack.base.digests import sha256_bytes
from haversack.base.errors import UsageError
from haversack.data.byod.records import TEST, Labelled

SHARE = 0.2


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """How a set is split.

    Attributes:
        share: The share of validation; None keeps the set's own splits where it has both.
        seed: Another seed gives another choice.
        group_by: ``folder``, ``prefix:MARK`` (what stands before the mark in the file's name) or
            ``column:NAME`` (of a CSV): what has this in common is never torn apart.
    """

    share: float | None = None
    seed: int = 0
    group_by: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be done.

        Raises:
            UsageError: The share leaves one side empty, or the grouping is unknown.
        """
        if self.share is not None and not 0 < self.share < 1:
            raise UsageError(f"{self.share} of the set is no share", "Give one between 0 and 1.")
        kind, _, value = self.group_by.partition(":")
        if kind not in ("", "folder") and not (kind in ("prefix", "column") and value):
            raise UsageError(
                f"pictures cannot be grouped by {self.group_by!r}",
                "Give folder, prefix:MARK or column:NAME.",
            )

    @property
    def column(self) -> str:
        """The column that groups; empty where none does."""
        kind, _, name = self.group_by.partition(":")
        return name if kind == "column" else ""

    def keeps_own(self) -> bool:
        """Say whether the set's own splits are kept."""
        return self.share is None and not self.group_by and not self.seed

    def group_of(self, one: Labelled) -> str:
        """Give the group of a picture; its own path where nothing groups."""
        kind, _, mark = self.group_by.partition(":")
        path = PurePosixPath(one.picture)
        if kind == "folder":
            return path.parent.as_posix()
        if kind == "prefix":
            before, found, _ = path.name.partition(mark)
            return before if found else one.picture
        return (one.group or one.picture) if kind == "column" else one.picture


def split(pictures: Sequence[Labelled], digests: dict[str, str], plan: SplitPlan) -> dict[str, str]:
    """Give ``train`` or ``val`` for each picture's path.

    Without groups each class gives its share, of all pictures where they bear no class. What the
    set calls ``test`` is for validation whatever the plan, and so is what is grouped with it; the
    share is then of the others.

    Args:
        pictures: What is split.
        digests: The digest of each picture's bytes, by its path.
        plan: How.
    """
    if _keeps(pictures, plan):
        return {one.picture: _side(one) for one in pictures}
    tested = {plan.group_of(one) for one in pictures if one.split == TEST}
    validating = {one.picture for one in pictures if plan.group_of(one) in tested}
    strata: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for one in pictures:
        if one.picture in validating:
            continue
        stratum = "" if plan.group_by else one.label
        strata[stratum][plan.group_of(one)].append(one.picture)
    share = SHARE if plan.share is None else plan.share
    for groups in strata.values():
        validating.update(_chosen(groups.values(), digests, share, plan.seed))
    return {one.picture: "val" if one.picture in validating else "train" for one in pictures}


def unlisted(pictures: Sequence[Labelled], plan: SplitPlan) -> list[str]:
    """Give the pictures that are trained on though the set's own splits do not name them."""
    if not _keeps(pictures, plan):
        return []
    return [one.picture for one in pictures if not one.split]


def _keeps(pictures: Sequence[Labelled], plan: SplitPlan) -> bool:
    return plan.keeps_own() and {_side(one) for one in pictures if one.split} == {"train", "val"}


def _side(one: Labelled) -> str:
    return "val" if one.split == TEST else one.split or "train"


def _chosen(
    groups: Iterable[list[str]], digests: dict[str, str], share: float, seed: int
) -> list[str]:
    """Choose whole groups, in the order of their digests, until the share is reached."""
    ordered = sorted(groups, key=lambda names: _place(names, digests, seed))
    total = sum(map(len, ordered))
    wanted = max(1, round(total * share))
    chosen: list[str] = []
    for names in ordered[:-1]:
        if len(chosen) >= wanted:
            break
        chosen += names
    return chosen


def _place(names: list[str], digests: dict[str, str], seed: int) -> str:
    first = min(digests[name] for name in names)
    return sha256_bytes(f"{seed}:{first}".encode()) if seed else first
