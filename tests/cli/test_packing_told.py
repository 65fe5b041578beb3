"""What `haversack pack` tells before it writes is what it writes; licences of code are told too."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from cli.cli_calls import Call
from haversack.bundle.bundle import Bundle
from haversack.cli import packing
from haversack.pantry.pantry import Pantry
from haversack.recipe.sppr import to_sppr
from haversack.services.carry import runtime_items
from haversack.services.carry.app_archive import BUILD
from haversack.services.carry.wheel_set import Wheel, read_wheel
from haversack.services.machine import Machine
from haversack.trust.keyring import KeyRing
from services.kits import borrowed_recipe, light_recipe, put_volume

NAME = "haversack-9.8.7-linux-x86_64"
SOURCE = "copies that are passed on must come with their source"
QT = "LGPL-3.0-only OR GPL-2.0-only OR GPL-3.0-only"
PARTS = [
    {"name": "cpython", "version": "3.11.2", "licenses": [{"license": {"name": "PSF-2.0"}}]},
    {"name": "numpy", "version": "2.3", "licenses": [{"license": {"id": "BSD-3-Clause"}}]},
    {"name": "PySide6", "version": "6.11", "licenses": [{"expression": QT}]},
    {"name": "libX11.so.6", "type": "file"},
]
PACKAGES = {
    "haversack": "License-Expression: Apache-2.0",
    "mixed": "License-Expression: " + " AND ".join(["MIT"] * 30 + ["CC-BY-NC-4.0"]),
    "nvidia-cublas": "License: LicenseRef-NVIDIA-Proprietary",
    "silent": "Summary: says nothing",
}


@pytest.fixture
def maker(call: Call, secret: str) -> tuple[str, ...]:
    """Give the words for a key that may sign code."""
    assert call("keys", "new", "maker", "--code", "--passphrase-file", secret).code == 0
    return "--key", "maker", "--passphrase-file", secret


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """Give a frozen folder with the list of its parts beside it."""
    folder = tmp_path / "dist" / "haversack"
    folder.mkdir(parents=True)
    (folder / BUILD).write_text('{"machine":"x86_64","system":"linux","version":"9.8.7"}')
    (folder / "haversack").write_bytes(os.urandom(100))
    folder.with_name(f"{NAME}.cdx.json").write_text(json.dumps({"components": PARTS}))
    return folder


@pytest.fixture
def report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the report of a machine, for which pip is stood for."""

    def fetch(_machine: Any, _tags: Any, folder: Path, _call: Any) -> list[Wheel]:
        (folder / "wheels").mkdir()
        return [_wheel(folder / "wheels", *package) for package in PACKAGES.items()]

    def resolve(*_words: Any) -> list[dict[str, Any]]:
        told = []
        for name, line in PACKAGES.items():
            key, _, value = line.partition(": ")
            word = key.lower().replace("-", "_")
            told.append({"metadata": {"name": name, "version": "1.0", word: value}})
        return told

    monkeypatch.setattr(runtime_items, "_fetch", fetch)
    monkeypatch.setattr(runtime_items, "resolve_wheels", resolve)
    monkeypatch.setattr(runtime_items, "_own_package", lambda *_: "haversack")
    machine = Machine(
        system="linux", architecture="aarch64", python="3.12", implementation="cpython",
        glibc="2.31", cuda="", gpus=(),
    )  # fmt: skip
    file = tmp_path / "DOCTOR.json"
    file.write_text(json.dumps({"machine": machine.model_dump()}))
    return file


def test_what_was_told_is_written_though_the_pantry_changes_while_the_passphrase_is_asked_for(
    call: Call, pantry: Pantry, secret: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    borrowed_recipe(pantry, tmp_path)
    call("keys", "new", "team", "--passphrase-file", secret)

    def asked(*_: object) -> str:
        put_volume(pantry, tmp_path, [to_sppr(light_recipe(pantry))])
        return Path(secret).read_text().strip()

    monkeypatch.setattr(packing, "passphrase", asked)
    told = call("pack", str(tmp_path / "KIT"), "--key", "team", "--json")
    assert "number of files: BSD-3-Clause (1), not stated (1), own (1)" in told.err
    assert told.json["files"] == 3, told.err


def test_the_licences_of_the_apps_parts_are_told_before_the_passphrase_is_asked_for(
    call: Call, pantry: Pantry, maker: tuple[str, ...], app: Path, tmp_path: Path
) -> None:
    told = call("pack", str(tmp_path / "KIT"), *maker, "--app-from", str(app), "--json")
    assert told.code == 0, told.err
    _has_the_lines_of_the_app(told.err)
    plan = call("pack", str(tmp_path / "NEW"), *maker, "--app-from", str(app), "--plan")
    _has_the_lines_of_the_app(plan.out)
    assert NAME in plan.out


@pytest.mark.parametrize("list_of_parts", [None, "{}", '{"components": []}', "no list"])
def test_an_app_whose_parts_no_list_tells_is_told_as_unknown_in_words(
    call: Call,
    pantry: Pantry,
    maker: tuple[str, ...],
    app: Path,
    tmp_path: Path,
    list_of_parts: str | None,
) -> None:
    beside = app.with_name(f"{NAME}.cdx.json")
    beside.unlink()
    if list_of_parts is not None:
        beside.write_text(list_of_parts)
    words = ("pack", str(tmp_path / "KIT"), *maker, "--app-from", str(app))
    told, plan = call(*words, "--json"), call(*words, "--plan", "--json")
    assert told.code == 0, told.err
    assert "the licences of its parts are not known here" in told.err
    assert plan.json["app"] == {"name": NAME, "parts": None}


def test_the_licences_of_wheels_are_told_as_they_are_written(
    call: Call, pantry: Pantry, maker: tuple[str, ...], report: Path, tmp_path: Path
) -> None:
    told = call("pack", str(tmp_path / "KIT"), *maker, "--runtime", str(report), "--json")
    assert told.code == 0, told.err
    lines = told.err.splitlines()
    assert "not stated (1)" in next(one for one in lines if one.startswith("licences, with"))
    for words, package in (
        ("no commercial use", "mixed"),
        ("its own terms; read them", "nvidia_cublas"),
        ("its source states no licence", "silent"),
    ):
        (line,) = [one for one in lines if one.startswith("caution, ") and words in one]
        assert line.endswith(f"/wheels/{package}-1.0-py3-none-any.whl")
    assert any("libraries inside them may have others" in one for one in lines)
    ring = KeyRing()
    ring.trust(tmp_path / "KIT")
    written = Bundle(tmp_path / "KIT").admit(ring).manifest.files
    licences = {file.source: file.licence for file in written}
    assert licences["pypi:mixed==1.0"].endswith("CC-BY-NC-4.0")


def test_a_plan_of_a_runtime_tells_the_licences_of_its_packages(
    call: Call, pantry: Pantry, maker: tuple[str, ...], report: Path, tmp_path: Path
) -> None:
    words = ("pack", str(tmp_path / "KIT"), *maker, "--runtime", str(report), "--plan")
    packages = {
        name: licence for name, _, licence in call(*words, "--json").json["runtime"]["packages"]
    }
    assert packages["nvidia-cublas"] == "LicenseRef-NVIDIA-Proprietary"
    assert packages["silent"] == "NOASSERTION"
    shown = call(*words).out
    assert "(no commercial use): mixed 1.0" in shown
    assert "libraries inside them may have others" in shown.replace("\n", " ")


def test_a_key_that_may_not_sign_code_is_refused_before_anything_is_fetched(
    call: Call, pantry: Pantry, secret: str, report: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def fetch(*_: object) -> None:
        raise AssertionError("it was fetched")

    monkeypatch.setattr(runtime_items, "_fetch", fetch)
    call("keys", "new", "team", "--passphrase-file", secret)
    told = call(
        "pack", str(tmp_path / "KIT"), "--key", "team", "--passphrase-file", secret,
        "--runtime", str(report), "--json",
    )  # fmt: skip
    assert told.code == 1 and "no key that may sign code" in told.json["message"]


def _has_the_lines_of_the_app(shown: str) -> None:
    lines = shown.splitlines()
    (count,) = [one for one in lines if one.startswith("licences of the app's parts")]
    assert count.endswith(f": BSD-3-Clause (1), {QT} (1), PSF-2.0 (1), not stated (1)")
    assert f"caution, {QT} ({SOURCE}): PySide6 6.11" in lines
    (unknown,) = [one for one in lines if one.startswith("caution, not stated")]
    assert unknown.endswith(": libX11.so.6")


def _wheel(folder: Path, name: str, line: str) -> Wheel:
    file = folder / f"{name.replace('-', '_')}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        about = f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n{line}\n"
        archive.writestr(f"{name.replace('-', '_')}-1.0.dist-info/METADATA", about)
    return read_wheel(file)
