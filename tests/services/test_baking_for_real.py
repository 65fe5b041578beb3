"""Small bakes by the command line come to the same side by side, killed, and two at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from haversack.base.digests import sha256_file
from haversack.catalog.shipped import registry
from haversack.pantry.pantry import Pantry
from haversack.services.bake.plan import read_plan, units
from haversack.services.bake.stages import read_result, trained_file
from long_form import LONG_FORM

EPOCHS = 2
PATIENCE = 900.0
CELLS = [
    "id", "run_id", "sppr", "dataset", "quantization", "height", "if_task_metric", "if_inf_size",
    "if_inf_macs", "od_task_metric", "od_size_MB", "relative_task_metric",
]  # fmt: skip
"""What of a row does not depend on how long anything took."""

Trained = tuple[dict[str, float], str]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.torch,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not LONG_FORM, reason="bakes for minutes: the long form alone"),
]


class Bakery:
    """One plan of two trainings that is baked in folders of a place."""

    def __init__(self, place: Path) -> None:
        self._place, self.plan = place, place / "plan.json"
        wanted = {
            "format": "haversack-bake-plan/1",
            "name": "small",
            "task": "classification",
            "answers": {"backbone": "backbones/timm/other", "data_generator": "Digits"},
            "options": {
                "trainer.num_epochs": EPOCHS,
                "model.backbone.name": "test_efficientnet",
                "model.backbone.weights": "none",
            },
            "grid": {"model.image_size": [32]},
            "quantizations": ["float32"],
            "seeds": [0, 1],
            "card": {"measured": "digits", "licence": "Apache-2.0", "source": "a test"},
        }
        self.plan.write_text(json.dumps(wanted))
        self.keys = [unit.key for unit in units(read_plan(self.plan), registry())]

    def folder(self, name: str) -> Path:
        return self._place / name

    def start(self, name: str, jobs: int, *more: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [
                sys.executable, "-m", "haversack", "volume", "bake", str(self.plan),
                "--pantry", str(self._place / "pantry"), "--folder", str(self.folder(name)),
                "--jobs", str(jobs), "--json", *more,
            ],
            env={**os.environ, "OMP_NUM_THREADS": "1"},  # else jobs share cores: other last bits
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )  # fmt: skip

    def bake(self, name: str, jobs: int) -> pd.DataFrame:
        """Bake to the end; give the volume's rows."""
        done, _, err = ended(self.start(name, jobs))
        assert done == 0, err
        return pd.read_parquet(self.folder(name) / "small.parquet")[CELLS]

    def train(self, name: str, jobs: int) -> dict[str, Trained]:
        """Bake to the end of the training; give what each unit came to."""
        done, _, err = ended(self.start(name, jobs, "--no-measure"))
        assert done == 0, err
        return self.trained(name)

    def trained(self, name: str) -> dict[str, Trained]:
        """Give the metrics and the digest of the weights of each unit."""
        found = {}
        for key in self.keys:
            place = self.folder(name) / key
            weights = sha256_file(place / "train/checkpoints/last/model.safetensors")
            found[key] = read_result(trained_file(place))["train"]["metrics"], weights
        return found

    def workers(self, name: str, key: str) -> list[int]:
        """Give the processes that trained a unit, the newest last."""
        file = self.folder(name) / key / "train" / "run.jsonl"
        lines = file.read_text().splitlines() if file.exists() else []
        events = [json.loads(line) for line in lines if line.endswith("}")]
        return [event["pid"] for event in events if event["type"] == "started"]

    def has_an_epoch(self, name: str, key: str) -> bool:
        return any(self.folder(name).glob(f"{key}/train/checkpoints/last/*"))


@pytest.fixture(scope="module")
def bakery(tmp_path_factory: pytest.TempPathFactory) -> Bakery:
    place = tmp_path_factory.mktemp("bakery")
    Pantry.build(place / "pantry")
    return Bakery(place)


@pytest.fixture(scope="module")
def one_by_one(bakery: Bakery) -> dict[str, Trained]:
    """Give what the units come to in a bake that is left alone, one after the other."""
    return bakery.train("one by one", jobs=1)


def test_side_by_side_gives_the_rows_of_one_by_one(
    bakery: Bakery, one_by_one: dict[str, Trained]
) -> None:
    beside = bakery.bake("side by side", jobs=2)
    assert bakery.trained("side by side") == one_by_one
    alone = bakery.bake("one by one", jobs=1)
    assert alone["run_id"].tolist() == bakery.keys
    assert alone["od_task_metric"].between(0.1, 1).all()
    pd.testing.assert_frame_equal(beside, alone, check_exact=True)


def test_a_killed_worker_ends_the_bake_which_goes_on_to_the_same_weights_when_started_again(
    bakery: Bakery, one_by_one: dict[str, Trained]
) -> None:
    name, killed = "worker killed", bakery.keys[1]
    program = bakery.start(name, 2, "--no-measure")
    wait_until(lambda: bakery.has_an_epoch(name, killed), program)
    os.kill(bakery.workers(name, killed)[-1], signal.SIGKILL)
    done, out, _ = ended(program)
    assert done == 1
    assert "SIGKILL" in json.loads(out)["message"]
    assert bakery.train(name, jobs=2) == one_by_one
    assert len(bakery.workers(name, killed)) == 2


def test_a_killed_bake_goes_on_to_the_same_weights_when_started_again_at_once(
    bakery: Bakery, one_by_one: dict[str, Trained]
) -> None:
    program = bakery.start("bake killed", 2, "--no-measure")
    wait_until(lambda: bakery.has_an_epoch("bake killed", bakery.keys[0]), program)
    program.kill()
    program.communicate()
    assert bakery.train("bake killed", jobs=2) == one_by_one


def test_two_bakes_of_one_folder_share_the_units(
    bakery: Bakery, one_by_one: dict[str, Trained]
) -> None:
    for program in [bakery.start("shared", 1, "--no-measure") for _ in range(2)]:
        done, _, err = ended(program)
        assert done == 0, err
    assert [len(bakery.workers("shared", key)) for key in bakery.keys] == [1, 1]
    assert bakery.trained("shared") == one_by_one


def ended(program: subprocess.Popen[str]) -> tuple[int, str, str]:
    try:
        out, err = program.communicate(timeout=PATIENCE)
    finally:
        program.kill()  # its workers hear it and end
    return program.returncode, out, err


def wait_until(is_so: Callable[[], bool], program: subprocess.Popen[str]) -> None:
    until = time.monotonic() + PATIENCE
    while not is_so():
        assert program.poll() is None, program.communicate()
        assert time.monotonic() < until
        time.sleep(0.02)
