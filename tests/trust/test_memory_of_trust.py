"""Counters, ratchet, clock, receipts and fingerprints: what is remembered, and how."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haversack.base.errors import UsageError
from haversack.trust.clock import BUILT, judge, parse_stamp, stamp
from haversack.trust.counters import HIGHEST, Counters
from haversack.trust.errors import Rollback, TrustError
from haversack.trust.fingerprints import as_words, parse_fingerprint
from haversack.trust.keyring import KeyRing
from haversack.trust.last_run import LastRun
from haversack.trust.ratchet import Ratchet, Seen
from haversack.trust.receipts import Receipts, faults

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


def test_after_the_last_counter_there_is_none(tmp_path: Path) -> None:
    counters = Counters(tmp_path / "counters.json")
    counters.raise_to("kit", HIGHEST)
    with pytest.raises(TrustError, match="used up"):
        counters.reserve("kit")
    assert counters.read() == {"kit": HIGHEST}


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
    assert judge(late, {"it was": proved}) == (late, "")
    assert judge(early, {"it was": ""}) == judge(early, {}) == (early, "")
    moment, warning = judge(early, {"it was": proved, "it was before": "2025-12-31T00:00:00Z"})
    assert moment == parse_stamp(proved)
    assert "clock is wrong" in warning and warning.endswith(f"but it was at {proved}")


def test_no_clock_is_before_the_program_the_newest_signature_and_the_last_run(
    tmp_path: Path,
) -> None:
    ring = KeyRing(tmp_path)
    assert max(ring.proved_times().values()) == BUILT
    ring.ratchet.advance(WHO, "kit", Seen(1, "cd" * 32, "2031-01-31T12:00:00Z"))
    assert max(ring.proved_times().values()) == "2031-01-31T12:00:00Z"
    ring.last_run.note(datetime(2032, 5, 6, 7, 8, 9, tzinfo=UTC))
    ring.last_run.note(datetime(2030, 1, 1, tzinfo=UTC))
    assert max(KeyRing(tmp_path).proved_times().values()) == "2032-05-06T07:08:09Z"


@pytest.mark.parametrize("content", [b"", b"[]", b'{"at":7}', b'{"at":"2026-99-99T00:00:00Z"}'])
def test_a_damaged_last_run_is_told(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "last-run.json").write_bytes(content)
    with pytest.raises(TrustError, match="damaged"):
        LastRun(tmp_path / "last-run.json").read()


def test_receipts_come_back_in_order(tmp_path: Path) -> None:
    receipts = _some_receipts(tmp_path, 12)
    assert [one["number"] for one in receipts.list()] == list(range(1, 13))
    assert faults(receipts.list()) == ()
    next(tmp_path.glob("*.json")).write_bytes(b"{")
    with pytest.raises(TrustError, match="damaged"):
        receipts.list()


def test_receipts_come_back_in_order_though_the_clock_went_back(tmp_path: Path) -> None:
    receipts = Receipts(tmp_path)
    for year in (2031, 1970, 2026):
        receipts.write({"opened_at": f"{year}-01-31T12:00:00Z", "bundle": "kit", "year": year})
    assert [one["year"] for one in receipts.list()] == [2031, 1970, 2026]


def test_a_receipt_that_was_changed_or_taken_out_is_missed(tmp_path: Path) -> None:
    receipts = _some_receipts(tmp_path, 5)
    third = sorted(tmp_path.glob("*.json"))[2]
    sound = third.read_bytes()
    third.write_bytes(sound.replace(b"12:00:00Z", b"12:00:01Z"))
    assert faults(receipts.list()) == ("receipt number 3 was changed after number 4 was written",)
    third.unlink()
    assert faults(receipts.list()) == ("receipts between number 2 and number 4 are missing",)
    third.write_bytes(sound)
    sorted(tmp_path.glob("*.json"))[0].unlink()
    assert faults(receipts.list()) == ("the first receipts are missing",)


def _some_receipts(folder: Path, count: int) -> Receipts:
    receipts = Receipts(folder)
    for _ in range(count):
        receipts.write({"opened_at": "2026-01-31T12:00:00Z", "bundle": "kit"})
    return receipts
