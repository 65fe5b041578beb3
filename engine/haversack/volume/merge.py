"""Several volumes as one, each row with the device and the volume that it came from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from haversack.base.errors import UsageError
from haversack.volume.relative import add_relative_task_metric
from haversack.volume.volume import Volume

if TYPE_CHECKING:
    import pandas as pd


def merge(volumes: Sequence[Volume]) -> tuple[pd.DataFrame, dict[str, Any], tuple[str, ...]]:
    """Join volumes row by row; columns that one of them lacks are null there.

    ``from_volume`` says where a row came from. A volume without the column ``hardware`` gets its
    card's word for the machine. Where ids collide every row is numbered anew and ``from_id`` keeps
    the old one. ``relative_task_metric`` is computed anew where every volume has a task metric, so
    that one row is 1.0 for each data set and device, and kept as it is elsewhere.

    Returns:
        The rows, the card's fields, and what the reader should know.

    Raises:
        UsageError: Fewer than two volumes, or one of them twice.
    """
    import pandas as pd

    names = [volume.name for volume in volumes]
    if len(names) < 2 or len(set(names)) < len(names):
        raise UsageError("merging takes two volumes or more, each once", "Name the volumes.")
    frames = [_with_origin(volume) for volume in volumes]
    joined = pd.concat(frames, ignore_index=True)
    notes: list[str] = []
    if joined["id"].duplicated().any():
        joined["from_id"] = joined["id"]
        joined["id"] = range(1, len(joined) + 1)
        notes.append("ids collided: every row is numbered anew, from_id keeps the old one")
    if all({"if_task_metric", "od_task_metric"} & set(frame.columns) for frame in frames):
        joined = add_relative_task_metric(joined)
    elif "relative_task_metric" in joined.columns:
        notes.append("relative_task_metric was kept as each volume had it")
    return joined, _card_fields(volumes), tuple(notes)


def _with_origin(volume: Volume) -> pd.DataFrame:
    frame = volume.frame()
    if "hardware" not in frame.columns or frame["hardware"].isna().all():
        frame["hardware"] = (volume.card.on if volume.card is not None else "") or volume.name
    frame["from_volume"] = volume.name
    return frame


def _card_fields(volumes: Sequence[Volume]) -> dict[str, Any]:
    cards = [volume.card for volume in volumes if volume.card is not None]
    directions: dict[str, str] = {}
    for card in cards:
        directions |= card.metric_directions
    return {
        "task": _one([card.task for card in cards]),
        "measured": "; ".join(dict.fromkeys(card.measured for card in cards if card.measured)),
        "by": "; ".join(dict.fromkeys(card.by for card in cards if card.by)),
        "on": "; ".join(dict.fromkeys(card.on for card in cards if card.on)),
        "licence": _licence(volumes),
        "source": f"merged from {', '.join(volume.name for volume in volumes)}",
        "metric_directions": directions,
    }


def _licence(volumes: Sequence[Volume]) -> str:
    said = {one.name: one.card.licence if one.card is not None else "" for one in volumes}
    stated = " and ".join(dict.fromkeys(licence for licence in said.values() if licence))
    silent = ", ".join(name for name, licence in said.items() if not licence)
    return f"{stated}; not stated for {silent}" if stated and silent else stated


def _one(values: list[str]) -> str:
    return values[0] if len(set(values)) == 1 else ""
