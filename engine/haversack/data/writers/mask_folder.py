"""Masks beside pictures: ``images``, ``masks`` (indexed PNG) and ``classes.txt``."""

from __future__ import annotations

from haversack.data.byod.shard import Shard
from haversack.data.writers.output import Output, unwritable


def write_mask_folder(shard: Shard, output: Output) -> None:
    """Write each picture and its mask as it is kept.

    Raises:
        DataError: A class's name is more than a line.
    """
    for name in shard.classes:
        if not name.strip() or len(name.splitlines()) != 1:
            raise unwritable(f"the class {name[:60]!r}", "masks")
    for kept in shard.kept():
        stem, ending = output.name(kept.labelled.picture)
        output.picture(f"images/{kept.labelled.split}/{stem}{ending}", kept.content)
        output.write(f"masks/{kept.labelled.split}/{stem}.png", kept.mask)
    output.write("classes.txt", "\n".join(shard.classes) + "\n")
