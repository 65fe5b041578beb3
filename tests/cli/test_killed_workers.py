"""A worker that dies under the command line: one line, a remedy, and a run to go on with."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from safetensors.numpy import load_file

from cli.cli_calls import Call
from haversack.pantry.pantry import Pantry
from haversack.services.capture import capture

SMALL = ("backbone.use_pretrained=false", "model.image_size=32", "data.batch_size=8")


@pytest.mark.torch
def test_a_killed_worker_is_one_line_with_a_remedy_and_its_run_goes_on(
    call: Call, pantry: Pantry
) -> None:
    made = call("recipe", "new", "--task", "classification", "--name", "tiny", *SMALL, "--json")
    assert made.code == 0, made.err
    capture(pantry.recipes.load("tiny").assets(), pantry)
    words = ("train", "tiny", "--epochs", "12", "--limit-batches", "4", "--json")
    program = subprocess.Popen(
        [sys.executable, "-m", "haversack", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    _worker_with_a_checkpoint(program, pantry).kill()
    out, err = program.communicate(timeout=120)
    assert program.returncode == 1, err
    assert "Traceback" not in out + err
    told = json.loads(out)
    assert "SIGKILL" in told["message"]
    assert "\n" not in told["message"] + told["hint"]
    [run] = call("runs", "list", "--json").json
    goes_on = f"haversack runs resume {run['run_id']}"
    assert told["hint"].endswith(f": {goes_on}")
    assert run["status"] == "lost" and run["note"] == ""
    assert goes_on in call("runs", "show", run["run_id"]).out
    assert load_file(Path(run["folder"]) / "checkpoints/last/model.safetensors")
    resumed = call("runs", "resume", run["run_id"], "--json")
    assert resumed.code == 0, resumed.err
    assert resumed.json["state"]["status"] == "finished"


def _worker_with_a_checkpoint(program: subprocess.Popen[str], pantry: Pantry) -> psutil.Process:
    """Wait for the first epoch's checkpoint; give the worker that goes on with the next."""
    deadline = time.monotonic() + 120
    while program.poll() is None and time.monotonic() < deadline:
        if any(pantry.runs_folder.glob("*/checkpoints/last/*")):
            for child in psutil.Process(program.pid).children():
                if "haversack.worker" in child.cmdline():
                    return child
        time.sleep(0.01)
    raise AssertionError("the training wrote no checkpoint, or was over before its worker died")
