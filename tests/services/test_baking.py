"""Working a plan off: claimed one by one, gone on with after an interruption, collected again."""

from __future__ import annotations

import json
import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from haversack.pantry.pantry import Pantry
from haversack.runs.reducer import RunState
from haversack.runs.spec import RunSpec
from haversack.services.bake import oven, stages
from haversack.services.bake.collect import collect
from haversack.services.bake.oven import bake
from haversack.services.bake.plan import Plan, units
from haversack.services.bake.stages import read_result, train_unit, trained_file
from services.fake_kitchen import MEASURED, Kitchen, keys_of


def test_an_interrupted_bake_goes_on_and_does_nothing_twice(
    kitchen: Kitchen, plan: Plan, tmp_path: Path
) -> None:
    pantry, folder = Pantry.build(tmp_path / "pantry"), tmp_path / "baking"
    bake_keys = keys_of(plan, pantry)
    kitchen.fail_at = bake_keys[1]
    with pytest.raises(KeyboardInterrupt):
        bake(plan, pantry, folder)
    kitchen.fail_at = f"{bake_keys[2]} float32"
    with pytest.raises(KeyboardInterrupt):
        bake(plan, pantry, folder)
    kitchen.fail_at = ""
    bake(plan, pantry, folder)
    bake(plan, pantry, folder)
    assert kitchen.trained == bake_keys
    assert kitchen.measured == [f"{key} {q}" for key in bake_keys for q in plan.quantizations]


def test_measuring_can_be_left_to_another_time(
    kitchen: Kitchen, plan: Plan, tmp_path: Path
) -> None:
    pantry, folder = Pantry.build(tmp_path / "pantry"), tmp_path / "baking"
    bake(plan, pantry, folder, with_measuring=False)
    assert (kitchen.trained, kitchen.measured) == (keys_of(plan, pantry), [])
    bake(plan, pantry, folder)
    assert kitchen.trained == keys_of(plan, pantry)
    assert len(kitchen.measured) == 6


def test_a_folder_named_from_here_is_the_same_folder_for_workers(
    kitchen: Kitchen, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    bake(plan, Pantry.build(tmp_path / "pantry"), Path("baking"))
    assert {place.parent for place in kitchen.places} == {tmp_path / "baking"}


def test_collecting_again_gives_the_same_bytes(
    kitchen: Kitchen, plan: Plan, tmp_path: Path
) -> None:
    pantry, folder = Pantry.build(tmp_path / "pantry"), tmp_path / "baking"
    bake(plan, pantry, folder)
    target = tmp_path / "volume.parquet"
    first = collect(plan, pantry.registry, folder, target)
    content = target.read_bytes()
    assert first.rows == 6
    assert collect(plan, pantry.registry, folder, target) == first
    assert target.read_bytes() == content


def test_the_card_tells_on_what_was_measured_wherever_it_is_collected(
    kitchen: Kitchen, plan: Plan, tmp_path: Path
) -> None:
    pantry, folder = Pantry.build(tmp_path / "pantry"), tmp_path / "baking"
    bake(plan, pantry, folder)
    for place in folder.glob("*/measured-*.json"):
        told: dict[str, Any] = {"versions": {"onnxruntime": "1.32.0"}, "system": "Linux-x"}
        told["hardware"] = "a lab's processor, 2 threads"
        if place.name == "measured-int8.json":
            told |= {"hardware": "a GPU", "device": "cuda:0", "runtime": "tensorrt"}
        place.write_text(json.dumps(MEASURED | told))
    card = collect(plan, pantry.registry, folder, tmp_path / "volume.parquet")
    assert card.on == (
        "a lab's processor, 2 threads; ONNX Runtime 1.32.0, Linux-x"
        " and a GPU; TensorRT, ONNX Runtime 1.32.0, Linux-x"
    )


def _hold(place: str, ready: Any, done: Any) -> None:
    with oven.claim(Path(place)) as mine:
        ready.put(mine)
        done.wait(60)


def test_a_unit_that_another_process_has_is_left_to_it_until_that_process_ends(
    kitchen: Kitchen, plan: Plan, tmp_path: Path
) -> None:
    pantry, folder = Pantry.build(tmp_path / "pantry"), tmp_path / "baking"
    keys, context = keys_of(plan, pantry), multiprocessing.get_context("spawn")
    ready, done = context.Queue(), context.Event()
    other = context.Process(target=_hold, args=(str(folder / keys[0]), ready, done))
    other.start()
    assert ready.get(timeout=60)
    assert not bake(plan, pantry, folder).is_measured
    assert kitchen.trained == keys[1:]
    assert kitchen.measured == [], "nothing is measured while another process trains"
    other.kill()  # a dead process's claim lapses
    other.join()
    assert bake(plan, pantry, folder).is_measured
    assert sorted(kitchen.trained) == keys
    assert len(kitchen.measured) == 6


def test_two_processes_do_not_measure_in_one_folder_at_a_time(
    kitchen: Kitchen, plan: Plan, tmp_path: Path
) -> None:
    pantry, folder = Pantry.build(tmp_path / "pantry"), tmp_path / "baking"
    bake(plan, pantry, folder, with_measuring=False)
    with oven.claim(folder) as mine:
        assert mine and not bake(plan, pantry, folder).is_measured
        assert kitchen.measured == []
    assert bake(plan, pantry, folder).is_measured
    assert len(kitchen.measured) == 6


class _Worker:
    """Stands for workers, whose export fails the first time."""

    def __init__(self) -> None:
        self.ran: list[tuple[str, bool]] = []

    def __call__(self, spec: RunSpec, *_: Any, **__: Any) -> RunState:
        self.ran.append((spec.kind.value, spec.resume_from is not None))
        if len(self.ran) == 2:
            raise KeyboardInterrupt
        (spec.run_dir / "checkpoints/last").mkdir(parents=True, exist_ok=True)
        return RunState(status="finished", result={"file": spec.kind.value}, updated_at=5.0)


def test_a_training_that_ended_is_not_gone_on_with_where_its_export_was_interrupted(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pantry, worker = Pantry.build(tmp_path / "pantry"), _Worker()
    monkeypatch.setattr(stages, "run_worker", worker)
    monkeypatch.setattr(stages, "asset_files", lambda *_: ())
    unit, folder = next(iter(units(plan, pantry.registry))), tmp_path / "unit"
    with pytest.raises(KeyboardInterrupt):
        train_unit(unit, ("float32",), folder, pantry)
    train_unit(unit, ("float32",), folder, pantry)
    assert worker.ran == [("train", False), ("export", False), ("export", False)]
    found = read_result(trained_file(folder))
    assert found == {
        "train": {"file": "train"},
        "exports": {"float32": {"file": "export"}},
        "finished": 5.0,
    }
