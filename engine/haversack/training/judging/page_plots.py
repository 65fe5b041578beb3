"""Curves as SVG and the confusion matrix as a table, for the report's page."""

from __future__ import annotations

from html import escape

import numpy as np

from haversack.training.judging.judgement import Curve, Judgement

MOST_CLASSES = 30
MOST_PAIRS = 40


def curve_plot(curve: Curve) -> str:
    """Give one curve as a small SVG picture with its name and area."""
    points = " ".join(
        f"{100 * recall:.1f},{100 - 100 * precision:.1f}"
        for recall, precision in zip(curve.recall, curve.precision, strict=True)
    )
    area = "" if curve.average_precision is None else f" {curve.average_precision:.3f}"
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
    """Give the matrix, rows what is so, columns what was said; of many classes the worst pairs."""
    if len(judgement.names) > MOST_CLASSES:
        return _pairs(judgement)
    head = "".join(f"<th>{escape(name)}</th>" for name in judgement.names)
    body = ""
    for place, (name, row) in enumerate(zip(judgement.names, judgement.confusion, strict=True)):
        whole = max(1, int(row.sum()))
        cells = "".join(
            f'<td style="background:{_shade(int(count) / whole, place == column)}">{count}</td>'
            for column, count in enumerate(row)
        )
        body += f"<tr><th>{escape(name)}</th>{cells}</tr>"
    return f'<div class="wide"><table><tr><th>is \\ said</th>{head}</tr>{body}</table></div>'


def _shade(share: float, right: bool) -> str:
    return f"rgba({'42,125,225' if right else '225,70,42'},{0.8 * share:.2f})"


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
    return f"<table><tr><th>is</th><th>was called</th><th>{judgement.unit}</th></tr>{rows}</table>"
