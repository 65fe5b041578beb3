"""The report of an evaluation: one HTML file that needs nothing beside itself."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from html import escape

from haversack.training.judging.judgement import Judgement
from haversack.training.judging.page_plots import confusion_table, curve_plot
from haversack.training.judging.pictures import Shown

MOST_CURVES = 24
_STYLE = """
:root{color-scheme:light dark;--line:#8884}
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:.5rem 0}
th,td{border:1px solid var(--line);padding:.2rem .5rem;text-align:right}
th:first-child,td:first-child{text-align:left}
figure{display:inline-block;margin:.5rem;vertical-align:top;max-width:46rem}
figure img{max-width:22rem}figcaption{font-size:.9em}
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
        f"{_HEAD}<title>{escape(title)}</title><style>{_STYLE}</style></head><body>",
        f"<h1>{escape(title)}</h1>",
        _table(("", ""), facts.items()),
        "<h2>Metrics</h2>",
        _table(("metric", "value"), ((name, f"{value:.4f}") for name, value in metrics.items())),
        "<h2>Classes</h2>",
        _classes(judgement),
        "<h2>What was taken for what</h2>",
        confusion_table(judgement),
        "<h2>Precision over recall</h2>",
        "".join(curve_plot(curve) for curve in drawn[:MOST_CURVES]),
        f"<p>{left} more classes are in judgement.json.</p>" if left > 0 else "",
        "<h2>Worst mistakes</h2>",
        "".join(_figure(one) for one in shown) or "<p>There are none.</p>",
        "</body></html>\n",
    ]
    return "".join(parts)


def _classes(judgement: Judgement) -> str:
    head = ("class", judgement.unit, "precision", "recall", judgement.score_name)
    return _table(
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
        f'<img alt="{word}" title="{word}" '
        f'src="data:image/jpeg;base64,{base64.b64encode(jpeg).decode("ascii")}">'
        for word, jpeg in zip(words, one.jpegs, strict=True)
    )
    caption = f"<b>{escape(one.name)}</b>: {escape(one.why)}"
    return f"<figure>{pictures}<figcaption>{caption}</figcaption></figure>"
