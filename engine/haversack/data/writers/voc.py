"""Pascal VOC: one XML for each picture; pixels count from 1 with maxima inside the object."""

from __future__ import annotations

from collections import defaultdict
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from haversack.data.byod.records import Labelled
from haversack.data.byod.shard import Shard
from haversack.data.pictures import size_of
from haversack.data.writers.output import Output, unwritable


def write_voc(shard: Shard, output: Output) -> None:
    """Write ``JPEGImages``, ``Annotations`` and ``ImageSets/Main``.

    Raises:
        DataError: A class's name cannot stand in XML.
    """
    for name in shard.classes:
        if name != name.strip() or not name.isprintable():
            raise unwritable(f"the class {name[:60]!r}", "voc")
    splits: dict[str, list[str]] = defaultdict(list)
    for kept in shard.kept():
        stem, ending = output.name(kept.labelled.picture)
        splits[kept.labelled.split].append(stem)
        size = size_of(kept.content, kept.labelled.picture)
        output.picture(f"JPEGImages/{stem}{ending}", kept.content)
        text = _annotation(f"{stem}{ending}", kept.labelled, size)
        output.write(f"Annotations/{stem}.xml", text)
    for split in ("train", "val"):
        lines = "".join(f"{stem}\n" for stem in splits[split])
        output.write(f"ImageSets/Main/{split}.txt", lines)


def _annotation(file: str, one: Labelled, size: tuple[int, int]) -> bytes:
    root = Element("annotation")
    SubElement(root, "filename").text = file
    described = SubElement(root, "size")
    for tag, number in zip(("width", "height", "depth"), (*size, 3), strict=True):
        SubElement(described, tag).text = str(number)
    for name, (left, top, right, bottom) in one.boxes:
        thing = SubElement(root, "object")
        SubElement(thing, "name").text = name
        SubElement(thing, "difficult").text = "0"
        box = SubElement(thing, "bndbox")
        edges = {"xmin": left + 1, "ymin": top + 1, "xmax": right, "ymax": bottom}
        for tag, edge in edges.items():
            SubElement(box, tag).text = f"{edge:.12g}"
    ElementTree.indent(root)
    return bytes(ElementTree.tostring(root, encoding="utf-8")) + b"\n"
