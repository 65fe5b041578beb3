"""What is asked of a reader of a format."""

from __future__ import annotations

from dataclasses import dataclass

from haversack.data.byod.coco_json import ReadJson
from haversack.data.byod.records import Task


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a reader.

    Attributes:
        task: What the labels should be for; None for what the format is mostly for.
        group_column: The column of a table that groups pictures.
        read_json: What reads COCO's JSON; None for ``coco_json.decode``. The app has large files
            read in a process apart.
    """

    task: Task | None = None
    group_column: str = ""
    read_json: ReadJson | None = None
