"""Front numbers and dominator counts as columns of a table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray

from haversack.volume import dominators
from haversack.volume.dominators import dominator_counts, dominator_counts_of_many
from haversack.volume.errors import QueryError
from haversack.volume.ranks import add_ranks
from volume.cases import CASES

Floats = NDArray[np.float64]
tables = st.tuples(st.integers(1, 30), st.integers(2, 4)).flatmap(
    lambda shape: npst.arrays(np.float64, shape, elements=st.integers(-3, 3).map(float))
)
FRAME = pd.DataFrame(
    {
        "id": [9, 7, 5, 3, 1],
        "relative_task_metric": [0.5, 0.9, 1.0, 0.4, 0.8],
        "od_inf_rate_ms": [1.0, 1.2, 8.0, 2.0, None],
        "od_size_MB": [4.0, 4.0, 4.0, 1.0, 2.0],
    },
    index=[10, 11, 12, 13, 14],
)


@settings(max_examples=CASES, deadline=None)
@given(tables)
def test_dominators_in_any_number_of_metrics_are_counted_as_by_comparing_all_pairs(
    table: Floats,
) -> None:
    expected = [
        sum(bool((other >= row).all() and (other > row).any()) for other in table) for row in table
    ]
    assert dominator_counts_of_many(table).tolist() == expected
    if table.shape[1] == 2:
        assert dominator_counts(table[:, 0], table[:, 1]).tolist() == expected


def test_counting_in_parts_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    table = np.round(np.random.default_rng(0).random((300, 3)), 1)
    whole = dominator_counts_of_many(table)
    monkeypatch.setattr(dominators, "PAIRS_AT_ONCE", 1_000)
    assert dominator_counts_of_many(table).tolist() == whole.tolist()


def test_ranks_are_columns_and_null_where_a_metric_was_not_measured() -> None:
    ranked = add_ranks(FRAME, ["relative_task_metric", "od_inf_rate_ms"])
    assert ranked["front"].tolist() == [1, 1, 1, 2, pd.NA]
    assert ranked["dominated_by"].tolist() == [0, 0, 0, 2, pd.NA]
    assert ranked.index.tolist() == FRAME.index.tolist()
    assert "front" not in FRAME.columns, "the table given is left as it was"


def test_ranks_in_three_metrics() -> None:
    ranked = add_ranks(FRAME, ["relative_task_metric", "od_inf_rate_ms", "od_size_MB"])
    assert ranked["front"].tolist() == [1, 1, 1, 1, pd.NA]
    assert ranked["dominated_by"].tolist() == [0, 0, 0, 0, pd.NA]


def test_one_metric_makes_no_ranks() -> None:
    with pytest.raises(QueryError):
        add_ranks(FRAME, ["od_size_MB"])
