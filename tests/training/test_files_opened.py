"""What a dry run says that it opened."""

from __future__ import annotations

from pathlib import Path

from haversack.training.files_opened import FilesOpened


def test_a_file_outside_is_named_and_a_known_one_is_not(tmp_path: Path) -> None:
    outside, known = tmp_path / "outside.txt", tmp_path / "known" / "inside.txt"
    known.parent.mkdir()
    for path in (outside, known):
        path.write_text("something")
    opened = FilesOpened()
    for path in (outside, known):
        path.read_text()
    assert opened.outside([known.parent]) == [str(outside)]


def test_the_source_of_a_loaded_module_is_no_file_of_the_recipe() -> None:
    opened = FilesOpened()
    Path(__file__).read_bytes()  # as a warning does for the line that it quotes
    assert opened.outside([]) == []


def test_a_file_that_was_only_written_is_not_named(tmp_path: Path) -> None:
    opened = FilesOpened()
    (tmp_path / "written.txt").write_text("something")
    assert opened.outside([]) == []
