"""Row groups that a condition rules out: they are not read, and no row is lost by it."""

from __future__ import annotations

import math
import string
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from haversack.volume.errors import VolumeFormatError, WhereError
from haversack.volume.row_groups import spans_of
from haversack.volume.volume import Volume
from haversack.volume.where import parse_where
from volume.cases import CASES

GROUPS = pa.table(
    {
        "id": pa.array(range(1, 13)),
        "hardware": ["a", "a", "a", "b", "b", "b", "c", "c", "c", None, None, None],
        "rate": [1.0, 2.0, 3.0, 4.0, math.nan, 6.0, 7.0, None, 9.0, math.nan, math.nan, math.nan],
        "per_channel": [True, True, True, False, False, False, True, False, None, None, None, None],
    }
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Write four groups of three rows."""
    path = tmp_path / "grouped.parquet"
    pq.write_table(GROUPS, path, row_group_size=3, write_page_checksum=True)
    return path


def spoil(path: Path, groups: set[int]) -> None:
    """Overwrite every page of these row groups."""
    content = bytearray(path.read_bytes())
    metadata = pq.ParquetFile(path).metadata
    for group in groups:
        for place in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(place)
            start = chunk.dictionary_page_offset or chunk.data_page_offset
            size = chunk.total_compressed_size
            content[start : start + size] = b"\xff" * size
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("condition", "groups", "ids"),
    [
        ("hardware == 'b'", {1}, [4, 5, 6]),
        ("'b' <= hardware", {1, 2}, [4, 5, 6, 7, 8, 9]),
        ("hardware in ('a', 'c') and id > 3", {2}, [7, 8, 9]),
        ("not hardware < 'b'", {1, 2}, [4, 5, 6, 7, 8, 9]),
        ("hardware is None", {3}, [10, 11, 12]),
        ("hardware is not None and not per_channel", {1, 2}, [4, 5, 6, 8]),
        ("rate < 5", {0, 1, 3}, [1, 2, 3, 4]),
        ("not rate < 5", {1, 2, 3}, [6, 7, 9]),
        ("rate == 2 or rate == 9", {0, 2, 3}, [2, 9]),
        ("2 < id < 5", {0, 1}, [3, 4]),
        ("rate > 6.5 and id < 99 or id == 2", {0, 2, 3}, [2, 7, 9]),
        ("id > 100", set(), []),
    ],
)
def test_a_row_group_that_the_condition_rules_out_is_not_read(
    path: Path, condition: str, groups: set[int], ids: list[int]
) -> None:
    spoil(path, {0, 1, 2, 3} - groups)
    volume = Volume.open(path)
    assert volume.frame(["id"], where=condition)["id"].tolist() == ids
    with pytest.raises(VolumeFormatError):
        volume.frame()


def test_nulls_and_nan_are_looked_for_wherever_they_may_be(path: Path) -> None:
    found = Volume.open(path).frame(["id"], where="rate is None")["id"].tolist()
    assert found == [5, 8, 10, 11, 12]
    assert Volume.open(path).frame(["id"], where="per_channel is None")["id"].tolist() == [
        *(9, 10, 11, 12)
    ]


def test_without_statistics_every_row_group_is_read(tmp_path: Path) -> None:
    path = tmp_path / "plain.parquet"
    pq.write_table(GROUPS, path, row_group_size=3, write_statistics=False)
    assert Volume.open(path).frame(["id"], where="hardware == 'c'")["id"].tolist() == [7, 8, 9]


def test_a_comparison_that_does_not_fit_is_refused_even_where_its_groups_are_ruled_out(
    path: Path,
) -> None:
    with pytest.raises(WhereError, match="hardware is text"):
        Volume.open(path).frame(["id"], where="id > 100 and hardware < 5")


def test_whole_numbers_beside_a_fraction_are_compared_as_in_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "large.parquet"
    frame = pd.DataFrame({"id": [2**53 + 1, 2**53 + 2], "steps": [2**53 + 1, 2**53 + 2]})
    frame.to_parquet(path, row_group_size=1)
    condition = f"steps == {float(2**53)!r}"
    expected = parse_where(condition).mask(frame)
    assert expected.tolist() == [True, False]
    assert len(Volume.open(path).frame(where=condition)) == 1


numbers = st.one_of(
    st.none(), st.integers(-3, 3).map(float), st.floats(), st.sampled_from([-0.0, 5e-324, 1e308])
)
whole = st.one_of(st.none(), st.integers(-3, 3), st.sampled_from([2**53 + 1, 2**63 - 1, -(2**63)]))
words = st.one_of(st.none(), st.text(alphabet="aé\U0001f600\uffff", max_size=3))
rows = st.lists(
    st.tuples(numbers, whole, words, st.one_of(st.none(), st.booleans())), min_size=1, max_size=12
)
constants = {
    "rate": ["-3", "0", "0.0", "1", "2.5", "1e308", "1e999", "-1e999"],
    "steps": ["-1", "0", "2", "2.5", str(2**53), f"{float(2**53)!r}", str(2**63), "-1e999"],
    "name": ["''", "'a'", "'aé'", "'é'", "'\uffff'", "'\U0001f600'"],
    "flag": ["True", "False"],
}
signs = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])


@st.composite
def comparisons(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(sorted(constants)))
    value = draw(st.sampled_from(constants[name]))
    other = draw(st.sampled_from(constants[name]))
    sign = draw(signs)
    forms = [
        f"{name} {sign} {value}",
        f"{value} {sign} {name}",
        f"{value} {sign} {name} {draw(signs)} {other}",
        f"{name} {draw(st.sampled_from(['in', 'not in']))} ({value}, {other})",
        f"{name} in ({value}, None)",
        f"{name} is None",
        f"{name} is not None",
        f"{name} == None",
        f"None == {name}",
        f"{value} {sign} {other}",
        f"rate {sign} steps",
        "flag",
    ]
    return str(draw(st.sampled_from(forms)))


conditions = st.recursive(
    comparisons(),
    lambda inner: st.one_of(
        inner.map(lambda one: f"not ({one})"),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(
            lambda parts: f"({parts[0]}) {parts[1]} ({parts[2]})"
        ),
    ),
    max_leaves=5,
)


def outcome(ask: Any) -> list[int] | str:
    try:
        found: list[int] = ask()
    except WhereError as error:
        return error.message
    return found


@settings(
    max_examples=CASES // 3,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(rows, conditions, st.integers(1, 4), st.booleans())
def test_skipping_by_statistics_never_changes_the_answer(
    tmp_path: Path, cells: list[tuple[Any, ...]], condition: str, size: int, statistics: bool
) -> None:
    rate, steps, name, flag = zip(*cells, strict=True)
    table = pa.table(
        {
            "id": pa.array(range(len(cells)), pa.int64()),
            "rate": pa.array(rate, pa.float64()),
            "steps": pa.array(steps, pa.int64()),
            "name": pa.array(name, pa.string()),
            "flag": pa.array(flag, pa.bool_()),
        }
    )
    path = tmp_path / "any.parquet"
    pq.write_table(table, path, row_group_size=size, write_statistics=statistics)
    volume = Volume.open(path)
    whole_table = volume.frame()
    ids = whole_table["id"].to_numpy()
    expected = outcome(lambda: ids[parse_where(condition).mask(whole_table)].tolist())
    assert outcome(lambda: volume.frame(["id"], where=condition)["id"].tolist()) == expected


@settings(max_examples=CASES // 3, deadline=None)
@given(st.lists(numbers, min_size=1, max_size=8), st.sampled_from(constants["rate"]), signs)
def test_a_part_that_is_ruled_out_holds_no_row(
    values: list[float | None], constant: str, sign: str
) -> None:
    """A part left out has no row of which the condition is true, whatever the writer's bounds."""
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"rate": pa.array(values, pa.float32())}), sink, row_group_size=1)
    file = pq.ParquetFile(pa.BufferReader(sink.getvalue()))
    where = parse_where(f"rate {sign} {constant}")
    spans = spans_of(file.metadata, file.schema_arrow, ["rate"])
    true = where.mask(file.read().to_pandas())
    assert not np.any(true & ~where.may_hold(spans, len(values)))


def test_long_texts_whose_bounds_are_cut_lose_no_row(tmp_path: Path) -> None:
    names = [letter * 5_000 + "é" for letter in string.ascii_lowercase]
    path = tmp_path / "long.parquet"
    pq.write_table(pa.table({"id": range(26), "name": names}), path, row_group_size=2)
    for place in (0, 13, 25):
        found = Volume.open(path).frame(["id"], where=f"name >= '{names[place][:9]}'")
        assert found["id"].tolist() == list(range(place, 26))
