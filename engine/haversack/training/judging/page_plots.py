"""Curves as SVG and the confusion matrix as a table, for the report's page."""

from __future__ import annotations

from html import escape

import numpy as np

from haversack.training.judging.judgement import BACKGROUND, Curve, Judgement

MOST_CLASSES = 30
MOST_PAIRS = 40


def curve_plot(curve: Curve) -> str:
    """Give one curve as a small SVG picture with its name and area."""
    points = " ".join(
        f"{100 * recall:.1f},{100 - 100 * precision:.1f}"
        for recall, precision in zip(curve.recall, curve.precision, strict=True)
    )
    area = "" if curve.average_precision is None else f": {curve.average_precision:.3f}"
    return (
        '<figure><svg viewBox="-6 -4 112 112" role="img">'
        '<rect x="0" y="0" width="100" height="100" fill="none" stroke="#8886"/>'
        f'<polyline points="{points}" fill="none" stroke="#2a7de1" stroke-width="1.5"/>'
        '<text x="50" y="107" font-size="6" text-anchor="middle" fill="currentColor">recall</text>'
        '<text x="-2" y="50" font-size="6" text-anchor="middle" fill="currentColor" '
        'transform="rotate(-90 -2 50)">precision</text></svg>'
        f"<figcaption>{escape(curve.name)}{area}</figcaption></figure>"
    )


def confusion_table(judgement: Judgement) -> str:
    """Give the matrix, rows what is so, columns what was said; of many classes the worst pairs.

    A sentence above says how to read it.
    """
    if len(judgement.names) > MOST_CLASSES:
        return _pairs(judgement)
    head = "".join(f"<th>{escape(name)}</th>" for name in judgement.names)
    body = ""
    for place, (name, row) in enumerate(zip(judgement.names, judgement.confusion, strict=True)):
        whole = max(1, int(row.sum()))
        cells = "".join(
            _cell(int(count), int(count) / whole, place == column)
            for column, count in enumerate(row)
        )
        body += f"<tr><th>{escape(name)}</th>{cells}</tr>"
    beside = (
        f" In the row “{BACKGROUND}” are boxes where nothing is, in the column what was missed."
        if BACKGROUND in judgement.names[len(judgement.rows) :]
        else ""
    )
    lead = (
        f"<p>How many {judgement.unit}: each row is what is so, each column what was said. Blue is "
        f"right, red is wrong; the stronger, the larger its share of the row.{beside}</p>"
    )
    corner = "<th>is ↓ &nbsp; said →</th>"
    return f'{lead}<div class="wide"><table><tr>{corner}{head}</tr>{body}</table></div>'


def _cell(count: int, share: float, right: bool) -> str:
    if not count:
        return '<td class="none">0</td>'
    ink = f"rgba({'42,125,225' if right else '225,70,42'},{0.8 * share:.2f})"
    return f'<td style="background:{ink}">{count}</td>'


def _pairs(judgement: Judgement) -> str:
    wrong = judgement.confusion.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:MOST_PAIRS]
    rows = "".join(
        f"<tr><td>{escape(judgement.names[is_so])}</td><td>{escape(judgement.names[said])}</td>"
        f"<td>{wrong[is_so, said]}</td></tr>"
        for is_so, said in (divmod(int(place), len(judgement.names)) for place in order)
        if wrong[is_so, said]
    )
    head = f"<th>is</th><th>was called</th><th>{judgement.unit}</th>"
    return (
        f"<p>The pairs that were mistaken most often.</p><table><tr>{head}</tr>{rows}</table>"
        if rows
        else "<p>Nothing was taken for anything else.</p>"
    )
