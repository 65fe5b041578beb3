"""Faults 26 to 41: logical paths that would lead astray, and things that are no plain files."""

from __future__ import annotations

import os
from typing import Any

import pytest

from faults.staging import Kit, assert_refused

CASES: dict[str, list[object]] = {
    "fault_26_dot_dot": ["../evil", "data/../../evil", "..", "data/.", "./data", "data//a"],
    "fault_27_absolute": ["/etc/passwd", "//server/share"],
    "fault_28_drive_or_unc": ["C:/evil", "c:evil", "\\\\server\\share", "\\\\?\\C:\\evil"],
    "fault_29_backslash": ["data\\evil", "..\\evil", "\\evil"],
    "fault_30_device": ["CON", "nul.txt", "data/COM1", "lpt9.tar", "data/Aux/x", "COM¹"],
    "fault_31_trailing_dot_or_space": ["data/evil.", "data/evil ", "data./x", "data /x"],
    "fault_32_stream": ["data/a.tar:evil", "data:$DATA"],
    "fault_34_not_in_normal_form": ["data/e\u0301.tar", "data/\u212b.tar"],
    "fault_36_overlong": ["x" * 201, "/".join(["d" * 50] * 11), "é" * 101],
    "fault_40_unseen_letters": ["data/\u202egpj.exe", "data/a\u200bb", "a\x00b", "a\nb", "a\x7fb"],
    "fault_41_git": [".git/hooks/post-checkout", "data/.GIT/config", "git~1/config"],
    "empty": ["", "data/"],
    "no_text": [None, 7, ["data"], {"data": 1}],
}


@pytest.mark.parametrize(
    ("fault", "path"), [(fault, path) for fault, paths in CASES.items() for path in paths]
)
def test_a_path_that_leads_astray_is_refused(kit: Kit, fault: str, path: object) -> None:
    name = kit.forge_files(lambda files: files[0].update(path=path))
    assert_refused(kit, "invalid", name, "no path for a bundle")


def test_fault_33_paths_that_differ_by_case_only_are_refused(kit: Kit) -> None:
    name = kit.forge_files(lambda files: files[0].update(path="DATA/B.tar"))
    assert_refused(kit, "invalid", name, "differs from")


def test_fault_34_paths_that_differ_by_normal_form_only_are_refused(kit: Kit) -> None:
    def collide(files: list[dict[str, Any]]) -> None:
        files[0]["path"], files[1]["path"] = "data/straße", "data/STRASSE"

    name = kit.forge_files(collide)
    assert_refused(kit, "invalid", name, "differs from")


def test_fault_35_a_path_that_is_a_file_and_a_folder_is_refused(kit: Kit) -> None:
    name = kit.forge_files(lambda files: files[0].update(path="data/b.tar/inside"))
    assert_refused(kit, "invalid", name, "a file and a folder")


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no symbolic links here")
def test_fault_37_a_link_in_place_of_a_blob_is_refused(kit: Kit) -> None:
    blob = kit.blobs_of("data/a.tar")[0]
    outside = kit.folder.parent / "outside"
    blob.rename(outside)
    blob.symlink_to(outside)
    assert_refused(kit, "invalid", blob.relative_to(kit.folder).as_posix())


@pytest.mark.parametrize("name", ["blobs", "root", "bundle.dsse.json", "README.txt"])
def test_fault_37_a_link_in_place_of_anything_is_refused(kit: Kit, name: str) -> None:
    path, outside = kit.folder / name, kit.folder.parent / "outside"
    path.rename(outside)
    path.symlink_to(outside)
    assert_refused(kit, "unsigned" if name == "bundle.dsse.json" else "invalid")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_fault_39_a_pipe_in_place_of_a_blob_is_refused_and_not_waited_for(kit: Kit) -> None:
    blob = kit.blobs_of("data/a.tar")[0]
    blob.unlink()
    os.mkfifo(blob)
    assert_refused(kit, "invalid", blob.relative_to(kit.folder).as_posix())
