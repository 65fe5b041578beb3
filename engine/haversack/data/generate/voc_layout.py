"""Pascal VOC annotation files, written."""

from __future__ import annotations

from xml.sax.saxutils import escape

from haversack.data.sample import Boxes


def annotation_xml(
    filename: str, shape: tuple[int, ...], boxes: Boxes, classes: tuple[str, ...]
) -> bytes:
    """Give the annotation of one picture.

    VOC counts pixels from 1 and its maxima are inside the object, so that ``xmin`` is left plus
    one and ``xmax`` is right.

    Args:
        filename: Name of the picture beside it.
        shape: Height and width in pixels.
        boxes: The objects.
        classes: Names of the classes by index.
    """
    lines = [
        "<annotation>",
        f"  <filename>{escape(filename)}</filename>",
        f"  <size><width>{shape[1]}</width><height>{shape[0]}</height><depth>3</depth></size>",
    ]
    for (left, top, right, bottom), label in zip(boxes.xyxy, boxes.labels, strict=True):
        lines += [
            "  <object>",
            f"    <name>{escape(classes[int(label)])}</name>",
            "    <difficult>0</difficult>",
            f"    <bndbox><xmin>{_whole(left + 1)}</xmin><ymin>{_whole(top + 1)}</ymin>"
            f"<xmax>{_whole(right)}</xmax><ymax>{_whole(bottom)}</ymax></bndbox>",
            "  </object>",
        ]
    lines.append("</annotation>")
    return ("\n".join(lines) + "\n").encode("utf-8")


def _whole(value: float) -> int:
    return round(float(value))
