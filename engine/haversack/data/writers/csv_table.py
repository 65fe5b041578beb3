"""A CSV beside the pictures: ``file,label,split``."""

from __future__ import annotations

import csv
import io

from haversack.data.byod.shard import Shard
from haversack.data.writers.output import Output, unwritable


def write_csv(shard: Shard, output: Output) -> None:
    """Write the pictures into one folder and a table beside it.

    Raises:
        DataError: A class's name has blanks at an end, which are not read back.
    """
    for name in shard.classes:
        if name != name.strip():
            raise unwritable(f"the class {name[:60]!r}", "csv")
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(("file", "label", "split"))
    for kept in shard.kept():
        stem, ending = output.name(kept.labelled.picture)
        name = f"pictures/{stem}{ending}"
        table.writerow((name, kept.labelled.label, kept.labelled.split))
        output.picture(name, kept.content)
    output.write("labels.csv", text.getvalue())
