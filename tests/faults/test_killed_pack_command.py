"""Fault 59 from outside: the command `haversack pack` is killed, and run again to the end."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from haversack.bundle.bundle import Bundle
from haversack.bundle.errors import Unsigned
from haversack.cli import app
from haversack.pantry.pantry import Pantry
from haversack.services.setup import put_volumes
from haversack.trust.keyring import KeyRing
from services.kits import PASSPHRASE, keyring, light_recipe, packed, stocked_pantry

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "killpg"), reason="takes process groups"),
]
KILLS = 100 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 20
MOST_ROUNDS = 4 * KILLS


@dataclass(frozen=True)
class Workstation:
    """A pantry whose recipe changes, a key, a stick, and a machine that trusts the key."""

    pantry: Pantry
    keys: Path
    passphrase: Path
    stick: Path
    field: KeyRing
    whole: int

    def change(self, number: int) -> None:
        """Let another packing have something to write."""
        recipe = light_recipe(self.pantry)
        for record in self.pantry.recipes.list():
            self.pantry.recipes.remove(record.id)
        recipe["train.num_epochs"] = 1 + number
        self.pantry.recipes.save(recipe)

    @property
    def words(self) -> list[str]:
        return [
            *("pack", str(self.stick), "--key", "packer"),
            *("--passphrase-file", str(self.passphrase), "--pantry", str(self.pantry.path)),
        ]

    def start(self) -> subprocess.Popen[str]:
        """Start the program, in a process group of its own, and wait until it begins to write."""
        process = subprocess.Popen(
            [sys.executable, "-m", "haversack", *self.words],
            env={"PATH": os.environ["PATH"], "HAVERSACK_HOME": str(self.keys)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        assert process.stderr is not None
        said = process.stderr.readline()
        while said.startswith(("licences", "caution")):  # told before anything is written
            said = process.stderr.readline()
        assert said
        return process


@pytest.fixture
def workstation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workstation:
    monkeypatch.setenv("HAVERSACK_HOME", str(tmp_path / "keys"))
    pantry = stocked_pantry(tmp_path / "pantry")
    put_volumes(pantry, lambda heard: None)
    receipt = packed(pantry, tmp_path / "KIT", keyring(tmp_path / "keys"))
    field = keyring(tmp_path / "field")
    field.trust(tmp_path / "KIT" / "root", receipt.fingerprint)
    (tmp_path / "passphrase").write_text(PASSPHRASE)
    whole = len(Bundle(tmp_path / "KIT").verify(field).files)
    return Workstation(
        pantry, tmp_path / "keys", tmp_path / "passphrase", tmp_path / "KIT", field, whole
    )


def test_fault_59_the_command_killed_at_any_moment_never_leaves_what_verifies_and_is_not_whole(
    workstation: Workstation,
) -> None:
    window = _seconds_of_work(workstation)
    chance = random.Random(61)  # noqa: S311 - a sample, not a secret
    killed = 0
    for round_ in range(1, MOST_ROUNDS):
        workstation.change(round_)
        if round_ % 2:
            shutil.rmtree(workstation.stick)
        if _killed_after(chance.uniform(0, window), workstation):
            killed += 1
        else:
            window *= 0.8
        _assert_whole_or_unsigned(workstation)
        _run_to_the_end(workstation)
        assert _files_that_verify(workstation) == workstation.whole
        if killed == KILLS:
            return
    pytest.fail(f"only {killed} of {KILLS} kills came before the end")


def _seconds_of_work(workstation: Workstation) -> float:
    shutil.rmtree(workstation.stick)
    process = workstation.start()
    began = time.perf_counter()
    process.communicate()
    assert process.returncode == 0
    return time.perf_counter() - began


def _killed_after(seconds: float, workstation: Workstation) -> bool:
    """Kill the whole process group; say whether it had not finished before."""
    process = workstation.start()
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def _run_to_the_end(workstation: Workstation) -> None:
    """Pack in this process: what was killed left nothing but files."""
    assert app.run(workstation.words) == 0


def _assert_whole_or_unsigned(workstation: Workstation) -> None:
    try:
        assert _files_that_verify(workstation) == workstation.whole
    except Unsigned:
        assert not (workstation.stick / "bundle.dsse.json").exists()


def _files_that_verify(workstation: Workstation) -> int:
    return len(Bundle(workstation.stick).verify(workstation.field).files)
