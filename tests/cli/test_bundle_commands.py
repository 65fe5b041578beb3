from __future__ import annotations

from pathlib import Path

import pytest

from cli.cli_calls import Call
from haversack.pantry.pantry import Pantry
from haversack.services.capture import capture
from services.kits import borrowed_recipe


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
        assert f"haversack keys trust {packed[0]}`" in told.json.get("hint", told.out + told.err)
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
    assert call("pack", str(out), "--key", "nobody", "--passphrase-file", secret).code == 2
    call("keys", "new", "team", "--passphrase-file", secret)
    told = call("pack", str(out), "--key", "team", "--passphrase-file", secret, "--json")
    assert told.code == 2 and "ready" in told.json["message"]
    borrowed_recipe(pantry, tmp_path)
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("not the right one\n")
    told = call("pack", str(out), "--key", "team", "--passphrase-file", str(wrong), "--json")
    assert told.code == 1 and told.json["error"] == "WrongPassphrase"
    assert not out.exists()


def test_a_delta_and_a_set_of_sticks_travel_over_the_command_line(
    call: Call, packed: tuple[Path, Path], secret: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, pantry: Pantry,
) -> None:  # fmt: skip
    bundle, publisher = packed
    call("keys", "trust", str(publisher), "--yes")
    assert call("open", str(bundle)).code == 0
    listed = tmp_path / "have.json"
    told = call("have", str(tmp_path / "field-pantry"), "-o", str(listed), "--json")
    assert told.code == 0 and told.json["files"] >= 2, told.err
    field_home = tmp_path / "field-home"
    monkeypatch.setenv("HAVERSACK_HOME", str(tmp_path / "home"))
    call("keys", "new", "other", "--passphrase-file", secret)
    call("keys", "show", "other", "-o", str(tmp_path / "other.json"))
    key = ("--key", "other", "--passphrase-file", secret, "--pantry", str(pantry.path), "--json")
    delta = call("pack", str(tmp_path / "DELTA"), "--since", str(listed), *key)
    assert delta.code == 0 and delta.json["blobs_written"] == 0, delta.err
    told = call("pack", str(tmp_path / "HOME"), "--since", str(listed), *key[:-1])
    assert "which the receiver has" in " ".join(told.out.split())
    split = call("pack", str(tmp_path / "SET"), "--split", "3MB", *key)
    assert split.code == 0 and len(split.json["sticks"]) >= 1, split.err
    assert call("pack", str(tmp_path / "NO"), "--split", "big", *key).code == 2
    monkeypatch.setenv("HAVERSACK_HOME", str(field_home))
    call("keys", "trust", str(tmp_path / "other.json"), "--yes")
    assert call("open", str(tmp_path / "DELTA")).code == 0
    told = call("open", str(tmp_path / "DELTA"), "--pantry", str(tmp_path / "new"), "--json")
    assert told.code == 4 and told.json["state"] == "partial" and told.json["needs"]
    assert not (tmp_path / "new").exists()
    told = call(
        "open", str(tmp_path / "DELTA"), "--pantry", str(tmp_path / "new"), "--with", str(bundle)
    )
    assert told.code == 0, told.err
    first, *rest = split.json["sticks"]
    others = [word for stick in rest for word in ("--with", stick)]
    assert call("verify", first, *others, "--jobs", "2").code == 0


def test_a_passphrase_file_that_is_not_there_is_wrong_usage(call: Call, tmp_path: Path) -> None:
    told = call("keys", "new", "team", "--passphrase-file", str(tmp_path / "nofile"), "--json")
    assert told.code == 2 and told.json["hint"]


def test_a_bundle_in_the_pantry_itself_is_wrong_usage(
    call: Call, packed: tuple[Path, Path], secret: str, pantry: Pantry,
    monkeypatch: pytest.MonkeyPatch, own_home: Path,
) -> None:  # fmt: skip
    monkeypatch.setenv("HAVERSACK_HOME", str(own_home))
    call("keys", "new", "mine", "--passphrase-file", secret)
    for out in (pantry.path, pantry.path / "KIT"):
        told = call(
            "pack", str(out), "--key", "mine", "--passphrase-file", secret,
            "--pantry", str(pantry.path), "--json",
        )  # fmt: skip
        assert told.code == 2, told.err


def test_a_licence_that_nobody_stated_is_said_in_words(
    call: Call, packed: tuple[Path, Path]
) -> None:
    shown = call("inspect", str(packed[0])).out
    assert "NOASSERTION" not in shown and "not stated" in shown


def test_inspect_tells_own_recipes_from_files_whose_licence_nobody_stated_as_pack_does(
    call: Call, packed: tuple[Path, Path], pantry: Pantry, secret: str, tmp_path: Path
) -> None:
    bundle, publisher = packed
    call("keys", "trust", str(publisher), "--yes")
    shown = call("inspect", str(bundle)).out
    assert "BSD-3-Clause, publisher's own" in shown and "not stated" not in shown
    borrowed_recipe(pantry, tmp_path)
    out = tmp_path / "BORROWED"
    call("keys", "new", "team", "--passphrase-file", secret)
    told = call(
        "pack", str(out), "--key", "team", "--passphrase-file", secret,
        "--pantry", str(pantry.path),
    )  # fmt: skip
    assert told.code == 0, told.err
    call("keys", "trust", str(out), "--yes")
    assert "BSD-3-Clause, not stated, publisher's own" in call("inspect", str(out)).out


def test_a_bundle_is_exported_as_an_oci_layout(
    call: Call, packed: tuple[Path, Path], tmp_path: Path
) -> None:
    bundle, publisher = packed
    assert call("bundle", "export", str(bundle), "--oci", str(tmp_path / "oci")).code == 3
    call("keys", "trust", str(publisher), "--yes")
    told = call("bundle", "export", str(bundle), "--oci", str(tmp_path / "oci"), "--json")
    assert told.code == 0 and told.json["name"] == "KIT-1", told.err
    assert (tmp_path / "oci" / "index.json").is_file()
    assert call("bundle", "export", str(bundle)).code == 2
    assert call("bundle", "export", str(bundle), "--oms", str(tmp_path / "oms")).code == 2
    assert call("bundle", "export", str(bundle), "--oci", str(tmp_path / "oci")).code == 2


def test_packing_shows_licences_and_what_they_may_forbid_before_it_writes(
    call: Call, pantry: Pantry, secret: str, tmp_path: Path
) -> None:
    borrowed_recipe(pantry, tmp_path)
    out, weights = tmp_path / "KIT", "assets/weights/resnet10t.safetensors"
    call("keys", "new", "team", "--passphrase-file", secret)
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("not the right one\n")
    refused = call("pack", str(out), "--key", "team", "--passphrase-file", str(wrong), "--json")
    assert refused.code == 1 and not out.exists()
    told = call("pack", str(out), "--key", "team", "--passphrase-file", secret, "--json")
    assert told.code == 0 and told.json["files"] == 3, told.err
    for shown in (refused.err, told.err):
        assert "number of files: BSD-3-Clause (1), not stated (1), own (1)" in shown
        (line,) = [one for one in shown.splitlines() if one.startswith("caution")]
        assert line.startswith("caution, not stated (its source states no licence; ask before")
        assert line.endswith(weights)


def test_a_plan_shows_licences_in_words_and_gives_programs_the_caution(
    call: Call, pantry: Pantry, tmp_path: Path
) -> None:
    borrowed_recipe(pantry, tmp_path)
    plan = ("pack", str(tmp_path / "KIT"), "--key", "team", "--plan")
    items = {one["kind"]: one for one in call(*plan, "--json").json["items"]}
    assert items["weights"]["licence"] == "NOASSERTION"
    assert "states no licence" in items["weights"]["caution"]
    assert items["recipe"]["caution"] is None and items["dataset"]["caution"] is None
    shown = call(*plan).out
    assert "caution, not stated" in shown and "NOASSERTION" not in shown
