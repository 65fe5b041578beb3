"""A unit that fails holds up no other: noted, tried again after the untried, told at the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from haversack.base.progress import CancelToken
from haversack.pantry.pantry import Pantry
from haversack.services.bake import oven
from haversack.services.bake.collect import collect
from haversack.services.bake.failed import FailedUnit, failed_file
from haversack.services.bake.oven import bake
from haversack.services.bake.plan import Plan
from haversack.services.listen import Heard, Said
from services.fake_kitchen import Kitchen, keys_of

Q = ("float32", "int8")


@pytest.fixture
def pantry(tmp_path: Path) -> Pantry:
    return Pantry.build(tmp_path / "pantry")


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_unit_that_fails_holds_up_no_other_and_is_told_with_its_remedy(
    kitchen: Kitchen, plan: Plan, pantry: Pantry, tmp_path: Path, jobs: int
) -> None:
    folder, keys, told = tmp_path / "baking", keys_of(plan, pantry), list[Heard]()
    kitchen.failing = {keys[0]}
    baked = bake(plan, pantry, folder, jobs=jobs, on_event=told.append)
    assert kitchen.tried.count(keys[0]) == 1, "once in one bake"
    assert sorted(kitchen.trained) == keys[1:]
    assert kitchen.measured == [f"{key} {q}" for key in keys[1:] for q in Q]
    assert baked.is_measured and baked.rows == 4
    assert baked.failed == (
        FailedUnit(
            keys[0], "training", f"{keys[0]} was burnt", "Turn the heat down.", folder / keys[0]
        ),
    )
    assert [one.text for one in told if isinstance(one, Said)] == [
        f"{keys[0]}: {keys[0]} was burnt; going on with the others"
    ]
    assert collect(plan, pantry.registry, folder, tmp_path / "volume.parquet").rows == 4


def test_a_unit_that_failed_is_tried_again_after_those_that_have_not_been_tried(
    kitchen: Kitchen, plan: Plan, pantry: Pantry, tmp_path: Path
) -> None:
    folder, keys = tmp_path / "baking", keys_of(plan, pantry)
    kitchen.failing, kitchen.fail_at = {keys[0]}, keys[1]
    with pytest.raises(KeyboardInterrupt):
        bake(plan, pantry, folder)
    kitchen.fail_at, kitchen.tried = "", []
    bake(plan, pantry, folder, with_measuring=False)
    assert kitchen.tried == [keys[1], keys[2], keys[0]]
    kitchen.failing = set()
    baked = bake(plan, pantry, folder)
    assert baked.failed == () and baked.rows == 6
    assert not list(folder.rglob("failed-*")), "what was done since has not failed"


def test_a_unit_that_another_bake_saw_fail_meanwhile_is_tried_after_the_others(
    kitchen: Kitchen, plan: Plan, pantry: Pantry, tmp_path: Path
) -> None:
    folder, keys = tmp_path / "baking", keys_of(plan, pantry)

    def during(key: str, _cancel: CancelToken | None) -> None:
        if key == keys[0]:
            (folder / keys[1]).mkdir()
            failed_file(folder / keys[1]).write_text('{"hint":"","message":"burnt elsewhere"}')

    kitchen.during = during
    bake(plan, pantry, folder)
    assert kitchen.trained == [keys[0], keys[2], keys[1]]


def test_an_export_whose_measuring_fails_holds_up_no_other_and_is_measured_last_the_next_time(
    kitchen: Kitchen, plan: Plan, pantry: Pantry, tmp_path: Path
) -> None:
    folder, keys = tmp_path / "baking", keys_of(plan, pantry)
    rows = [f"{key} {q}" for key in keys for q in Q]
    kitchen.failing, kitchen.fail_at = {rows[1]}, rows[3]
    with pytest.raises(KeyboardInterrupt):
        bake(plan, pantry, folder)
    kitchen.fail_at, kitchen.tried = "", []
    baked = bake(plan, pantry, folder)
    assert kitchen.tried == [*rows[3:], rows[1]]
    assert [(one.unit, one.step) for one in baked.failed] == [(keys[0], "measuring int8")]
    assert baked.rows == 5
    kitchen.failing = set()
    assert bake(plan, pantry, folder).failed == ()


def test_nothing_is_measured_while_another_process_tries_again_what_failed(
    kitchen: Kitchen, plan: Plan, pantry: Pantry, tmp_path: Path
) -> None:
    folder, keys = tmp_path / "baking", keys_of(plan, pantry)
    kitchen.failing = {keys[0]}
    bake(plan, pantry, folder, with_measuring=False)
    with oven.claim(folder / keys[0]) as mine:
        assert mine and not bake(plan, pantry, folder).is_measured
    assert kitchen.measured == []


def test_what_failed_is_not_tried_again_while_the_others_are_measured(
    kitchen: Kitchen, plan: Plan, pantry: Pantry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, keys = tmp_path / "baking", keys_of(plan, pantry)
    kitchen.failing = {keys[0]}
    seen: list[bool] = []

    def measure(*_: object, **__: object) -> None:
        with oven.claim(folder / keys[0]) as mine:
            seen.append(mine)

    monkeypatch.setattr(oven, "measure_unit", measure)
    bake(plan, pantry, folder)
    assert seen == [False] * 4
