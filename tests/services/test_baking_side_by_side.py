"""Several units that train at a time: each with its share of the cores, stopped together."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from haversack.base.errors import Cancelled
from haversack.base.progress import CancelToken, Progress
from haversack.pantry.pantry import Pantry
from haversack.runs.reducer import RunState
from haversack.runs.spec import RunSpec
from haversack.services.bake import oven, stages
from haversack.services.bake.oven import bake
from haversack.services.bake.plan import Plan, units
from haversack.services.bake.side_by_side import share_of_cores
from haversack.services.bake.stages import finished_training, train_unit
from haversack.services.listen import Heard
from services.fake_kitchen import Kitchen, keys_of, small_plan

PATIENCE = 60.0


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return small_plan(tmp_path / "plan.json", grid={"model.image_size": [64, 96]}, seeds=[0, 1])


def test_as_many_units_train_at_a_time_as_was_asked_and_are_measured_one_after_the_other(
    kitchen: Kitchen, plan: Plan, tmp_path: Path
) -> None:
    pantry, folder = Pantry.build(tmp_path / "pantry"), tmp_path / "baking"
    both, told = threading.Barrier(2), list[Heard]()
    kitchen.during = lambda _key, _cancel: both.wait(PATIENCE)
    done = bake(plan, pantry, folder, jobs=2, on_event=told.append)
    keys = keys_of(plan, pantry)
    assert done.is_measured and sorted(kitchen.trained) == keys
    assert kitchen.measured == [f"{key} {q}" for key in keys for q in plan.quantizations]
    trained = [e for e in told if isinstance(e, Progress) and e.phase == "training"]
    assert trained[-1].done == trained[-1].total == 4


def test_no_more_units_train_at_a_time_than_was_asked(
    kitchen: Kitchen, plan: Plan, tmp_path: Path
) -> None:
    under_way, most, lock = 0, 0, threading.Lock()

    def during(_key: str, _cancel: CancelToken | None) -> None:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.1)
        with lock:
            under_way -= 1

    kitchen.during = during
    bake(plan, Pantry.build(tmp_path / "pantry"), tmp_path / "baking", jobs=3)
    assert most <= 3 and under_way == 0


def test_what_nobody_foresaw_stops_what_is_under_way_begins_nothing_and_is_what_is_told(
    kitchen: Kitchen, plan: Plan, tmp_path: Path
) -> None:
    pantry, folder = Pantry.build(tmp_path / "pantry"), tmp_path / "baking"
    keys, both, begun = keys_of(plan, pantry), threading.Barrier(2), list[str]()

    def during(key: str, cancel: CancelToken | None) -> None:
        begun.append(key)
        both.wait(PATIENCE)
        if key == keys[1]:
            raise RuntimeError("the oven is cold")
        _until_cancelled(cancel)

    kitchen.during = during
    with pytest.raises(RuntimeError, match="the oven is cold"):
        bake(plan, pantry, folder, jobs=2)
    assert sorted(begun) == keys[:2] and kitchen.trained == []
    kitchen.during = lambda _key, _cancel: None
    assert bake(plan, pantry, folder, jobs=2).is_measured, "nothing is claimed any more"
    assert sorted(kitchen.trained) == keys


def test_somebody_who_asks_to_stop_is_heard_by_every_unit_under_way(
    kitchen: Kitchen, plan: Plan, tmp_path: Path
) -> None:
    pantry, cancel, both = Pantry.build(tmp_path / "pantry"), CancelToken(), threading.Barrier(2)
    begun: list[str] = []

    def during(key: str, given: CancelToken | None) -> None:
        begun.append(key)
        both.wait(PATIENCE)
        cancel.cancel()
        _until_cancelled(given)

    kitchen.during = during
    with pytest.raises(Cancelled):
        bake(plan, pantry, tmp_path / "baking", jobs=2, cancel=cancel)
    assert sorted(begun) == keys_of(plan, pantry)[:2] and kitchen.trained == []


def test_units_that_another_bake_has_are_left_to_it_by_every_thread(
    kitchen: Kitchen, plan: Plan, tmp_path: Path
) -> None:
    pantry, folder = Pantry.build(tmp_path / "pantry"), tmp_path / "baking"
    keys = keys_of(plan, pantry)
    with oven.claim(folder / keys[0]) as mine:
        assert mine and not bake(plan, pantry, folder, jobs=2).is_measured
    assert sorted(kitchen.trained) == keys[1:] and kitchen.measured == []


@pytest.mark.parametrize(("jobs", "cores", "share"), [(2, 8, "4"), (3, 8, "2"), (3, 2, "1")])
def test_each_worker_gets_its_share_of_the_cores_and_one_alone_all_of_them(
    monkeypatch: pytest.MonkeyPatch, jobs: int, cores: int, share: str
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(cores)), raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert share_of_cores(jobs) == {"OMP_NUM_THREADS": share}
    assert share_of_cores(1) == {}
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    assert share_of_cores(jobs) == {}, "a person's own number stays"


@pytest.mark.parametrize(("jobs", "share"), [(1, ""), (2, "4"), (9, "2")])
def test_cores_are_shared_by_the_units_that_are_left(
    kitchen: Kitchen,
    plan: Plan,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    jobs: int,
    share: str,
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    bake(plan, Pantry.build(tmp_path / "pantry"), tmp_path / "baking", jobs=jobs)
    wanted = {"OMP_NUM_THREADS": share} if share else {}
    assert kitchen.environments == [wanted] * 4


def test_the_share_reaches_the_workers_of_a_unit(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pantry, given = Pantry.build(tmp_path / "pantry"), list[Any]()

    def worker(spec: RunSpec, *_: Any, env: Any) -> RunState:
        given.append(env)
        (spec.run_dir / "checkpoints/last").mkdir(parents=True, exist_ok=True)
        return RunState(status="finished", result={"file": "model.onnx"}, updated_at=5.0)

    monkeypatch.setattr(stages, "run_worker", worker)
    monkeypatch.setattr(stages, "asset_files", lambda *_: ())
    share = {"OMP_NUM_THREADS": "3"}
    unit = next(iter(units(plan, pantry.registry)))
    train_unit(unit, ("float32",), tmp_path / "unit", pantry, env=share)
    assert given == [share, share]


def test_a_training_that_ended_while_somebody_asked_to_stop_is_not_gone_on_with(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pantry, cancel = Pantry.build(tmp_path / "pantry"), CancelToken()

    def worker(spec: RunSpec, *_: Any, **__: Any) -> RunState:
        cancel.cancel()
        (spec.run_dir / "checkpoints/last").mkdir(parents=True, exist_ok=True)
        return RunState(status="finished", result={}, updated_at=5.0)

    monkeypatch.setattr(stages, "run_worker", worker)
    monkeypatch.setattr(stages, "asset_files", lambda *_: ())
    unit = next(iter(units(plan, pantry.registry)))
    with pytest.raises(Cancelled):
        train_unit(unit, ("float32",), tmp_path / "unit", pantry, cancel=cancel)
    assert finished_training(tmp_path / "unit").exists()
    assert not (tmp_path / "unit/export-float32").exists()


def _until_cancelled(cancel: CancelToken | None) -> None:
    """Go on as a worker does until it is asked to stop."""
    assert cancel is not None
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        cancel.raise_if_cancelled()
        time.sleep(0.01)
    raise AssertionError("nobody asked to stop")
