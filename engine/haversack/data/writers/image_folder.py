"""ImageFolder: ``train/class/picture`` and ``val/class/picture``."""

from __future__ import annotations

from haversack.data.byod.records import SPLITS
from haversack.data.byod.shard import Shard
from haversack.data.writers.output import Output, unwritable


def write_image_folder(shard: Shard, output: Output) -> None:
    """Write each picture into the folder of its class.

    Raises:
        DataError: A class's name cannot be a folder's, would be read as a split's, or differs from
            another in capitals alone: on many disks they are one folder.
    """
    folders: dict[str, str] = {}
    for name in shard.classes:
        strange = name in (".", "..") or any(mark in name for mark in "/\\\0")
        if strange or name.lower() in SPLITS or len(name.encode()) > 255:
            raise unwritable(f"the class {name[:60]!r}", "imagefolder")
        other = folders.setdefault(name.casefold(), name)
        if other != name:
            raise unwritable(f"the class {name[:60]!r} beside {other[:60]!r}", "imagefolder")
    for kept in shard.kept():
        stem, ending = output.name(kept.labelled.picture)
        label, split = kept.labelled.label, kept.labelled.split
        output.picture(f"{split}/{label}/{stem}{ending}", kept.content)
