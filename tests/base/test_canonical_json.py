"""JSON with one spelling; what two readers could read differently is refused."""

from __future__ import annotations

import contextlib
import json
import math
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haversack.base.canonical_json import MAX_DEPTH, dump_canonical, load_strict
from haversack.base.errors import FileFormatError

LIMIT = 10_000_000
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_dumped_is_read_back(value: object) -> None:
    assert load_strict(dump_canonical(value), "it", LIMIT) == value


@given(VALUES)
def test_a_value_has_one_spelling(value: object) -> None:
    spelled = dump_canonical(value)
    assert dump_canonical(load_strict(spelled, "it", LIMIT)) == spelled
    assert dump_canonical(json.loads(json.dumps(value, indent=3))) == spelled


@given(st.dictionaries(TEXT, st.integers(), min_size=2, max_size=8))
def test_the_order_of_keys_makes_no_difference(value: dict[str, int]) -> None:
    turned = dict(reversed(value.items()))
    assert dump_canonical(turned) == dump_canonical(value)


def test_the_spelling_is_sorted_utf_8_without_white_space() -> None:
    assert dump_canonical({"b": [1, 2.5, None], "a": "é"}) == '{"a":"é","b":[1,2.5,null]}'.encode()


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, {1, 2}, b"x", "\ud800", object()])
def test_what_json_has_no_word_for_is_refused(value: object) -> None:
    with pytest.raises(FileFormatError):
        dump_canonical({"key": [value]})


def test_a_value_that_holds_itself_is_refused() -> None:
    knot: list[object] = []
    knot.append(knot)
    with pytest.raises(FileFormatError):
        dump_canonical(knot)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'{"a":1,"a":2}', "'a' twice"),
        (b'{"x":{"a":1,"b":2,"a":1}}', "'a' twice"),
        (b'{"a":1,"\\u0061":2}', "'a' twice"),
        (b"[NaN]", "NaN"),
        (b"[Infinity]", "Infinity"),
        (b"[-Infinity]", "Infinity"),
        (b"[1e999]", "too large"),
        (b"[-1e999]", "too large"),
        (b"\xef\xbb\xbf[]", "byte order mark"),
        (b'["\xff"]', "not UTF-8"),
        ('["a"]'.encode("utf-16"), "not UTF-8"),
        (b'["\xed\xa0\x80"]', "not UTF-8"),
        (b"", "not JSON"),
        (b"[1,]", "not JSON"),
        (b"[1] 2", "not JSON"),
        (b"{'a':1}", "not JSON"),
        (b'["a\nb"]', "not JSON"),
        (b"[01]", "not JSON"),
        (b"[1]\0", "not JSON"),
        (b'["\\ud800"]', "half a character"),
        (b'{"\\udc00x":1}', "half a character"),
    ],
)
def test_what_two_readers_could_read_differently_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(FileFormatError) as caught:
        load_strict(content, "the manifest", LIMIT)
    assert words in caught.value.message
    assert caught.value.message.startswith("the manifest")
    assert "\n" not in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_nesting_is_allowed_up_to_the_limit(opening: str, closing: str) -> None:
    def nested(depth: int) -> bytes:
        return (opening * depth + "1" + closing * depth).encode()

    load_strict(nested(MAX_DEPTH), "it", LIMIT)
    for depth in (MAX_DEPTH + 1, 100_000):
        with pytest.raises(FileFormatError, match="nested deeper"):
            load_strict(nested(depth), "it", LIMIT)


def test_a_pair_of_surrogates_is_one_character() -> None:
    assert load_strict(b'["\\ud83c\\uDF92"]', "it", LIMIT) == ["🎒"]


def test_brackets_within_text_are_not_nesting() -> None:
    value = ["[{" * 200, '"[' * 200, "\\" * 99 + "["]
    assert load_strict(dump_canonical(value), "it", LIMIT) == value


def test_size_is_checked_before_anything_is_parsed() -> None:
    assert load_strict(b"[1]", "it", 3) == [1]
    with pytest.raises(FileFormatError, match="larger than 3 bytes"):
        load_strict(b"\xff\xff\xff\xff", "it", 3)


@pytest.mark.parametrize("digits", [4_000, 100_000])
def test_a_huge_number_is_read_or_refused_in_words(digits: int) -> None:
    content = b"[" + b"9" * digits + b"]"
    if digits <= sys.get_int_max_str_digits():
        assert load_strict(content, "it", LIMIT) == [int("9" * digits)]
    else:
        with pytest.raises(FileFormatError, match="not JSON"):
            load_strict(content, "it", LIMIT)


@given(st.binary(max_size=200))
def test_no_bytes_give_another_error(content: bytes) -> None:
    with contextlib.suppress(FileFormatError):
        load_strict(content, "it", LIMIT)
