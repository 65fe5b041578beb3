"""From records to what is kept: every picture decoded once, boxes clipped, splits settled."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from haversack.base.digests import sha256_bytes
from haversack.data.byod.records import Box, Found, Labelled, Problem
from haversack.data.errors import DataError
from haversack.data.pictures import decode
from haversack.data.readers.members import Members

VALIDATION_SHARE = 0.2
OnPicture = Callable[[int], None]


@dataclass(frozen=True)
class Checked:
    """What of a set can be used.

    Attributes:
        format: The format that it was read as.
        task: What the labels are for.
        classes: The classes in alphabetical order.
        pictures: The pictures that can be used; each has a split.
        problems: What was left out or mended.
    """

    format: str
    task: str
    classes: tuple[str, ...]
    pictures: tuple[Labelled, ...]
    problems: tuple[Problem, ...]

    def counts(self) -> dict[str, int]:
        """Count the pictures (classification) or objects (detection) of each class."""
        counted = Counter(p.label for p in self.pictures if p.label)
        counted.update(name for p in self.pictures for name, _ in p.boxes)
        return {name: counted[name] for name in self.classes}

    def splits(self) -> dict[str, int]:
        """Count the pictures of each split."""
        counted = Counter(p.split for p in self.pictures)
        return {split: counted[split] for split in ("train", "val")}


def check_set(members: Members, found: Found, on_picture: OnPicture = lambda _: None) -> Checked:
    """Decode every picture and settle what can be used.

    A picture that is missing, cannot be decoded, or comes twice with the same label is left out and
    told. A box is clipped to its picture; one that is empty then is left out and told. Where the
    set names no splits, a fifth of each class is for validation, chosen by the pictures' digests.
    Pictures with the same bytes never lie in both splits.

    Args:
        members: The set.
        found: What its reader made of it.
        on_picture: Told after each picture; raises to stop.

    Raises:
        DataError: Nothing is left, or there are no labels.
    """
    problems = list(found.problems)
    seen: dict[str, Labelled] = {}
    digests: dict[str, str] = {}
    for one in found.pictures:
        on_picture(1)
        try:
            content = members.read(one.picture)
            height, width = decode(content, one.picture).shape[:2]
        except DataError as error:
            problems.append(Problem(one.picture, error.message))
            continue
        digest = sha256_bytes(content)
        if digest in seen:
            problems.append(Problem(one.picture, f"has the same bytes as {seen[digest].picture}"))
            continue
        boxes = tuple(_clipped(one, width, height, problems))
        digests[one.picture] = digest
        seen[digest] = replace(one, boxes=boxes)
    kept = sorted(seen.values(), key=lambda one: one.picture)
    classes = sorted({p.label for p in kept if p.label} | {n for p in kept for n, _ in p.boxes})
    if not kept or not classes:
        raise DataError(
            "no picture with a label can be used",
            problems[0].what if problems else "Label at least two pictures.",
        )
    pictures = _split(kept, digests)
    return Checked(found.format, found.task, tuple(classes), pictures, tuple(problems))


def _clipped(
    one: Labelled, width: int, height: int, problems: list[Problem]
) -> Iterator[tuple[str, Box]]:
    for name, (left, top, right, bottom) in one.boxes:
        box = (max(left, 0.0), max(top, 0.0), min(right, float(width)), min(bottom, float(height)))
        if box[2] <= box[0] or box[3] <= box[1]:
            problems.append(Problem(one.picture, f"a box ({name}) is empty or outside; left out"))
            continue
        if max(abs(a - b) for a, b in zip(box, (left, top, right, bottom), strict=True)) > 1.0:
            problems.append(Problem(one.picture, f"a box ({name}) reached outside; clipped"))
        yield name, box


def _split(pictures: list[Labelled], digests: dict[str, str]) -> tuple[Labelled, ...]:
    """Keep the set's own splits where it has both, else share out by class and digest."""
    if {"train", "val"} <= {one.split for one in pictures}:
        return tuple(one if one.split else replace(one, split="train") for one in pictures)
    strata: dict[str, list[Labelled]] = defaultdict(list)
    for one in pictures:
        strata[one.label].append(one)
    validating: set[str] = set()
    for members in strata.values():
        members.sort(key=lambda one: digests[one.picture])
        share = max(1, round(len(members) * VALIDATION_SHARE)) if len(members) > 1 else 0
        validating |= {one.picture for one in members[:share]}
    return tuple(
        replace(one, split="val" if one.picture in validating else "train") for one in pictures
    )
