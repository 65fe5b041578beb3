"""What is asked of a reader of a format."""

from __future__ import annotations

from dataclasses import dataclass

from haversack.data.byod.coco_json import ReadJson, decode
from haversack.data.byod.cvat_xml import ReadXml, decode_xml
from haversack.data.byod.records import Task


@dataclass(frozen=True, slots=True)
class FileReaders:
    """What reads a file that holds the labels of a whole set.

    The app has large ones read in a process apart.

    Attributes:
        coco: Reads COCO's JSON.
        cvat: Reads CVAT's XML.
    """

    coco: ReadJson = decode
    cvat: ReadXml = decode_xml


HERE = FileReaders()
"""Reads every file in this process."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a reader.

    Attributes:
        task: What the labels should be for; None for what the format is mostly for.
        group_column: The column of a table that groups pictures.
        readers: What reads a file that holds the labels of a whole set.
    """

    task: Task | None = None
    group_column: str = ""
    readers: FileReaders = HERE
