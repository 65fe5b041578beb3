"""Precision over recall, exact from scores or from counts in bins of score."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from haversack.training.judging.judgement import Counts, Curve

Floats = npt.NDArray[np.float64]
POINTS = 200
"""Most points of a curve that are kept for a report."""


def curve_from_scores(
    name: str, scores: npt.ArrayLike, hits: npt.ArrayLike, positives: int
) -> Curve:
    """Give the curve of one class.

    Args:
        name: The class.
        scores: ``(n,)`` score of each answer.
        hits: ``(n,)`` whether each answer is right.
        positives: How often the class is there, found or not.
    """
    given, right = np.asarray(scores, np.float64), np.asarray(hits, bool)
    order = np.argsort(-given, kind="stable")
    given, right = given[order], right[order]
    last = np.append(given[1:] != given[:-1], True) if len(given) else np.zeros(0, bool)
    found = np.cumsum(right)[last]
    called = np.arange(1, len(given) + 1)[last]
    return _curve(name, found, called, positives)


def curve_from_bins(name: str, right: Counts, wrong: Counts) -> Curve:
    """Give the curve of one class from how many answers fall in each bin of score, rising."""
    found = np.cumsum(right[::-1])
    called = found + np.cumsum(wrong[::-1])
    used = (right + wrong)[::-1] > 0
    return _curve(name, found[used], called[used], int(right.sum()))


def _curve(name: str, found: Counts, called: Counts, positives: int) -> Curve:
    if positives == 0:
        return Curve(name, (), (), None)
    recall, precision = found / positives, found / np.maximum(called, 1)
    area = float(np.sum(np.diff(recall, prepend=0.0) * envelope(precision)))
    kept = np.unique(np.linspace(0, max(len(recall) - 1, 0), POINTS).astype(int))[: len(recall)]
    return Curve(name, tuple(recall[kept].tolist()), tuple(precision[kept].tolist()), area)


def envelope(precision: Floats) -> Floats:
    """Give the best precision at each recall or a higher one."""
    return np.asarray(np.maximum.accumulate(precision[::-1])[::-1], np.float64)
