"""Folders that are replaced as a whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from haversack.base.folders import fresh_folder, restore_if_writable


def test_a_reader_that_brings_the_old_folder_back_ends_no_replacement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, rename = tmp_path / "last", Path.rename
    brought: list[Path] = []
    with fresh_folder(folder) as old:
        (old / "epoch").write_text("1")

    def rename_while_somebody_reads(path: Path, target: Path) -> Path:
        given = rename(path, target)
        if path == folder and not brought:
            brought.append(target)
            restore_if_writable(folder)
        return given

    monkeypatch.setattr(Path, "rename", rename_while_somebody_reads)
    with fresh_folder(folder) as new:
        (new / "epoch").write_text("2")
    assert brought
    assert (folder / "epoch").read_text() == "2"
    assert [path.name for path in tmp_path.iterdir()] == ["last"]
