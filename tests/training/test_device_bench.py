"""The bench for a GPU, at its smallest on the processor: the same code, no figures."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
LOG = """\
Train: 0 [   1/2 (100%)]  Loss: 2.31 (2.31)  Time: 0.050s,   80.00/s  (0.060s,   66.67/s)  LR: 1e-3
Train: 1 [   0/2 (  0%)]  Loss: 2.302 (2.30)  Time: 0.020s,  200.00/s  (0.020s,  200.00/s)  LR: 1e-3
Train: 1 [   1/2 (100%)]  Loss: 2.301 (2.30)  Time: 0.010s,  400.50/s  (0.015s,  266.67/s)  LR: 1e-3
"""


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    names = ("device_report", "device_training", "timm_peer")
    parts = {name: importlib.import_module(f"kitchen_bench.{name}") for name in names}
    yield SimpleNamespace(script=importlib.import_module("bench_kitchen_gpu"), **parts)
    for name in [name for name in sys.modules if name.partition(".")[0] == "kitchen_bench"]:
        del sys.modules[name]


def test_every_table_of_the_bench_is_measured(
    bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench.device_report, "WAYS", bench.device_training.WAYS[2:3])
    monkeypatch.setattr(bench.device_report, "ROUNDS", 1)
    scale = bench.script.SMALL_ONE
    lines = list(bench.device_report.lines(torch.device("cpu"), scale, tmp_path, None, 0.01))
    rates = {line[:38].strip(): line[38:].split() for line in lines if line[38:39] == " "}
    for name in ("bf16-mixed, channels_last", "haversack, shard", "timm, create_loader"):
        assert float(rates[name][0]) > 0
    for name in ("haversack, worker", "timm, a loop of its own pieces"):
        assert float(rates[name][0]) > 0
    assert "  timm's train.py: left out, name it with --timm-script or TIMM_TRAIN_SCRIPT" in lines
    assert sum(line.startswith("==") for line in lines) == 4


def test_a_network_that_cannot_be_compiled_by_hand_is_left_out_and_the_bench_goes_on(
    bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ways, training = bench.device_training.WAYS[2:], bench.device_training

    def by_hand(way: Any, clock: Any, *_: object) -> None:
        if way.compile:
            raise RuntimeError("no C compiler was found\nand more")
        clock.pictures_per_second = 10.0

    def by_the_worker(_: object, clock: Any, *__: object) -> list[str]:
        clock.pictures_per_second = 8.0
        return []

    monkeypatch.setattr(training, "by_hand", by_hand)
    monkeypatch.setattr(training, "by_the_worker", by_the_worker)
    monkeypatch.setattr(bench.device_report, "WAYS", ways)
    steps = bench.device_report._steps(torch.device("cpu"), bench.script.SMALL_ONE, tmp_path)
    plain, compiled, told = list(steps)[2:]
    assert plain.split()[-3:-1] == ["10", "8"]
    assert compiled.split()[-3:] == ["left", "out", "8"]
    assert told == "  told: by hand left out: RuntimeError: no C compiler was found"


@pytest.fixture
def with_rates(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every step by hand take 100 ms, and the worker's 1.5 ms more."""

    def pass_at(step: float) -> Any:
        def run(_: object, clock: Any, *__: object) -> list[str]:
            clock.pictures_per_second = clock.scale.size.batch / step
            return []

        return run

    monkeypatch.setattr(bench.device_training, "by_hand", pass_at(0.1))
    monkeypatch.setattr(bench.device_training, "by_the_worker", pass_at(0.1015))


@pytest.mark.parametrize("kind", ["cpu", "cuda"])
def test_what_the_worker_adds_to_a_step_is_judged_on_a_gpu_alone(
    bench: Any, with_rates: None, tmp_path: Path, kind: str
) -> None:
    report = bench.device_report
    clock = bench.device_training.Clock(torch.device(kind), bench.script.SMALL_ONE)
    (row,) = report._step("a way", bench.device_training.WAYS[0], clock, tmp_path)
    assert row.removesuffix(report.MISSED).split()[-1] == "+1.50"
    assert row.endswith(report.MISSED) == (kind == "cuda")


def test_the_bench_ends_with_1_where_a_step_costs_more_than_it_may(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench_kitchen_gpu.py", "--device", "cpu"])
    report = bench.script.device_report
    for told, code in ((["a row", "another"], 0), (["a row" + report.MISSED, "another"], 1)):
        monkeypatch.setattr(report, "lines", lambda *_, told=told: iter(told))
        assert bench.script.main() == code


def test_steps_of_other_lengths_are_those_of_the_nearest_size(
    bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = bench.device_report
    monkeypatch.setattr(report, "ROUNDS", 1)
    monkeypatch.setattr(report, "WANTED", (1.0,))
    monkeypatch.setattr(report, "CANDIDATES", report.CANDIDATES[:2])
    rows = report._other_steps(torch.device("cpu"), bench.script.SMALL_ONE, tmp_path)
    row = list(rows)[-1]
    assert row.startswith("2 convolutions, 32 px, 4 ")
    assert all(float(rate) > 0 for rate in row[38:].split()[:3])


def test_timms_script_is_found_by_a_path_from_here(
    bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "output").mkdir()
    told = f"import os, sys\nassert os.path.isdir(sys.argv[1])\nprint({LOG!r})\n"
    (tmp_path / "train.py").write_text(told)
    monkeypatch.chdir(tmp_path)
    places = Path("train.py"), bench.script.SMALL_ONE, Path("pictures"), Path("output")
    assert bench.timm_peer.by_its_script(*places) == 300.25


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_without_a_gpu_one_line_says_what_is_left_out(
    bench: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["bench_kitchen_gpu.py", "--only", "steps"])
    assert bench.script.main() == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith("left out: this machine has no GPU") and "bf16" in line


def test_the_rates_of_timms_script_are_those_of_its_second_epoch(bench: Any) -> None:
    assert bench.timm_peer.rates_in(LOG) == [200.0, 400.5]
