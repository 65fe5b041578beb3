"""JSON with one spelling, and a reader that refuses what two readers could read differently."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from haversack.base.errors import FileFormatError

MAX_DEPTH = 64
_ESCAPE = re.compile(rb"\\.", re.DOTALL)
_STRING = re.compile(rb'"[^"]*"')
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_NOT_STRUCTURE = bytes(set(range(256)) - set(b'"[]{}'))
_AS_SQUARE = bytes.maketrans(b"{}", b"[]")


def dump_canonical(value: object) -> bytes:
    """Encode as UTF-8 with sorted keys, no white space, no NaN.

    Raises:
        FileFormatError: ``value`` holds NaN, an infinity, half a character (a lone surrogate), or
            what JSON has no word for.
    """
    try:
        text = json.dumps(
            value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
        return text.encode("utf-8")
    except (ValueError, TypeError, RecursionError) as error:
        raise FileFormatError(f"not expressible as JSON: {error}") from error


def load_strict(content: bytes, what: str, limit: int) -> Any:
    """Decode JSON; refuse duplicate keys, NaN, deep nesting, a BOM, invalid UTF-8, large input.

    Args:
        content: The bytes to decode.
        what: What the bytes are, for the error's first words.
        limit: The most bytes that are looked at.

    Raises:
        FileFormatError: Any of the above, named.
    """
    hint = "The file is damaged or was not written by Haversack."
    if len(content) > limit:
        raise FileFormatError(f"{what} is larger than {limit} bytes", hint)
    if content.startswith(b"\xef\xbb\xbf"):
        raise FileFormatError(f"{what} starts with a byte order mark", hint)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FileFormatError(f"{what} is not UTF-8 (byte {error.start})", hint) from error
    _check_depth(content, what, hint)

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise FileFormatError(f"{what} has the key {twice!r} twice", hint)
        return found

    def constant(name: str) -> float:
        raise FileFormatError(f"{what} holds {name}, which is not JSON", hint)

    def finite(text: str) -> float:
        number = float(text)
        if not math.isfinite(number):
            raise FileFormatError(f"{what} holds a number that is too large", hint)
        return number

    try:
        value = json.loads(
            text, object_pairs_hook=unique, parse_constant=constant, parse_float=finite
        )
    except (ValueError, RecursionError) as error:
        raise FileFormatError(f"{what} is not JSON: {error}", hint) from error
    if _SURROGATE.search(content):
        _refuse_lone_surrogates(value, what, hint)
    return value


def _check_depth(content: bytes, what: str, hint: str) -> None:
    """Take the innermost pairs of brackets away, one level a round, until none should be left."""
    marks = _ESCAPE.sub(b"", content).translate(_AS_SQUARE, _NOT_STRUCTURE)
    # Two quotes side by side hold no bracket: without them no bracket enters or leaves a string.
    brackets = _STRING.sub(b"", marks.replace(b'""', b""))
    for _ in range(MAX_DEPTH):
        brackets = brackets.replace(b"[]", b"")
    if b"[]" in brackets:
        raise FileFormatError(f"{what} is nested deeper than {MAX_DEPTH}", hint)


def _refuse_lone_surrogates(value: object, what: str, hint: str) -> None:
    try:
        dump_canonical(value)
    except FileFormatError as error:
        raise FileFormatError(f"{what} holds half a character (\\uD800)", hint) from error
