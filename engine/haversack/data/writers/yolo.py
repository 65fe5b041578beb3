"""YOLO: a text file for each picture, and ``data.yaml``."""

from __future__ import annotations

import yaml

from haversack.data.byod.shard import Shard
from haversack.data.pictures import size_of
from haversack.data.writers.output import Output


def write_yolo(shard: Shard, output: Output) -> None:
    """Write the boxes as shares of their picture."""
    numbers = {name: number for number, name in enumerate(shard.classes)}
    for kept in shard.kept():
        one = kept.labelled
        stem, ending = output.name(one.picture)
        width, height = size_of(kept.content, one.picture)
        lines = [
            f"{numbers[name]} {(left + right) / 2 / width!r} {(top + bottom) / 2 / height!r} "
            f"{(right - left) / width!r} {(bottom - top) / height!r}\n"
            for name, (left, top, right, bottom) in one.boxes
        ]
        output.picture(f"images/{one.split}/{stem}{ending}", kept.content)
        output.write(f"labels/{one.split}/{stem}.txt", "".join(lines))
    about = {"path": ".", "train": "images/train", "val": "images/val"}
    names = dict(enumerate(shard.classes))
    output.write("data.yaml", yaml.safe_dump({**about, "names": names}, sort_keys=False))
