"""Fault 80: from opening a bundle to an exported model, nobody is called but this machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from haversack.recipe.sppr import to_sppr
from haversack.services.trace import tracer
from services.kits import keyring, light_recipe, packed, put_volume, stocked_pantry

_ADDRESS = re.compile(r'(?:inet_addr\("|inet_pton\(AF_INET6, ")([0-9a-fA-F.:]+)"')
_LOOPBACK = re.compile(r"127\.|::1$|::$|0\.0\.0\.0$")

needs_strace = pytest.mark.skipif(tracer() is None, reason="strace is not installed")


@needs_strace
@pytest.mark.torch
@pytest.mark.slow
def test_from_verifying_to_predicting_nobody_is_called(tmp_path: Path) -> None:
    """The network is there all the while: what is not called is not called by choice.

    The words are those of the demo's second half, which is watched in the same way.
    """
    home = stocked_pantry(tmp_path / "home")
    put_volume(home, tmp_path, [to_sppr(light_recipe(home, "golden"))])
    receipt = packed(home, tmp_path / "KIT", keyring(tmp_path / "keys"))
    trace = tmp_path / "trace"
    pantry = ("--pantry", str(tmp_path / "field"))
    for words in (
        ("keys", "trust", str(tmp_path / "KIT"), "--fingerprint", receipt.fingerprint),
        ("verify", str(tmp_path / "KIT")),
        ("open", str(tmp_path / "KIT"), *pantry),
        ("pareto", "xval_det", *pantry),
        ("recipe", "cook", "1", "--volume", "xval_det", "--name", "chosen", *pantry),
        ("train", "chosen", "--epochs", "1", "--limit-batches", "1", *pantry),
        ("evaluate", "last", "--limit-batches", "1", *pantry),
        ("export", "last", *pantry),
        ("predict", "last", *pantry),
    ):
        subprocess.run(
            [
                *("strace", "-f", "-A", "-qq", "--seccomp-bpf", "-e", "trace=network"),
                *("-o", str(trace)),
                *(sys.executable, "-m", "haversack", *words, "--json"),
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "HAVERSACK_HOME": str(tmp_path / "field-keys")},
        )
    text = trace.read_text(encoding="utf-8", errors="replace")
    called = {address for address in _ADDRESS.findall(text) if not _LOOPBACK.match(address)}
    assert text
    assert called == set()
