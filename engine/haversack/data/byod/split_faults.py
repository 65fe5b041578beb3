"""What is wrong with how a set was split: groups that are classes, sides that lack something."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from haversack.base.errors import UsageError
from haversack.data.byod.records import Labelled, Problem
from haversack.data.byod.splits import SHARE, SplitPlan

WHERE = "the split"
FAR_OFF = 0.1
FEW = 20
"""Of fewer pictures with boxes or masks, which no class deals out, nothing is told."""
_SIDES = {"train": "to train on", "val": "to validate on"}


def refuse_groups(form: str, pictures: Sequence[Labelled], plan: SplitPlan) -> None:
    """Refuse groups that are the classes: each class would be on one side alone.

    Args:
        form: The set's format.
        pictures: Its pictures.
        plan: How they are to be grouped.

    Raises:
        UsageError: A class's pictures are all of them a group of their own.
    """
    if not plan.group_by:
        return
    groups: dict[str, set[str]] = defaultdict(set)
    labels: dict[str, set[str]] = defaultdict(set)
    for one in pictures:
        if one.label:
            groups[one.label].add(plan.group_of(one))
            labels[plan.group_of(one)].add(one.label)
    folders = form == "imagefolder" and plan.group_by == "folder"
    sides = (*groups.values(), *labels.values())
    one_each = len(groups) > 1 and all(len(side) == 1 for side in sides)
    if folders or one_each:
        raise UsageError(
            f"grouped by {plan.group_by} each class would be on one side of the split alone",
            "Group by prefix:MARK, or bring a CSV and group by column:NAME.",
        )


def split_faults(pictures: Sequence[Labelled], plan: SplitPlan, tested: bool) -> Iterator[Problem]:
    """Tell a side that is empty, a class that a side lacks, and of groups the share they miss.

    Args:
        pictures: The pictures with the sides that they are on.
        plan: How they were split.
        tested: Whether the set calls some of them test, which are beyond the share.
    """
    count = Counter(one.split for one in pictures)
    if not count["train"]:
        yield Problem(WHERE, "no picture is to train on: the set calls all of them test")
    if len(pictures) < FEW and not (plan.group_by or any(one.label for one in pictures)):
        return
    if not count["val"]:
        yield Problem(WHERE, f"no picture is to validate on: {_why_none(pictures, plan)}")
    if plan.group_by:
        yield from _faults_of_groups(pictures, plan, count["val"], tested)
    shown = {side: _classes(one for one in pictures if one.split == side) for side in _SIDES}
    for side, words in _SIDES.items():
        for name in sorted((shown["train"] | shown["val"]) - shown[side]):
            if count[side]:
                yield Problem(WHERE, f"no picture {words} shows the class ({name})")


def _faults_of_groups(
    pictures: Sequence[Labelled], plan: SplitPlan, validating: int, tested: bool
) -> Iterator[Problem]:
    if len({plan.group_of(one) for one in pictures}) == len(pictures) > 1:
        yield Problem(WHERE, f"no two pictures have the same {plan.group_by}; nothing is grouped")
    wanted, given = plan.share or SHARE, validating / max(1, len(pictures))
    if not tested and abs(wanted - given) > FAR_OFF:
        yield Problem(WHERE, f"{given:.0%} of the pictures are to validate on, not {wanted:.0%}")


def _why_none(pictures: Sequence[Labelled], plan: SplitPlan) -> str:
    if plan.group_by:
        return "all of them are one group"
    return "no class has two" if len(pictures) > 1 else "there is one alone"


def _classes(pictures: Iterator[Labelled]) -> set[str]:
    found: set[str] = set()
    for one in pictures:
        found |= {one.label, *(name for name, _ in (*one.boxes, *one.areas))} - {""}
    return found
