"""A training on several machines: what is printed to start it, and that it starts so."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from cli.cli_calls import Call
from haversack.runs.spec import parse_spec
from long_form import LONG_FORM


def test_machines_are_told_where_they_meet(call: Call, tiny: str) -> None:
    told = call("train", tiny, "--devices", "cpux2", "--nodes", "3", "--only-spec", "--json").json
    words = shlex.split(told["commands"]["torchrun"])
    assert words[1:9] == [
        "--nnodes", "3", "--nproc-per-node", "2",
        "--rdzv-backend", "c10d", "--rdzv-endpoint", "FIRST:29400",
    ]  # fmt: skip
    assert words[-1] == told["spec"]
    assert Path(told["spec"]).is_file()
    shown = call("train", tiny, "--nodes", "3", "--only-spec").out
    assert "FIRST is the name of" in shown


def test_the_processes_of_one_machine_need_no_place_to_meet(call: Call, tiny: str) -> None:
    told = call("train", tiny, "--devices", "cpux2", "--only-spec", "--json").json
    assert "rdzv" not in told["commands"]["torchrun"]


def test_the_spec_says_whether_the_network_is_shared_out(call: Call, tiny: str) -> None:
    for more, sharded in ((("--shard",), True), ((), False)):
        told = call("train", tiny, "--devices", "cpux2", "--only-spec", "--json", *more).json
        assert parse_spec(Path(told["spec"]).read_bytes()).sharded is sharded


def test_one_process_alone_is_not_asked_to_share_the_network(call: Call, tiny: str) -> None:
    told = call("train", tiny, "--devices", "cpu", "--shard")
    assert (told.code, "--devices 2" in told.err) == (2, True)


def test_several_machines_without_a_spec_are_wrong_usage(call: Call, tiny: str) -> None:
    told = call("train", tiny, "--nodes", "2")
    assert (told.code, "--only-spec" in told.err) == (2, True)


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.skipif(not LONG_FORM, reason="two agents of torchrun take a minute: the long form")
def test_two_agents_of_torchrun_that_were_started_so_train_together(
    call: Call, tiny: str, tmp_path: Path
) -> None:
    told = call(
        "train", tiny, "--devices", "cpu", "--nodes", "2", "--limit-batches", "4",
        "--only-spec", "--json",
    ).json  # fmt: skip
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        here = f"127.0.0.1:{free.getsockname()[1]}"
    program, *words = shlex.split(told["commands"]["torchrun"].replace("FIRST:29400", here))
    agents = [
        subprocess.Popen(
            [str(Path(sys.executable).with_name(program)), *words],
            env={**os.environ, "GLOO_SOCKET_IFNAME": "lo"},
            stdout=(tmp_path / f"agent-{number}").open("w"),
            stderr=subprocess.STDOUT,
        )
        for number in range(2)
    ]
    ended = [agent.wait(timeout=280) for agent in agents]
    said = [(tmp_path / f"agent-{number}").read_text()[-2000:] for number in range(2)]
    assert ended == [0, 0], "\n".join(said)
    shown = call("runs", "show", told["run_id"], "--json").json
    assert shown["state"]["status"] == "finished", shown
    assert shown["state"]["result"]["epochs"] == 1
