"""Which wheels a field machine needs: the choosing is pure; a small set is resolved for real."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from haversack.base.errors import FileFormatError, UsageError
from haversack.base.resources import constraints_file
from haversack.pantry.fetch.call import Call
from haversack.pantry.fetch.wheels import download_wheels, resolve_wheels, run_installer
from haversack.services.carry.installer import installer_text, requirements_text
from haversack.services.carry.runtime_target import matches, read_machine, tags_of
from haversack.services.carry.wheel_set import (
    Wheel,
    cuda_of,
    environment_of,
    judge_cuda,
    lacking,
    read_wheel,
)
from haversack.services.machine import Gpu, Machine, this_machine

FIELD = Machine(
    system="linux",
    architecture="x86_64",
    python="3.12",
    implementation="cpython",
    glibc="2.31",
    cuda="12.4",
    gpus=(Gpu(name="A card", driver="550.54"),),
)


def _like(**changes: object) -> Machine:
    return FIELD.model_copy(update=changes)


def test_the_report_of_the_doctor_names_the_machine(tmp_path: Path) -> None:
    report = tmp_path / "DOCTOR.json"
    report.write_text(json.dumps({"findings": [], "machine": FIELD.model_dump(), "versions": {}}))
    assert read_machine(report) == FIELD


@pytest.mark.parametrize("text", ["{}", "[]", '{"machine":{"system":"../x"}}', "no json", ""])
def test_a_file_that_is_no_report_is_one_plain_error(tmp_path: Path, text: str) -> None:
    report = tmp_path / "DOCTOR.json"
    report.write_text(text)
    with pytest.raises(FileFormatError):
        read_machine(report)


def test_the_newest_wheels_that_the_c_library_allows_come_first() -> None:
    tags = tags_of(FIELD)
    assert tags.python == "3.12"
    assert tags.platforms[0] == "manylinux_2_31_x86_64"
    assert "manylinux_2_34_x86_64" not in tags.platforms
    assert {"manylinux2014_x86_64", "manylinux1_x86_64"} <= set(tags.platforms)
    options = tags.options()
    assert options[options.index("--python-version") + 1] == "3.12"


@given(st.integers(17, 60))
def test_no_wheel_for_a_newer_c_library_is_ever_asked_for(minor: int) -> None:
    for architecture in ("x86_64", "aarch64"):
        tags = tags_of(_like(glibc=f"2.{minor}", architecture=architecture)).platforms
        numbers = [int(tag.split("_")[2]) for tag in tags if tag.startswith("manylinux_")]
        assert numbers == sorted(numbers, reverse=True)
        assert numbers[0] == minor
        assert all(tag.endswith(architecture) for tag in tags)


def test_windows_has_one_tag() -> None:
    machine = _like(system="win32", architecture="AMD64", glibc="")
    assert tags_of(machine).platforms == ("win_amd64",)


@pytest.mark.parametrize(
    "changes",
    [
        {"python": "3.10"},
        {"implementation": "pypy"},
        {"glibc": ""},
        {"architecture": "riscv64"},
        {"system": "darwin"},
        {"frozen": True},
    ],
)
def test_a_machine_for_which_there_are_no_wheels_is_an_error_that_says_what_to_do(
    changes: dict[str, object],
) -> None:
    with pytest.raises(UsageError) as caught:
        tags_of(_like(**changes))
    assert caught.value.hint


def test_the_frozen_app_tells_of_the_machines_own_python() -> None:
    assert tags_of(_like(frozen=True, system_python="3.13")).python == "3.13"


def test_a_set_is_tried_only_where_it_runs() -> None:
    assert matches(FIELD, _like(glibc="2.36", gpus=(), cuda=""))
    for changes in ({"glibc": "2.28"}, {"python": "3.11"}, {"architecture": "aarch64"}):
        assert not matches(FIELD, _like(**changes))


def test_the_cuda_of_a_set_is_that_of_its_runtime() -> None:
    assert cuda_of([Wheel("nvidia-cuda-runtime", "13.0.96", ())]) == "13.0"
    assert cuda_of([Wheel("nvidia-cuda-runtime-cu12", "12.8.90", ())]) == "12.8"
    assert cuda_of([Wheel("torch", "2.13.0+cpu", ())]) == ""


def test_a_driver_that_is_too_old_is_an_error_and_a_newer_one_is_not() -> None:
    with pytest.raises(UsageError, match=r"CUDA 13\.0; the field machine's serves 12\.4"):
        judge_cuda(FIELD, "13.0")
    assert judge_cuda(FIELD, "12.8") == ""
    assert judge_cuda(_like(cuda="13.1"), "12.8") == ""


def test_a_torch_of_the_wrong_kind_is_told() -> None:
    assert "processor alone" in judge_cuda(FIELD, "")
    assert "no GPU" in judge_cuda(_like(gpus=(), cuda=""), "13.0")
    assert judge_cuda(_like(gpus=(), cuda=""), "") == ""


ENVIRONMENT = environment_of(FIELD, "3.12")
SET = (
    Wheel("haversack", "1.0", ("a>=2", "b; python_version < '3.12'", "c; extra == 'gui'")),
    Wheel("a", "2.1", ("d[fast]; sys_platform == 'linux'", "w; sys_platform == 'win32'")),
    Wheel("c", "1", ()),
    Wheel("d", "1", ("e; extra == 'fast'", "f; extra == 'slow'")),
    Wheel("e", "1", ()),
)


def test_requirements_are_followed_as_the_other_machine_judges_them() -> None:
    assert lacking(SET, "haversack", ("gui",), ENVIRONMENT) == ()
    older = environment_of(FIELD, "3.11")
    assert lacking(SET, "haversack", ("gui",), older) == ("b",)
    windows = environment_of(_like(system="win32"), "3.12")
    assert lacking(SET, "haversack", ("gui",), windows) == ("w",)


@pytest.mark.parametrize("at", range(1, len(SET)))
def test_a_package_that_is_left_out_is_missed(at: int) -> None:
    rest = [wheel for wheel in SET if wheel is not SET[at]]
    assert [
        one.split("[")[0].split(">")[0] for one in lacking(rest, "haversack", ("gui",), ENVIRONMENT)
    ] == [SET[at].name]


def test_a_package_that_is_too_old_is_missed() -> None:
    old = [replace(wheel, version="1.9") if wheel.name == "a" else wheel for wheel in SET]
    assert lacking(old, "haversack", ("gui",), ENVIRONMENT) == ("a>=2",)


def test_a_file_that_is_no_wheel_is_an_error(tmp_path: Path) -> None:
    for name, content in (("a.whl", b"not a zip"), ("b.whl", None)):
        file = tmp_path / name
        if content is None:
            with zipfile.ZipFile(file, "w") as archive:
                archive.writestr("a/METADATA", "Name: a\n")
        else:
            file.write_bytes(content)
        with pytest.raises(FileFormatError, match="is not a wheel"):
            read_wheel(file)


def test_the_installer_refuses_another_python_and_a_folder_that_is_there(tmp_path: Path) -> None:
    import subprocess

    script = tmp_path / "install.sh"
    script.write_text(installer_text("1.0", "2.7"))
    done = subprocess.run(["/bin/sh", str(script), str(tmp_path / "new")], capture_output=True)
    assert done.returncode == 1
    assert b"for Python 2.7" in done.stderr
    script.write_text(installer_text("1.0", this_machine().python))
    done = subprocess.run(["/bin/sh", str(script), str(tmp_path)], capture_output=True)
    assert done.returncode == 1
    assert b"is there already" in done.stderr


@pytest.mark.registry
@pytest.mark.slow
def test_a_small_set_is_resolved_fetched_and_installed_without_an_index(tmp_path: Path) -> None:
    tags, call = tags_of(this_machine()), Call()
    (tmp_path / "wheels").mkdir()
    wanted = ["markdown-it-py"]
    told = resolve_wheels(wanted, constraints_file(), tags, tmp_path, call)
    download_wheels(wanted, constraints_file(), tags, tmp_path / "wheels", tmp_path, call)
    wheels = [read_wheel(file) for file in sorted((tmp_path / "wheels").iterdir())]
    assert {wheel.name for wheel in wheels} == {one["metadata"]["name"] for one in told}
    assert {wheel.name for wheel in wheels} == {"markdown-it-py", "mdurl"}
    environment = environment_of(this_machine(), this_machine().python)
    assert lacking(wheels, "markdown-it-py", (), environment) == ()
    assert lacking(wheels[:1], "markdown-it-py", (), environment) == ("mdurl~=0.1",)
    (tmp_path / "requirements.txt").write_text(requirements_text(wheels))
    (tmp_path / "install.sh").write_text(installer_text("1.0", this_machine().python))
    run_installer(tmp_path / "install.sh", tmp_path / "env", tmp_path, call)
    assert list((tmp_path / "env").glob("lib/*/site-packages/markdown_it/__init__.py"))
