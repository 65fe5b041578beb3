"""A machine without Qt, or without the system libraries that Qt wants, is told what to install."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from haversack.base.qt_libraries import PACKAGES, REMEDY
from haversack.cli import app
from haversack_gui.__main__ import main

SETUP = Path(__file__).parents[2] / "packaging" / "setup_checkout.sh"


class Refusing:
    """Finds one module and fails to load it."""

    def __init__(self, error: ImportError) -> None:
        self.error = error

    def find_spec(self, name: str, path: object = None, target: ModuleType | None = None) -> None:
        if name == "haversack_gui.app":
            raise self.error


@pytest.mark.parametrize(
    ("error", "remedy"),
    [
        (ImportError("libEGL.so.1: cannot open shared object file"), REMEDY),
        (ModuleNotFoundError("No module named 'PySide6'"), "pip install 'haversack[gui]'"),
    ],
)
def test_what_is_missing_is_named_with_what_installs_it(
    error: ImportError,
    remedy: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delitem(sys.modules, "haversack_gui.app", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Refusing(error), *sys.meta_path])
    assert main([]) == 1
    told = capsys.readouterr().err
    assert str(error) in told and remedy in told


def test_where_qt_gives_up_the_command_line_names_the_packages_of_a_screen(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def abort(words: list[str], check: bool) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(words, -signal.SIGABRT)

    monkeypatch.setattr("haversack.cli.gui.subprocess.run", abort)
    assert app.run(["gui"]) == 1
    told = " ".join(capsys.readouterr().out.split())
    assert "libxcb-cursor0" in told and "apt-get install" in told


def test_the_packages_are_those_that_the_set_up_of_a_checkout_asks_for() -> None:
    listed = re.findall(r"^lib\S+\.so\.\d+ +(\S+)$", SETUP.read_text("utf-8"), re.MULTILINE)
    assert set(listed) == set(PACKAGES)
