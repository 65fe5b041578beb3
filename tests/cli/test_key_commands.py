from __future__ import annotations

from pathlib import Path

import pytest

from cli.cli_calls import Call


@pytest.fixture
def secret(tmp_path: Path) -> str:
    file = tmp_path / "pass.txt"
    file.write_text("correct horse battery staple\n")
    return str(file)


def test_a_key_is_made_shown_exported_trusted_and_backed_up(
    call: Call, secret: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = call("keys", "new", "team", "--passphrase-file", secret, "--json").json
    assert made["name"] == "team" and len(made["fingerprint"]) == 64
    file, saved = tmp_path / "team.publisher.json", tmp_path / "backup.json"
    assert call("keys", "show", "team", "-o", str(file)).code == 0
    assert call("keys", "backup", "team", str(saved)).code == 0
    assert b"correct horse" not in saved.read_bytes()

    monkeypatch.setenv("HAVERSACK_HOME", str(tmp_path / "field"))
    assert call("keys", "list", "--json").json == {"own": [], "publishers": []}
    told = call("keys", "trust", str(file), "--json")
    assert told.code == 2 and made["fingerprint"] in told.err
    assert call("keys", "list", "--json").json["publishers"] == []
    assert call("keys", "trust", str(file), "--fingerprint", "0" * 64).code == 3
    assert call("keys", "trust", str(file), "--fingerprint", made["words"]).code == 0
    (known,) = call("keys", "list", "--json").json["publishers"]
    assert known["fingerprint"] == made["fingerprint"]
    assert call("keys", "distrust", made["fingerprint"]).code == 0
    assert call("keys", "list", "--json").json["publishers"] == []
    assert call("keys", "restore", str(saved)).code == 0
    (own,) = call("keys", "list", "--json").json["own"]
    assert own["fingerprint"] == made["fingerprint"]


def test_keys_are_rotated_and_revoked(call: Call, secret: str) -> None:
    made = call("keys", "new", "team", "--passphrase-file", secret, "--json").json
    rotated = call("keys", "rotate", "team", "--passphrase-file", secret, "--json").json
    assert rotated["fingerprint"] == made["fingerprint"]
    assert rotated["data_keyids"] != made["data_keyids"] and rotated["revoked"] == []
    revoked = call("keys", "revoke", "team", "--passphrase-file", secret, "--json").json
    assert revoked["revoked"]


def test_a_wrong_passphrase_an_unknown_key_and_nobody_to_ask_are_told(
    call: Call, secret: str, tmp_path: Path
) -> None:
    call("keys", "new", "team", "--passphrase-file", secret)
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("something else entirely\n")
    told = call("keys", "rotate", "team", "--passphrase-file", str(wrong), "--json")
    assert told.code == 1 and told.json["error"] == "WrongPassphrase"
    assert call("keys", "show", "nobody").code == 1
    told = call("keys", "new", "other")
    assert told.code == 2 and "--passphrase-file" in told.err
    (tmp_path / "empty.txt").write_text("\n")
    assert call("keys", "new", "x", "--passphrase-file", str(tmp_path / "empty.txt")).code == 2
