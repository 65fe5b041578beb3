"""The folder of compiled code, chosen before torch chooses one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from haversack.training.compiled_code import KEPT_AT, keep_private


@pytest.fixture(autouse=True)
def _not_chosen_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEPT_AT, "so that it is put back")
    monkeypatch.delenv(KEPT_AT)


def test_it_is_in_the_users_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    keep_private()
    assert Path(os.environ[KEPT_AT]).is_relative_to(tmp_path)


def test_a_folder_that_a_person_names_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEPT_AT, "/named")
    keep_private()
    assert os.environ[KEPT_AT] == "/named"


def test_what_torch_chose_in_the_process_that_started_this_one_does_not_stay(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(KEPT_AT, "/tmp/torchinductor_somebody")  # noqa: S108 - torch's choice
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    keep_private()
    assert Path(os.environ[KEPT_AT]).is_relative_to(tmp_path)


def test_where_the_cache_cannot_be_made_it_is_a_private_folder_of_this_process(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    keep_private()
    kept = Path(os.environ[KEPT_AT])
    assert kept.stat().st_mode & 0o077 == 0
    kept.rmdir()
