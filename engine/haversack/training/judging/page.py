"""The report of an evaluation: one HTML file that needs nothing beside itself."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from haversack.base.counting import counted
from haversack.training.judging.judgement import Judgement
from haversack.training.judging.page_plots import confusion_table, curve_plot
from haversack.training.judging.pictures import Shown

MOST_CURVES = 24
METRICS = {
    "accuracy": ("Accuracy", "share of the pictures that were called what they are"),
    "f1": ("F1", "precision and recall in one number, mean over the classes"),
    "precision": (
        "Precision",
        "of what was called so, the share that is so; mean over the classes",
    ),
    "recall": ("Recall", "of what is so, the share that was called so; mean over the classes"),
    "map": ("mAP", "average precision, mean over the classes and over overlaps of 50 to 95 %"),
    "map_50": ("mAP at 50 % overlap", "a box counts where it overlaps the true one by half"),
    "map_75": ("mAP at 75 % overlap", "a box counts only where it fits well"),
    "mar_1": ("Recall with 1 box", "objects found where each picture may have one box at most"),
    "mar_10": ("Recall with 10 boxes", "the same with ten boxes at most"),
    "mar_100": ("Recall with 100 boxes", "the same with a hundred boxes at most"),
    "miou": ("Mean IoU", "how far true and found areas cover each other, mean over the classes"),
    "pixel_accuracy": ("Pixel accuracy", "share of the pixels that were called what they are"),
}
"""What each metric is called, and what it says."""
_MORE = ("more class is", "more classes are")
_STYLE = """
:root{color-scheme:light dark;--line:#8884}
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:.5rem 0}
th,td{border:1px solid var(--line);padding:.2rem .5rem;text-align:right}
th:first-child,td:first-child,.said{text-align:left}
figure{display:inline-block;margin:.5rem;vertical-align:top;max-width:46rem}
figure span{display:inline-block;margin-right:.5rem;vertical-align:top;font-size:.9em}
figure img{display:block;max-width:22rem}figcaption{font-size:.9em}.none{opacity:.4}
.wide{overflow-x:auto}svg{width:15rem;height:15rem}
"""
_HEAD = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">"
    '<meta name="viewport" content="width=device-width">'
)


def make_page(
    title: str,
    facts: Mapping[str, object],
    metrics: Mapping[str, float],
    judgement: Judgement,
    shown: Sequence[Shown],
) -> str:
    """Give the page as text.

    Args:
        title: The recipe's name.
        facts: What was evaluated on what, by name.
        metrics: The metrics by name.
        judgement: What the judge found.
        shown: The worst mistakes, drawn.
    """
    drawn = [curve for curve in judgement.curves if curve.average_precision is not None]
    left = len(drawn) - MOST_CURVES
    parts = [
        f"{_HEAD}<title>{escape(title)}: evaluation</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(title)}: evaluation</h1>",
        f"<p><b>{_in_short(judgement)}</b></p>",
        "<h2>Metrics</h2>",
        _metrics(metrics),
        "<h2>Classes</h2>",
        _classes(judgement),
        "<h2>What was taken for what</h2>",
        confusion_table(judgement),
        "<h2>Precision over recall</h2>",
        "<p>One curve for each class, with its average precision, the area below it: the nearer "
        "to the upper right corner, and to 1, the better.</p>",
        "".join(curve_plot(curve) for curve in drawn[:MOST_CURVES]),
        f"<p>{counted(left, *_MORE)} in judgement.json.</p>" if left > 0 else "",
        "<h2>Worst mistakes</h2>",
        "".join(_figure(one) for one in shown) or "<p>There are none.</p>",
        "<h2>What was evaluated</h2>",
        _table(("", ""), facts.items()),
        "</body></html>\n",
    ]
    return "".join(parts)


def _in_short(judgement: Judgement) -> str:
    there = sum(row.support for row in judgement.rows)
    right = int(judgement.confusion.diagonal()[: len(judgement.rows)].sum())
    share = f" ({right / there:.1%})" if there else ""
    done = "found" if judgement.unit == "objects" else "called what they are"
    return f"{right:,} of {there:,} {judgement.unit} were {done}{share}."


def _metrics(metrics: Mapping[str, float]) -> str:
    body = "".join(
        f'<tr><td>{escape(name)}</td><td>{value:.4f}</td><td class="said">{escape(said)}</td></tr>'
        for key, value in metrics.items()
        for name, said in [METRICS.get(key, (key, ""))]
    )
    head = '<th>metric</th><th>value</th><th class="said">what it says</th>'
    return f'<div class="wide"><table><tr>{head}</tr>{body}</table></div>'


def _classes(judgement: Judgement) -> str:
    head = ("class", judgement.unit, "precision", "recall", judgement.score_name)
    lead = (
        f"<p>Precision: of the {judgement.unit} that were called so, the share that is so. Recall: "
        "of those that are so, the share that was called so. – stands where there were none.</p>"
    )
    return lead + _table(
        head,
        (
            (row.name, row.support, *(_share(v) for v in (row.precision, row.recall, row.score)))
            for row in judgement.rows
        ),
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    top = "".join(f"<th>{escape(name)}</th>" for name in head)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(str(cell))}</td>' for cell in row)}</tr>" for row in rows
    )
    return f'<div class="wide"><table><tr>{top}</tr>{body}</table></div>'


def _figure(one: Shown) -> str:
    words = ("what is so", "what was said") if len(one.jpegs) > 1 else ("what was said",)
    pictures = "".join(
        f'<span>{word}<img alt="{word}" '
        f'src="data:image/jpeg;base64,{base64.b64encode(jpeg).decode("ascii")}"></span>'
        for word, jpeg in zip(words, one.jpegs, strict=True)
    )
    caption = f"<b>{escape(one.name)}</b>: {escape(one.why)}"
    return f"<figure>{pictures}<figcaption>{caption}</figcaption></figure>"
