from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from haversack.base.errors import HaversackError
from haversack.volume.errors import MissingColumnError, WhereError
from haversack.volume.where import parse_where
from volume.cases import CASES

TABLE = pd.DataFrame(
    {
        "id": [1, 2, 3, 4],
        "hardware": ["Jetson", "cpu", None, "cpu"],
        "rate": [1.5, None, 30.0, 4.0],
        "height": pd.array([64, 128, None, 64], dtype="Int64"),
        "per_channel": pd.array([True, None, False, True], dtype="boolean"),
        "timestamp": pd.to_datetime(["2026-01-01", "2026-02-01", "NaT", "2026-03-01"], utc=True),
        "mixed": [1, "a", None, 2.0],
    }
)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("hardware == 'cpu'", [2, 4]),
        ('hardware != "cpu"', [1]),
        ("rate < 10", [1, 4]),
        ("rate >= 4 and height == 64", [4]),
        ("rate < 2 or hardware == 'cpu'", [1, 2, 4]),
        ("not rate < 10", [3]),
        ("not (hardware == 'cpu' or rate > 20)", [1]),
        ("1 < rate < 5", [1, 4]),
        ("1.5 == rate", [1]),
        ("rate > -1e3", [1, 3, 4]),
        ("id in (1, 3, 99)", [1, 3]),
        ("hardware not in ['cpu']", [1]),
        ("hardware in ('cpu', None)", [2, 3, 4]),
        ("hardware is None", [3]),
        ("hardware is not None", [1, 2, 4]),
        ("rate == None", [2]),
        ("rate != None", [1, 3, 4]),
        ("per_channel", [1, 4]),
        ("not per_channel", [3]),
        ("per_channel == False", [3]),
        ("height < rate", []),
        ("rate < height", [1, 4]),
        ("hardware > 'Z'", [2, 4]),
        ("timestamp >= '2026-02-01'", [2, 4]),
        ("timestamp < '2026-01-31T23:00+02:00'", [1]),
        ("id < 100000000000000000000000", [1, 2, 3, 4]),
        ("True", [1, 2, 3, 4]),
        ("False or id == 2", [2]),
        ("  id == 2  ", [2]),
    ],
)
def test_a_condition_marks_the_rows_for_which_it_is_surely_true(text: str, ids: list[int]) -> None:
    assert TABLE["id"][parse_where(text).mask(TABLE)].tolist() == ids


def test_a_condition_knows_the_columns_it_looks_at() -> None:
    assert parse_where("a < 1 and not (b in (1, 2) or c is None)").columns == {"a", "b", "c"}


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "rate.__class__",
        "rate + 1 < 3",
        "rate[0] == 1",
        "(lambda: 1)()",
        "[x for x in rate]",
        "f'{rate}' == 'a'",
        "rate if rate else 1",
        "(rate := 3) < 4",
        "*rate",
        "rate < (yield)",
        "'text'",
        "3",
        "rate in hardware",
        "3 in (1, 2)",
        "rate is 3",
        "rate == b'x'",
        "rate == 1j",
        "rate == ...",
        "rate < -True",
        "hardware in (rate, 'cpu')",
        "",
        "rate <",
        "rate = 3",
        "rate < 1; id",
        "rate < 1\nid",
        "rate\0",
        "(" * 300 + "rate" + ")" * 300,
        "not " * 1000 + "rate",
        " or ".join(["id == 1"] * 200),
        "x" * 5000,
        "rate == " + "9" * 5000,
    ],
)
def test_anything_but_a_condition_is_refused_before_a_row_is_looked_at(text: str) -> None:
    with pytest.raises(WhereError) as caught:
        parse_where(text)
    assert caught.value.hint
    assert caught.value.exit_code == 2
    assert "\n" not in caught.value.message


def test_one_equals_sign_gets_its_remedy() -> None:
    with pytest.raises(WhereError, match="write =="):
        parse_where("rate = 3")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hardware < 3", "hardware is text and 3 is numbers"),
        ("rate == 'fast'", "numbers"),
        ("per_channel == 1", "true or false"),
        ("timestamp < 'soon'", "no moment"),
        ("mixed == 1", "mixes types"),
        ("rate", "rate is numbers"),
    ],
)
def test_a_comparison_that_does_not_fit_the_column_is_refused(text: str, said: str) -> None:
    with pytest.raises(WhereError, match=said):
        parse_where(text).mask(TABLE)


def test_an_unknown_column_names_the_nearest() -> None:
    with pytest.raises(MissingColumnError) as caught:
        parse_where("hardwear == 'cpu'").mask(TABLE)
    assert "hardware" in caught.value.hint


@settings(max_examples=CASES, deadline=None)
@given(st.text(alphabet="ab<>=()'\" 10andortif.[]{}:,\\\n#-_*@", max_size=40))
def test_no_text_makes_anything_but_a_condition_or_a_typed_error(text: str) -> None:
    try:
        parse_where(text)
    except HaversackError as error:
        assert error.hint


comparison = st.tuples(
    st.sampled_from(["id", "rate"]),
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
    st.integers(-2, 6),
).map(lambda parts: " ".join(map(str, parts)))
condition = st.recursive(
    comparison,
    lambda inner: st.one_of(
        inner.map(lambda one: f"not ({one})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}) and ({two[1]})"),
        st.tuples(inner, inner).map(lambda two: f"({two[0]}) or ({two[1]})"),
    ),
    max_leaves=8,
)


@settings(max_examples=CASES, deadline=None)
@given(condition)
def test_without_nulls_a_condition_means_what_python_would_mean(text: str) -> None:
    table = pd.DataFrame({"id": [0, 1, 2, 3, 4], "rate": [4.0, 0.5, -1.0, 3.0, 1.0]})
    expected = [
        bool(eval(text, {}, {"id": a, "rate": b}))  # noqa: S307 - made above, of numbers alone
        for a, b in zip(table["id"], table["rate"], strict=True)
    ]
    assert parse_where(text).mask(table).tolist() == expected
