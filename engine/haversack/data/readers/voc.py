"""Datasets in Pascal VOC layout: JPEGImages, Annotations, ImageSets/Main."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import numpy as np

from haversack.data.errors import DataError
from haversack.data.pictures import decode
from haversack.data.readers.members import Members, open_members
from haversack.data.readers.voc_annotation import VocAnnotation, parse
from haversack.data.sample import Boxes, Sample
from haversack.data.split import in_validation

PICTURES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")


class VocDataset:
    """One split of a Pascal VOC dataset; pictures are read when they are asked for."""

    def __init__(
        self,
        members: Members,
        names: list[str],
        annotations: list[VocAnnotation],
        pictures: list[str],
        classes: tuple[str, ...],
    ) -> None:
        """Show the named pictures with their annotations."""
        self._members = members
        self._names = names
        self._pictures = pictures
        self.classes = classes
        index = {name: number for number, name in enumerate(classes)}
        self._boxes = [_boxes(annotation, index) for annotation in annotations]

    def __len__(self) -> int:
        """Give the number of samples."""
        return len(self._names)

    def __getitem__(self, index: int) -> Sample:
        """Give a sample by its number."""
        path = self._pictures[index]
        image = decode(self._members.read(path), f"{self._members.label}: {path}")
        return Sample(image, _clip(self._boxes[index], *image.shape[:2]), self._names[index])


def read_voc(path: Path) -> dict[str, VocDataset]:
    """Read both splits of a Pascal VOC dataset from a folder or a plain tar.

    Every annotation is read and checked here; pictures are decoded later. Splits come from
    ``ImageSets/Main/{train,val}.txt``; without them a fifth of the names, chosen by a digest of
    the name, is for validation.

    Returns:
        ``train`` and ``val``, sharing the classes in alphabetical order.

    Raises:
        DataError: There are no annotations, one is broken, or a picture is missing.
    """
    members = open_members(path)
    splits = _splits(members)
    read = {
        split: [_annotation(members, name) for name in names] for split, names in splits.items()
    }
    classes = tuple(sorted({o.name for found in read.values() for a in found for o in a.objects}))
    if not classes:
        raise DataError(f"{members.label} has no objects", "Annotate at least one picture.")
    return {
        split: VocDataset(
            members, names, read[split],
            [_picture(members, n, a) for n, a in zip(names, read[split], strict=True)], classes,
        )
        for split, names in splits.items()
    }  # fmt: skip


def _splits(members: Members) -> dict[str, list[str]]:
    listings = {split: f"ImageSets/Main/{split}.txt" for split in ("train", "val")}
    if all(path in members for path in listings.values()):
        return {split: _listing(members, path) for split, path in listings.items()}
    names = [
        PurePosixPath(path).stem
        for path in members.names()
        if path.startswith("Annotations/") and path.endswith(".xml")
    ]
    if not names:
        raise DataError(
            f"{members.label} has no Annotations folder with XML files",
            "Give the folder that holds JPEGImages and Annotations.",
        )
    return {
        "train": [name for name in names if not in_validation(name)],
        "val": [name for name in names if in_validation(name)],
    }


def _listing(members: Members, path: str) -> list[str]:
    text = members.read(path).decode("utf-8", errors="replace")
    return [line.split()[0] for line in text.splitlines() if line.strip()]


def _annotation(members: Members, name: str) -> VocAnnotation:
    path = f"Annotations/{name}.xml"
    return parse(members.read(path), f"{members.label}: {path}")


def _picture(members: Members, name: str, annotation: VocAnnotation) -> str:
    said = [annotation.filename] if annotation.filename else []
    for candidate in [*said, *(name + ending for ending in PICTURES)]:
        path = f"JPEGImages/{candidate}"
        if path in members:
            return path
    raise DataError(
        f"{members.label}: the picture of Annotations/{name}.xml is missing",
        "Add the picture to JPEGImages, or remove the annotation.",
    )


def _boxes(annotation: VocAnnotation, index: dict[str, int]) -> Boxes:
    kept = [o for o in annotation.objects if not o.difficult]
    return Boxes(
        np.asarray([o.box for o in kept], np.float32).reshape(-1, 4),
        np.asarray([index[o.name] for o in kept], np.int64),
    )


def _clip(boxes: Boxes, height: int, width: int) -> Boxes:
    edges = np.asarray([width, height, width, height], np.float32)
    xyxy = np.clip(boxes.xyxy, 0, edges)
    inside = (xyxy[:, 2] > xyxy[:, 0]) & (xyxy[:, 3] > xyxy[:, 1])
    return Boxes(xyxy[inside], boxes.labels[inside])
