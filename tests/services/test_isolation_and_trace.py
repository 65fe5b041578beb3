"""A worker apart from the network, and what the kernel saw of it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from haversack.services.isolation import isolation, network_devices
from haversack.services.trace import outside, read_trace, trace_prefix, tracer

needs_namespace = pytest.mark.skipif(
    not isolation().possible, reason=f"no network namespace here: {isolation().why_not}"
)
needs_strace = pytest.mark.skipif(tracer() is None, reason="strace is not installed")


@needs_namespace
def test_a_namespace_has_no_device_but_loopback() -> None:
    assert network_devices(isolation().prefix()) == ["lo"]


@needs_namespace
def test_a_namespace_is_told_from_a_machine_with_a_network() -> None:
    code = "from haversack.pantry.fetch.interfaces import devices_up; print(devices_up())"
    command = [*isolation().prefix(), sys.executable, "-c", code]
    assert subprocess.run(command, check=True, capture_output=True).stdout.strip() == b"[]"


@needs_namespace
def test_a_read_only_folder_cannot_be_written_inside_and_can_outside(tmp_path: Path) -> None:
    folder = tmp_path / "a folder with 'quotes' and spaces"
    folder.mkdir()
    prefix = isolation().prefix([folder])
    done = subprocess.run([*prefix, "touch", str(folder / "x")], check=False, capture_output=True)
    assert done.returncode != 0
    (folder / "y").write_text("still writable outside")


@needs_namespace
def test_a_connection_out_of_the_namespace_fails() -> None:
    code = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=5)"
    done = subprocess.run(
        [*isolation().prefix(), sys.executable, "-c", code], check=False, capture_output=True
    )
    assert b"unreachable" in done.stderr


@needs_strace
def test_files_opened_and_addresses_called_are_seen(tmp_path: Path) -> None:
    wanted = tmp_path / "wanted.txt"
    wanted.write_text("x")
    code = (
        f"import socket; open({str(wanted)!r}).read();"
        "s = socket.socket(); s.setblocking(False);"
        "s.connect_ex(('127.0.0.1', 9)); t = socket.socket(socket.AF_INET, socket.SOCK_DGRAM);"
        "t.connect_ex(('192.0.2.7', 9))"
    )
    apart = isolation().prefix() if isolation().possible else ()
    subprocess.run(
        [*apart, *trace_prefix(tmp_path / "trace"), sys.executable, "-c", code], check=True
    )
    trace = read_trace(tmp_path / "trace")
    assert str(wanted) in trace.opened
    assert trace.called == ("192.0.2.7",)
    assert outside(trace.opened, []) == [str(wanted)]
    assert outside(trace.opened, [tmp_path]) == []
