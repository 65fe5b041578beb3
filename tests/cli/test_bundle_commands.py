from __future__ import annotations

from pathlib import Path

import pytest

from cli.cli_calls import Call
from haversack.pantry.pantry import Pantry
from haversack.services.capture import capture


@pytest.fixture
def secret(tmp_path: Path) -> str:
    file = tmp_path / "pass.txt"
    file.write_text("correct horse battery staple\n")
    return str(file)


@pytest.fixture
def packed(
    call: Call, pantry: Pantry, secret: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Path, Path]:
    """Pack a small recipe; give the bundle and the publisher's file, and stand in the field."""
    made = call(
        "recipe", "new", "--task", "classification", "--name", "digits",
        "backbone.use_pretrained=false", "--json",
    )  # fmt: skip
    assert made.code == 0, made.err
    capture(pantry.recipes.load("digits").assets(), pantry)
    bundle, publisher = tmp_path / "KIT", tmp_path / "team.publisher.json"
    assert call("keys", "new", "team", "--passphrase-file", secret).code == 0
    assert call("keys", "show", "team", "-o", str(publisher)).code == 0
    planned = call("pack", str(bundle), "--key", "team", "--plan", "--json").json
    assert planned["total_bytes"] > 0 and not bundle.exists()
    told = call("pack", str(bundle), "--key", "team", "--passphrase-file", secret, "--json")
    assert told.code == 0 and told.json["counter"] == 1, told.err
    assert told.json["files"] == len(planned["items"])
    monkeypatch.setenv("HAVERSACK_HOME", str(tmp_path / "field-home"))
    monkeypatch.setenv("HAVERSACK_PANTRY", str(tmp_path / "field-pantry"))
    return bundle, publisher


def test_an_untrusted_bundle_is_refused_and_leaves_no_pantry(
    call: Call, packed: tuple[Path, Path], tmp_path: Path
) -> None:
    for verb in ("inspect", "verify", "open"):
        told = call(verb, str(packed[0]), "--json")
        assert told.code == 3 and told.json["state"] == "untrusted"
    assert not (tmp_path / "field-pantry").exists()


def test_a_trusted_bundle_is_verified_taken_in_and_noted(
    call: Call, packed: tuple[Path, Path], tmp_path: Path
) -> None:
    bundle, publisher = packed
    assert call("keys", "trust", str(publisher), "--yes").code == 0
    assert call("inspect", str(bundle), "--json").json["state"] == "signed"
    assert call("verify", str(bundle), "--json").json["state"] == "verified"
    told = call("open", str(bundle), "--json")
    assert told.code == 0 and told.json["recipes"] == ["digits"], told.err
    (listed,) = call("recipe", "list", "--json").json
    assert listed["state"] == "ready"
    assert [receipt["bundle"] for receipt in call("bundle", "receipts", "--json").json] == ["KIT"]


def test_a_changed_byte_is_refused_and_a_missing_blob_is_partial(
    call: Call, packed: tuple[Path, Path]
) -> None:
    bundle, publisher = packed
    call("keys", "trust", str(publisher), "--yes")
    blob = max(bundle.glob("blobs/sha256/*/*"), key=lambda path: path.stat().st_size)
    content = bytearray(blob.read_bytes())
    content[100] ^= 1
    blob.write_bytes(content)
    told = call("verify", str(bundle), "--json")
    assert told.code == 3 and told.json["state"] == "invalid" and blob.name in told.json["file"]
    blob.unlink()
    for verb in ("verify", "inspect", "open"):
        told = call(verb, str(bundle), "--json")
        assert told.code == 4 and told.json["state"] == "partial"


def test_a_folder_without_an_envelope_is_unsigned(call: Call, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    told = call("verify", str(tmp_path / "empty"), "--json")
    assert told.code == 3 and told.json["state"] == "unsigned"


def test_packing_needs_a_key_its_passphrase_and_something_ready(
    call: Call, pantry: Pantry, secret: str, tmp_path: Path
) -> None:
    out = tmp_path / "KIT"
    assert call("pack", str(out), "--key", "nobody", "--passphrase-file", secret).code == 1
    call("keys", "new", "team", "--passphrase-file", secret)
    told = call("pack", str(out), "--key", "team", "--passphrase-file", secret, "--json")
    assert told.code == 2 and "ready" in told.json["message"]
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("not the right one\n")
    told = call("pack", str(out), "--key", "team", "--passphrase-file", str(wrong), "--json")
    assert told.code == 1 and told.json["error"] == "WrongPassphrase"
    assert not out.exists()
