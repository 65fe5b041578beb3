"""The report's page: one HTML file with everything in it, no script, nothing to fetch."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from PIL import Image, ImageDraw

from haversack.base.counting import counted
from haversack.data.byod.look_alikes import MOST, LookAlike
from haversack.data.byod.mask_files import decode_labels, voc_colours
from haversack.data.byod.problem_kinds import by_kind
from haversack.data.byod.records import Problem
from haversack.data.byod.shard import Kept
from haversack.data.pictures import decode
from haversack.data.report.charts import bars, histogram
from haversack.data.report.facts import SetFacts
from haversack.data.sample import NOT_JUDGED

THUMB = 220
LISTED = 200
_COLOURS = voc_colours()
_STYLE = """
:root { color-scheme: light dark; --first: #3b6ea5; --second: #d9903d; --line: #8884; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.2rem; border-bottom: 1px solid var(--line); }
table { border-collapse: collapse; } td, th { padding: .15rem .8rem .15rem 0; text-align: left; }
td { vertical-align: top; overflow-wrap: anywhere; } th { white-space: nowrap; }
svg { width: 100%; max-width: 40rem; height: auto; } text { font-size: 12px; fill: currentColor; }
.pictures { display: flex; flex-wrap: wrap; gap: .8rem; } figure { margin: 0; width: 220px; }
figcaption { font-size: 12px; overflow-wrap: anywhere; } img { display: block; }
"""


def page(
    title: str,
    about: Mapping[str, str],
    facts: SetFacts,
    problems: Sequence[Problem],
    alike: Sequence[LookAlike],
) -> str:
    """Write the page.

    Args:
        title: The set's name.
        about: What stands at the top: licence, source, digest.
        facts: What the set holds.
        problems: What was left out or mended when it was imported.
        alike: Pictures that look alike on both sides of the split.
    """
    splits = tuple(facts.pictures)
    parts = [
        _table(("", ""), [*about.items(), ("task", facts.task)]),
        _section("Splits", bars({name: [n] for name, n in facts.pictures.items()}, ["pictures"])),
    ]
    if facts.classes:
        unit = "objects" if facts.task == "detection" else "pictures"
        counted = {name: [n[split] for split in splits] for name, n in facts.classes.items()}
        legend = f"<p>{unit} of each class: {', '.join(splits)}</p>"
        parts.append(_section("Classes", legend + bars(counted, splits)))
    if facts.areas:
        shares = {name: [n] for name, n in facts.areas.items()}
        parts.append(_section("Pixels of each class", bars(shares, ["pixels"])))
    parts.append(_section("Sizes of the pictures", _sizes(facts)))
    if len(facts.boxes):
        parts.append(_section("Boxes", _boxes(facts)))
    parts.append(_section("Pictures", _pictures(facts.samples)))
    parts.append(_section("Problems", _problems(problems)))
    if len(splits) > 1:
        parts.append(_section("Look-alikes across the split", _alike(alike)))
    heading = html.escape(title)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{heading}</title>'
        f"<style>{_STYLE}</style><h1>{heading}</h1>{''.join(parts)}</html>\n"
    )


def _sizes(facts: SetFacts) -> str:
    return (
        f"<p>Width</p>{histogram(facts.sizes[:, 0], 'px')}"
        f"<p>Height</p>{histogram(facts.sizes[:, 1], 'px')}"
    )


def _boxes(facts: SetFacts) -> str:
    wide, high, share, centre = facts.boxes.T
    edge = np.sqrt(wide * high)
    return "".join(
        f"<p>{name}</p>{histogram(values, unit)}"
        for name, values, unit in (
            ("Boxes in a picture", facts.objects, "boxes"),
            ("Edge: the root of width times height", edge, "px"),
            ("Share of the picture's area", 100 * share, "%"),
            ("Width by height", np.log2(wide / high), "(log 2)"),
            ("Centre from left to right", 100 * centre, "%"),
        )
    )


def _pictures(samples: Iterable[Kept]) -> str:
    return f'<div class="pictures">{"".join(map(_figure, samples))}</div>'


def _figure(kept: Kept) -> str:
    one = kept.labelled
    out = io.BytesIO()
    _drawn(kept).save(out, "JPEG", quality=82)
    names = one.label or ", ".join(dict.fromkeys(name for name, _ in (*one.boxes, *one.areas)))
    source = f"data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"
    told = html.escape(f"{one.picture} ({one.split}): {names or 'nothing'}")
    return f'<figure><img src="{source}" alt="{told}"><figcaption>{told}</figcaption></figure>'


def _drawn(kept: Kept) -> Image.Image:
    """Give a picture with its boxes or its mask over it, no larger than a thumb."""
    image = decode(kept.content, kept.labelled.picture)
    if kept.mask:
        labels = decode_labels(kept.mask, f"the mask of {kept.labelled.picture}")
        if labels.shape == image.shape[:2]:
            over = (labels != 0) & (labels != NOT_JUDGED)
            image[over] = image[over] // 2 + _COLOURS[labels[over]] // 2
    picture = Image.fromarray(image)
    picture.thumbnail((THUMB, THUMB))
    scale = picture.width / image.shape[1]
    pen = ImageDraw.Draw(picture)
    for _, box in kept.labelled.boxes:
        pen.rectangle([edge * scale for edge in box], outline=(255, 90, 40), width=2)
    return picture


def _problems(problems: Sequence[Problem]) -> str:
    if not problems:
        return "<p>None.</p>"
    kinds = [(str(k.count), k.first.what, k.first.file) for k in by_kind(problems)]
    told = [(one.file, one.what) for one in problems[:LISTED]]
    more = len(problems) - len(told)
    return (
        f"{_table(('how many', 'the first of them says', 'in'), kinds)}<details><summary>"
        f"{len(problems)} in all</summary>{_table(('file', 'what'), told)}"
        f"{f'<p>and {more} more</p>' if more > 0 else ''}</details>"
    )


def _alike(alike: Sequence[LookAlike]) -> str:
    if not alike:
        return "<p>None was found.</p>"
    rows = [(one.train, one.val, f"{one.bits} of 64 bits") for one in alike[:LISTED]]
    said = f"the {MOST:,} closest pairs" if len(alike) == MOST else counted(len(alike), "pair")
    return f"<p>{said}</p>{_table(('to train on', 'to validate on', 'differ'), rows)}"


def _section(title: str, content: str) -> str:
    return f"<h2>{html.escape(title)}</h2>{content}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    titles = "".join(f"<th>{html.escape(cell)}</th>" for cell in head) if any(head) else ""
    lines = (
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f"<table>{f'<tr>{titles}</tr>' if titles else ''}{''.join(lines)}</table>"
