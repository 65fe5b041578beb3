"""Small tables to ask, and a strategy for many."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
from hypothesis import strategies as st


def frame(**columns: Any) -> pd.DataFrame:
    base: dict[str, Any] = {
        "id": [11, 12, 13, 14, 15],
        "relative_task_metric": [0.5, 0.8, 1.0, 0.7, 0.4],
        "od_inf_rate_ms": [1.0, 2.0, 4.0, 3.0, 8.0],
        "od_size_MB": [10.0, 20.0, 5.0, 30.0, 40.0],
        "od_task_metric": [0.4, 0.64, 0.8, 0.56, 0.32],
    }
    return pd.DataFrame(base | columns)


metric = st.one_of(
    st.integers(1, 6).map(float),
    st.floats(1e-3, 1e3),
    st.sampled_from([0.1, math.nextafter(0.1, 1), math.nextafter(0.1, 0), 5e-324, 1e308]),
)
accuracy = st.one_of(
    st.integers(-2, 4).map(float),
    st.floats(-1, 1),
    st.sampled_from([0.9, math.nextafter(0.9, 1), -1e308, 1e308]),
)


def frames(distinct: bool = False) -> st.SearchStrategy[pd.DataFrame]:
    rows = st.lists(st.tuples(metric, accuracy), min_size=1, max_size=25, unique=distinct)
    return rows.map(
        lambda rows: pd.DataFrame(rows, columns=["od_inf_rate_ms", "relative_task_metric"]).assign(
            id=range(100, 100 + len(rows))
        )
    )
