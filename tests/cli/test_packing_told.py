"""What `haversack pack` tells before it writes is what it writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.cli_calls import Call
from haversack.cli import packing
from haversack.pantry.pantry import Pantry
from haversack.recipe.sppr import to_sppr
from services.kits import borrowed_recipe, light_recipe, put_volume


@pytest.fixture
def secret(tmp_path: Path) -> str:
    file = tmp_path / "pass.txt"
    file.write_text("correct horse battery staple\n")
    return str(file)


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
