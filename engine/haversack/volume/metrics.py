"""Whether less or more of a metric is better: known, told, or plain from an added column's name."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Iterable, Mapping

from haversack.volume.columns import FASTER, FEWER, METRICS, SMALLER, Column, Direction, column
from haversack.volume.errors import MissingColumnError, QueryError

_PLAIN: tuple[tuple[str, Direction, str], ...] = (
    (r"per_sec(ond)?|samples_per_s|throughput|fps|ips|qps", "higher", ""),
    (r"err|error|loss|rmse|mae|mse|perplexity", "lower", "x times lower"),
    (r"ms|us|ns|s|sec|seconds|latency|time|duration", "lower", FASTER),
    (r"kb|mb|gb|kib|mib|gib|bytes|size|mem|memory|mj|j|wh|energy|power|mw|w", "lower", SMALLER),
    (r"params?|param_count|g?macs|macts|flops|gflops|layers", "lower", FEWER),
    (r"acc(uracy)?|top[15]|m?ap(50)?|m?iou|f1|auc|precision|recall|psnr|ssim|dice", "higher", ""),
)


def metric(name: str, directions: Mapping[str, str] | None = None) -> Column:
    """Give direction, unit and clear name of a metric's column.

    A direction in ``directions`` (``"lower"`` or ``"higher"``) comes first, then the columns of a
    golden volume, then what an added column's name says plainly (``infer_time_ms``, ``top1``).

    Raises:
        QueryError: The column is no metric, or nobody can know which way is better.
    """
    told = (directions or {}).get(name)
    known = column(name)
    if told is not None:
        return _added(name, _checked(name, told), _words_for(name))
    if known is not None:
        if known.direction is None:
            raise QueryError(f"{name!r} is not a metric", f"Metrics are {', '.join(METRICS)}.")
        return known
    for pattern, direction, words in _PLAIN:
        if any(re.fullmatch(pattern, part) for part in _parts(name)):
            return _added(name, direction, words)
    raise QueryError(
        f"nobody knows whether less or more of {name!r} is better",
        f"Say so in the volume's card (metric_directions), or in Python: "
        f'df.attrs["metric_directions"] = {{{name!r}: "lower"}} (or "higher").',
    )


def missing_column(name: str, present: Iterable[object]) -> MissingColumnError:
    """Make the error for a column that is not there; it names the nearest ones that are."""
    names = [str(other) for other in present]
    near = difflib.get_close_matches(name, names, 3) or [n for n in names if n in METRICS]
    hint = f"Columns like it: {', '.join(near)}." if near else f"Columns: {', '.join(names[:20])}."
    return MissingColumnError(f"the table has no column {name!r}", hint)


def _checked(name: str, direction: str) -> Direction:
    if direction == "lower":
        return "lower"
    if direction == "higher":
        return "higher"
    raise QueryError(
        f"{direction!r} is no direction for {name!r}", 'A direction is "lower" or "higher".'
    )


def _parts(name: str) -> list[str]:
    words = [word for word in re.split(r"[^a-z0-9]+", name.lower()) if word]
    pairs = [f"{first}_{second}" for first, second in itertools.pairwise(words)]
    return pairs + words


def _words_for(name: str) -> str:
    for pattern, direction, words in _PLAIN:
        if direction == "lower" and any(re.fullmatch(pattern, part) for part in _parts(name)):
            return words
    return "x times lower"


def _added(name: str, direction: Direction, words: str) -> Column:
    return Column(name, "float", name, direction, "", words if direction == "lower" else "")
