"""Faults 50 and 52: the newest bundle withheld, and a counter that leaps to the end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from faults.staging import CONTENTS, Kit, assert_refused, assert_whole, repack
from haversack.bundle.admission import Policy
from haversack.bundle.errors import Expired, Refused
from haversack.trust.errors import Rollback


def test_fault_50_a_bundle_that_is_kept_back_for_years_is_told_or_refused_as_the_policy_says(
    kit: Kit,
) -> None:
    later = datetime.now(UTC) + timedelta(days=365 * 30)
    found = kit.bundle.verify(kit.field, Policy(now=later))
    assert any("expired" in warning for warning in found.warnings)
    with pytest.raises(Expired):
        kit.bundle.take_in(kit.store, kit.field, Policy(now=later, refuse_expired=True))
    assert list(kit.store.digests()) == []


def test_fault_50_the_same_bundle_again_is_no_news_and_no_harm(kit: Kit) -> None:
    assert_whole(kit)
    assert kit.bundle.take_in(kit.store, kit.field).copied == 0


def test_fault_52_a_counter_beyond_the_last_one_is_refused(kit: Kit) -> None:
    for counter in (2**53, 2**63, 2**64 - 1):
        statement = kit.statement
        statement["predicate"]["counter"] = counter
        kit.seal(statement)
        assert_refused(kit, "invalid", "bundle.dsse.json", "counter")


def test_fault_52_after_a_leap_to_the_last_counter_a_person_can_go_back_with_a_reason(
    kit: Kit,
) -> None:
    statement = kit.statement
    statement["predicate"]["counter"] = 2**53 - 1
    kit.seal(statement)
    assert_whole(kit)
    repack(kit)
    with pytest.raises(Rollback, match=str(2**53 - 1)):
        kit.bundle.verify(kit.field)
    policy = Policy(allow_downgrade="the key leapt ahead")
    taken = kit.bundle.take_in(kit.store, kit.field, policy)
    assert taken.bundle.downgrade == "the key leapt ahead"
    seen = kit.field.ratchet.seen(taken.bundle.statement.publisher, CONTENTS.name)
    assert seen is not None
    assert seen.counter == 2**53 - 1, "the ratchet does not go back"
    with pytest.raises(Refused):
        kit.bundle.verify(kit.field)
