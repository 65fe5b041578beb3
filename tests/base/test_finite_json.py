"""A document for a JSON file holds no NaN and no infinity, and says where one was."""

from __future__ import annotations

import json
import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from haversack.base.canonical_json import load_strict
from haversack.base.finite_json import with_reasons

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("ab"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab"), inner, max_size=3),
)


@given(st.dictionaries(st.text("ab"), VALUES, max_size=3))
def test_what_is_written_is_read_by_a_strict_reader(document: dict[str, Any]) -> None:
    load_strict(json.dumps(with_reasons(document)).encode(), "it", 1 << 20)


def test_a_document_of_numbers_stays_as_it_is() -> None:
    document = {"a": [1, 2.5, {"b": None}], "c": "NaN"}
    assert with_reasons(document) == document


def test_each_number_that_is_none_is_named_by_its_path_beside_the_reasons_that_are_there() -> None:
    said = with_reasons(
        {"a": [{"b": math.nan}], "c": (1.0, math.inf), "not_measured": {"d": "no sensor"}}
    )
    assert said == {
        "a": [{"b": None}],
        "c": [1.0, None],
        "not_measured": {
            "d": "no sensor",
            "a.0.b": "is no finite number (nan)",
            "c.1": "is no finite number (inf)",
        },
    }
