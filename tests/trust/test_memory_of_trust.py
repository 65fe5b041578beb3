"""Counters, ratchet, clock, receipts and fingerprints: what is remembered, and how."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haversack.base.errors import UsageError
from haversack.trust.clock import judge, parse_stamp, stamp
from haversack.trust.counters import Counters
from haversack.trust.errors import Rollback, TrustError
from haversack.trust.fingerprints import as_words, parse_fingerprint
from haversack.trust.ratchet import Ratchet, Seen
from haversack.trust.receipts import Receipts

WHO = "ab" * 32


@given(st.binary(min_size=32, max_size=32))
def test_a_fingerprint_is_the_same_in_digits_and_in_words(raw: bytes) -> None:
    digits = raw.hex()
    words = as_words(digits)
    assert len(words.split()) == 16
    for told in (
        digits,
        words,
        words.upper(),
        words.replace(" ", "-"),
        f" {digits[:32]} {digits[32:]}",
    ):
        assert parse_fingerprint(told) == digits


@given(st.text(max_size=80))
def test_what_is_no_whole_fingerprint_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_fingerprint(text)


def test_known_proquints_come_out_as_published() -> None:
    assert as_words("7f000001" + "3f54dcc1" + "00" * 24).startswith("lusab babad gutih tugad")


def test_counters_grow_by_one_per_bundle_name(tmp_path: Path) -> None:
    counters = Counters(tmp_path / "counters.json")
    assert [counters.reserve("kit") for _ in range(3)] == [1, 2, 3]
    assert counters.reserve("other") == 1
    assert Counters(tmp_path / "counters.json").read() == {"kit": 3, "other": 1}


def test_a_counter_can_be_raised_but_never_lowered(tmp_path: Path) -> None:
    counters = Counters(tmp_path / "counters.json")
    counters.raise_to("kit", 40)
    counters.raise_to("kit", 7)
    assert counters.reserve("kit") == 41
    for wrong in (0, -1, 2**53):
        with pytest.raises(UsageError):
            counters.raise_to("kit", wrong)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="takes fork")
def test_two_processes_never_get_the_same_counter(tmp_path: Path) -> None:
    counters = Counters(tmp_path / "counters.json")
    children = []
    for child in range(4):
        pid = os.fork()
        if pid == 0:
            try:
                got = [str(counters.reserve("kit")) for _ in range(10)]
                (tmp_path / f"got-{child}").write_text(" ".join(got))
            finally:
                os._exit(0)
        children.append(pid)
    for pid in children:
        os.waitpid(pid, 0)
    given_out = " ".join(path.read_text() for path in tmp_path.glob("got-*")).split()
    assert sorted(map(int, given_out)) == list(range(1, 41))


@pytest.mark.parametrize("content", [b"", b"[]", b'{"kit":0}', b'{"kit":1.0}', b'{"a/b":1}'])
def test_damaged_counters_are_never_taken_for_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "counters.json").write_bytes(content)
    with pytest.raises(TrustError, match="damaged"):
        Counters(tmp_path / "counters.json").reserve("kit")
    assert (tmp_path / "counters.json").read_bytes() == content


def test_the_ratchet_lets_equal_and_newer_pass_and_names_both_counters(tmp_path: Path) -> None:
    ratchet = Ratchet(tmp_path / "ratchet.json")
    assert ratchet.check(WHO, "kit", 1) is None
    seen = Seen(5, "cd" * 32, "2026-01-31T12:00:00Z")
    ratchet.advance(WHO, "kit", seen)
    assert Ratchet(tmp_path / "ratchet.json").check(WHO, "kit", 5) == seen
    assert ratchet.check(WHO, "kit", 6) == seen
    with pytest.raises(Rollback, match="counter 4, but 5"):
        ratchet.check(WHO, "kit", 4)
    assert ratchet.check(WHO, "other", 1) is None
    assert ratchet.check("ef" * 32, "kit", 1) is None


def test_the_ratchet_never_goes_back(tmp_path: Path) -> None:
    ratchet = Ratchet(tmp_path / "ratchet.json")
    ratchet.advance(WHO, "kit", Seen(5, "cd" * 32, "2026-01-31T12:00:00Z"))
    ratchet.advance(WHO, "kit", Seen(3, "ef" * 32, "2026-03-31T12:00:00Z"))
    seen = ratchet.seen(WHO, "kit")
    assert seen is not None
    assert seen.counter == 5
    assert ratchet.newest_signing_time() == "2026-01-31T12:00:00Z"


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b'{"seen":[]}', b'{"seen":{"x":{}}}',
     b'{"seen":{"' + WHO.encode() + b'":{"kit":{"counter":"1","created":"","payload":""}}}}'],
)  # fmt: skip
def test_a_damaged_ratchet_is_never_taken_for_an_empty_one(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "ratchet.json").write_bytes(content)
    with pytest.raises(TrustError, match="damaged"):
        Ratchet(tmp_path / "ratchet.json").check(WHO, "kit", 1)


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_stamp_comes_back_to_the_second(moment: datetime) -> None:
    if moment.year >= 1000:
        assert parse_stamp(stamp(moment)) == moment.replace(microsecond=0)


@pytest.mark.parametrize(
    "text", [None, 7, "", "2026-02-30T00:00:00Z", "2026-01-31 12:00:00Z", "2026-01-31T25:00:00Z",
             "2026-01-31T12:00:00Z\n", "\N{FULLWIDTH DIGIT TWO}026-01-31T12:00:00Z"]
)  # fmt: skip
def test_what_is_no_stamp_is_none(text: object) -> None:
    assert parse_stamp(text) is None


def test_a_clock_before_a_proved_time_is_called_wrong_and_not_believed() -> None:
    proved = "2026-01-31T12:00:00Z"
    late, early = datetime(2027, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)
    assert judge(late, proved) == (late, "")
    assert judge(early, "") == (early, "")
    moment, warning = judge(early, proved)
    assert moment == parse_stamp(proved)
    assert "clock is wrong" in warning


def test_receipts_come_back_in_order(tmp_path: Path) -> None:
    receipts = Receipts(tmp_path)
    for number in range(5):
        receipts.write({"opened_at": "2026-01-31T12:00:00Z", "bundle": "kit", "number": number})
    assert [one["number"] for one in receipts.list()] == list(range(5))
    next(tmp_path.glob("*.json")).write_bytes(b"{")
    with pytest.raises(TrustError, match="damaged"):
        receipts.list()
