"""The sets that fronts are taken of: made ones of any size, and the two real tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from haversack.volume.importers.sources import import_source
from haversack.volume.objectives import objectives

Floats = NDArray[np.float64]
TABLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "grdb"


def clouds(rows: int) -> dict[str, tuple[Floats, Floats]]:
    """Make the sets: name to (x, y), larger is better on both."""
    random = np.random.default_rng(20260101)
    u, v, noise = random.random(rows), random.random(rows), random.standard_normal(rows)
    z = random.standard_normal(rows)
    with_nan = np.where(random.random(rows) < 0.1, np.nan, v)
    return {
        "uniform": (u, v),
        "trade-off": (u, 1.0 - u + 0.1 * noise),
        "all on it": (u, np.sqrt(1.0 - u * u)),
        "skewed": (np.exp(3 * z), np.exp(noise - 2.7 * z)),
        "duplicates": (np.round(u, 2), np.round(v, 2)),
        "with NaN": (u, with_nan),
    }


def tables(rows: int) -> dict[str, Floats]:
    """Make the sets of three and four metrics: name to a table, larger is better."""
    random = np.random.default_rng(20260102)
    uniform = random.random((rows, 4))
    sphere = np.abs(random.standard_normal((rows, 3)))
    sphere /= np.linalg.norm(sphere, axis=1, keepdims=True)
    inside = sphere * random.random((rows, 1)) ** 0.2
    return {"uniform, 3": uniform[:, :3].copy(), "uniform, 4": uniform, "ball, 3": inside}


def real_clouds() -> dict[str, tuple[Floats, Floats]]:
    """Give the largest real volumes as (x, y); empty where the tables are not there."""
    found: dict[str, tuple[Floats, Floats]] = {}
    for source in ("timm", "qualcomm"):
        if (TABLES / source).is_dir():
            volumes, _ = import_source(TABLES / source)
            usable = [v for v in volumes if v.frame["relative_task_metric"].notna().sum() > 100]
            largest = max(usable, key=lambda volume: len(volume.frame))
            asked = objectives(largest.frame, ["od_inf_rate_ms", "relative_task_metric"])
            x, y = asked.gains.T
            found[largest.name[:24]] = (x.copy(), y.copy())
    return found
