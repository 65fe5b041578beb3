"""What the kitchen's benchmarks judge: figures that do not hold end them with 1."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from haversack.base.errors import HaversackError

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    monkeypatch.setenv("OMP_WAIT_POLICY", "PASSIVE")  # it would set it for good
    names = ("bench_kitchen", "bench_kitchen_data")
    yield SimpleNamespace(**{name: importlib.import_module(name) for name in names})
    for name in [name for name in sys.modules if name.partition(".")[0] == "kitchen_bench"]:
        del sys.modules[name]
    for name in names:
        del sys.modules[name]


CHECKING, TAKING_IN, ORJSON = (
    "haversack, checking",
    "haversack, taking in",
    "orjson, parsing alone",
)


@pytest.mark.parametrize(
    ("changed", "holds"),
    [
        ({}, True),
        ({CHECKING: {"seconds": 0.51, "megabytes": 70.0}}, False),
        ({TAKING_IN: {"seconds": 1.51, "megabytes": 70.0}}, False),
        ({TAKING_IN: {"seconds": 1.0, "megabytes": 200.0}}, False),
        ({TAKING_IN: "an error"}, False),
        ({ORJSON: "absent: No module named 'orjson'"}, False),
    ],
)
def test_importing_is_judged_by_orjson_and_by_memory(
    bench: Any, changed: dict[str, Any], holds: bool
) -> None:
    figures = {
        CHECKING: {"seconds": 0.5, "megabytes": 70.0},
        TAKING_IN: {"seconds": 1.5, "megabytes": 199.0},
        ORJSON: {"seconds": 1.0, "megabytes": 190.0},
        "pycocotools": "absent: No module named 'pycocotools'",
    }
    assert bench.bench_kitchen_data.importing_holds(figures | changed) is holds


@pytest.mark.parametrize(
    ("shard", "image_folder", "holds"),
    [
        ((100.0, 120.0), (100.0, 100.0), True),
        ((99.0, 120.0), (100.0, 100.0), False),
        ((100.0, 105.0), (100.0, 100.0), False),
        ((100.0, float("nan")), (100.0, float("nan")), True),
        ((100.0, 120.0), "absent", False),
        ("an error", (100.0, 100.0), False),
    ],
)
def test_loading_is_judged_by_image_folder_and_cold_where_that_can_be_had(
    bench: Any, shard: Any, image_folder: Any, holds: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    given = {"haversack, shard": shard, "torchvision ImageFolder": image_folder}
    figures = {
        name: one if isinstance(one, str) else {"warm": one[0], "cold": one[1]}
        for name, one in given.items()
    }
    figures["WebDataset"] = "absent: No module named 'webdataset'"
    assert bench.bench_kitchen_data.loading_holds(figures) is holds
    has_cold = any(isinstance(one, dict) and one["cold"] > 0 for one in figures.values())
    assert ("a cold cache cannot be had here" in capsys.readouterr().out) is not has_cold


def test_taking_in_reads_as_an_import_does(
    bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    importing = bench.bench_kitchen_data.data_import
    monkeypatch.setattr(importing, "IMAGES", 20)
    monkeypatch.setattr(importing, "OBJECTS", 60)
    importing.write_file(tmp_path / "coco.json")
    here, apart = (
        read(tmp_path / "coco.json")() for read in (importing.take_in, importing.take_in_apart)
    )
    assert here == apart
    assert [one.picture for one in here.pictures] == [*map(importing.picture_name, range(20))]
    assert all(one.size == (640, 480) for one in here.pictures)


def test_what_a_step_adds_is_the_median_of_draws_against_the_mean_of_both_bare_loops(
    bench: Any,
) -> None:
    overhead = bench.bench_kitchen.step_overhead

    def round_of(worker: float, bare: float, again: float) -> Any:
        seconds = {"worker": worker, "bare": bare, "again": again}
        return {name: overhead.Turn(one / 1e3, one / 1e3) for name, one in seconds.items()}

    lucky = [round_of(9.0, 10.0, 10.0)] * 50
    usual, unlucky = [round_of(11.0, 10.0, 11.0)] * 3, [round_of(14.0, 10.0, 10.0)] * 3
    found = overhead._added([lucky, usual, unlucky], "worker", ("bare", "again"), overhead._wall)
    assert found.median == pytest.approx(0.5)
    assert (found.low, found.high) == pytest.approx((-1.0, 4.0))


@pytest.mark.parametrize(("shipped", "other", "holds"), [(0.01, 0.9, True), (0.03, 0.0, False)])
def test_waiting_is_judged_as_a_recipe_reads_that_nobody_changed(
    bench: Any, monkeypatch: pytest.MonkeyPatch, shipped: float, other: float, holds: bool
) -> None:
    waiting = bench.bench_kitchen.waiting
    shares = {True: shipped, False: other}
    monkeypatch.setattr(
        waiting, "measure", lambda case, ahead: waiting.Wait(case, ahead, 1, 0.2, shares[ahead])
    )
    assert bench.bench_kitchen.wait() is holds


@pytest.mark.parametrize(
    ("pretrained", "random", "holds"),
    [(0.93, 0.85, True), (0.929, 0.8, False), (0.94, 0.851, False)],
)
def test_real_weights_are_judged_and_so_is_a_random_start(
    bench: Any, monkeypatch: pytest.MonkeyPatch, pretrained: float, random: float, holds: bool
) -> None:
    weights = bench.bench_kitchen.real_weights
    monkeypatch.setattr(weights, "fetched", lambda _: None)
    monkeypatch.setattr(weights, "measure", lambda *_: weights.Learned(pretrained, random))
    assert bench.bench_kitchen.digits() is holds


def test_weights_that_cannot_be_had_are_a_figure_that_does_not_hold(
    bench: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fetched(_: Path) -> None:
        raise HaversackError("no registry answers")

    monkeypatch.setattr(bench.bench_kitchen.real_weights, "fetched", fetched)
    assert bench.bench_kitchen.digits() is False
    assert "not held: the weights cannot be had: no registry answers" in capsys.readouterr().out
