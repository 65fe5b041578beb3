"""Which formats a kept set can be written in, and writing it in one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from haversack.base.errors import UsageError
from haversack.data.byod.shard import Shard
from haversack.data.writers.coco import write_coco
from haversack.data.writers.csv_table import write_csv
from haversack.data.writers.image_folder import write_image_folder
from haversack.data.writers.mask_folder import write_mask_folder
from haversack.data.writers.output import Output
from haversack.data.writers.voc import write_voc
from haversack.data.writers.yolo import write_yolo

_WRITERS: Mapping[str, tuple[tuple[str, ...], Callable[[Shard, Output], None]]] = {
    "coco": (("detection", "segmentation"), write_coco),
    "voc": (("detection",), write_voc),
    "yolo": (("detection",), write_yolo),
    "imagefolder": (("classification",), write_image_folder),
    "csv": (("classification",), write_csv),
    "masks": (("segmentation",), write_mask_folder),
}
FORMATS = tuple(_WRITERS)


def formats_for(task: str) -> tuple[str, ...]:
    """Give the formats that can hold a task's labels."""
    return tuple(name for name, (tasks, _) in _WRITERS.items() if task in tasks)


def check_format(form: str, task: str) -> None:
    """Refuse a format that a set for a task cannot be written in.

    Raises:
        UsageError: It is unknown, or cannot hold such labels.
    """
    fitting = formats_for(task)
    if form not in fitting:
        raise UsageError(
            f"a set for {task} cannot be written as {form!r}",
            f"Choose one of: {', '.join(fitting)}." if fitting else "It has no labels to write.",
        )


def write_set(
    shard: Shard, form: str, folder: Path, on_picture: Callable[[int], None] = lambda _: None
) -> None:
    """Write a set into an empty folder; its pictures are written byte for byte.

    Args:
        shard: The set.
        form: One of ``FORMATS``.
        folder: An empty folder.
        on_picture: Told after each picture; raises to stop.

    Raises:
        UsageError: The format is unknown, or cannot hold such labels.
        DataError: A class or a mask cannot be said in that format.
    """
    check_format(form, shard.task)
    _WRITERS[form][1](shard, Output(folder, on_picture))
