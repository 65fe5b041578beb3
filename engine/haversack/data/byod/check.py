"""From records to what is kept: every picture decoded once, labels made to fit, splits settled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from haversack.base.digests import sha256_bytes
from haversack.data.byod.empty_labels import NO_OBJECT_USABLE
from haversack.data.byod.look_alikes import Hash, LookAlike, look_alikes, perceptual_hash
from haversack.data.byod.masks import Painter, areas_of, mask_classes
from haversack.data.byod.records import TEST, Box, Found, Labelled, Problem, Task
from haversack.data.byod.regions import Palette
from haversack.data.byod.sizes import refuse_other_size
from haversack.data.byod.split_faults import refuse_groups, split_faults
from haversack.data.byod.splits import SplitPlan, split, unlisted
from haversack.data.errors import DataError
from haversack.data.pictures import decode, pictures_in
from haversack.data.readers.members import Members

OnPicture = Callable[[int], None]
UNLABELED = "unlabeled"


@dataclass(frozen=True)
class Checked:
    """What of a set can be used.

    Attributes:
        format: The format that it was read as.
        task: What the labels are for.
        classes: The classes in the order of their numbers: alphabetical, for masks as their list
            has them.
        pictures: The pictures that can be used; each has a split.
        problems: What was left out or mended.
        palette: What the values of mask files mean.
        alike: Pictures that look alike on both sides of the split: the closest of them.
        alike_count: How many there are.
        digests: The digest of each picture's bytes, in the order of the pictures.
        sizes: The width and height of each picture as it stands upright, in the same order.
    """

    format: str
    task: Task
    classes: tuple[str, ...]
    pictures: tuple[Labelled, ...]
    problems: tuple[Problem, ...]
    palette: Palette | None = None
    alike: tuple[LookAlike, ...] = ()
    alike_count: int = 0
    digests: tuple[str, ...] = ()
    sizes: tuple[tuple[int, int], ...] = ()

    def counts(self) -> dict[str, int]:
        """Count the pictures of each class, of boxes the objects."""
        counted = Counter(p.label for p in self.pictures if p.label)
        counted.update(name for p in self.pictures for name, _ in (*p.boxes, *p.areas))
        return {name: counted[name] for name in self.classes}

    def splits(self) -> dict[str, int]:
        """Count the pictures of each split."""
        counted = Counter(p.split for p in self.pictures)
        return {name: counted[name] for name in splits_of(self.task)}


def splits_of(task: str) -> tuple[str, ...]:
    """Give the names of the splits that a set for a task has."""
    return (UNLABELED,) if task == UNLABELED else ("train", "val")


def check_set(
    members: Members,
    found: Found,
    on_picture: OnPicture = lambda _: None,
    plan: SplitPlan | None = None,
) -> Checked:
    """Decode every picture and settle what can be used.

    A picture that is missing, cannot be decoded, or comes twice is left out and told; so is one
    whose mask is missing, broken, of another size or shows no class, and one that is not of the
    size that its labels' file says. A box is clipped to its picture; one that is empty then is left
    out and told. Pictures with the same bytes never lie in both splits; where one of them is called
    test, the one that is kept counts as that.

    Args:
        members: The set.
        found: What its reader made of it.
        on_picture: Told after each picture; raises to stop.
        plan: How it is split; by default as the set says, else a fifth of each class for
            validation.

    Raises:
        UsageError: The groups asked for are the classes.
        DataError: Nothing is left, or there are no labels.
    """
    problems = list(found.problems)
    plan = plan or SplitPlan()
    refuse_groups(found.format, found.pictures, plan)
    masked = mask_classes(found) if found.task == "segmentation" else ()
    painter = Painter(members, masked, found.palette) if masked else None
    seen: dict[str, Labelled] = {}
    brought: dict[str, Labelled] = {}
    hashes: dict[str, Hash | None] = {}
    sizes: dict[str, tuple[int, int]] = {}
    for one in found.pictures:
        on_picture(1)
        try:
            if one.picture not in members:
                raise DataError(f"{one.picture} is missing", "")  # the folder's name is not kept
            content = members.read(one.picture)
            image = decode(content, one.picture)
            height, width = image.shape[:2]
            refuse_other_size(one, content, width, height)
            digest = sha256_bytes(content)
            if digest in seen:
                if one.split == TEST:
                    seen[digest] = replace(seen[digest], split=TEST)
                raise DataError(_again(one, brought[digest]), "")
            brought[digest] = one
            boxes = tuple(_clipped(one, width, height, problems))
            if one.boxes and not boxes:
                raise DataError(NO_OBJECT_USABLE, "")
            if painter is not None:
                one = _with_areas(one, painter, masked, height, width, problems)
        except DataError as error:
            problems.append(Problem(one.picture, error.message))
            continue
        count = pictures_in(content)
        if count > 1:
            problems.append(Problem(one.picture, f"holds {count} pictures; the first is taken"))
        hashes[one.picture] = perceptual_hash(image)
        sizes[one.picture] = (width, height)
        seen[digest] = replace(one, boxes=boxes)
    kept = sorted(seen.values(), key=lambda one: one.picture)
    classes = masked or tuple(
        sorted({p.label for p in kept if p.label} | {n for p in kept for n, _ in p.boxes})
    )
    if not kept or not (classes or found.task == UNLABELED):
        raise DataError(
            "no picture with a label can be used" if found.task != UNLABELED else "no picture",
            problems[0].what if problems else "Label at least two pictures.",
        )
    digests = {one.picture: digest for digest, one in seen.items()}
    splits = _splits(found.task, kept, digests, plan)
    what = "is in none of the set's splits; trained on"
    problems += [Problem(name, what) for name in unlisted(kept, plan)]
    pictures = tuple(replace(one, split=splits[one.picture]) for one in kept)
    if found.task != UNLABELED:
        problems += split_faults(pictures, plan, any(one.split == TEST for one in kept))
    facts = (found.format, found.task, classes, pictures, tuple(problems), found.palette)
    in_order = (
        tuple(digests[one.picture] for one in pictures),
        tuple(sizes[one.picture] for one in pictures),
    )
    return Checked(*facts, *_alike(pictures, hashes), *in_order)


def _again(one: Labelled, first: Labelled) -> str:
    """Say that a picture came before, and whether with the same labels."""
    named = one.picture == first.picture
    said = "is named a second time" if named else f"has the same bytes as {first.picture}"
    if (one.label, one.boxes, one.regions) == (first.label, first.boxes, first.regions):
        return said
    if one.label != first.label:
        return f"{said}, there with the class ({first.label}), here with ({one.label})"
    return f"{said}, with other labels"


def _alike(
    pictures: tuple[Labelled, ...], hashes: dict[str, Hash | None]
) -> tuple[tuple[LookAlike, ...], int]:
    sides: dict[str, list[tuple[str, Hash]]] = {"train": [], "val": []}
    for one in pictures:
        known = hashes[one.picture]
        if known is not None and one.split in sides:
            sides[one.split].append((one.picture, known))
    return look_alikes(sides["train"], sides["val"])


def _splits(
    task: Task, kept: list[Labelled], digests: dict[str, str], plan: SplitPlan
) -> dict[str, str]:
    if task == UNLABELED:
        return dict.fromkeys(digests, UNLABELED)
    return split(kept, digests, plan)


def _with_areas(
    one: Labelled,
    painter: Painter,
    classes: tuple[str, ...],
    height: int,
    width: int,
    problems: list[Problem],
) -> Labelled:
    mask, unknown = painter.mask(one, height, width)
    if unknown:
        what = f"at {unknown} of its pixels the mask means no class; nothing is judged there"
        problems.append(Problem(one.mask or one.picture, what))
    areas = areas_of(mask, classes)
    if not areas:
        raise DataError("its mask shows no class", "")
    return replace(one, areas=tuple(areas.items()))


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
