"""README.txt: for a person who finds the stick."""

from __future__ import annotations

from collections.abc import Iterable

from haversack.bundle.layout import blob_name
from haversack.bundle.manifest import Manifest, ManifestFile

APP = "app/"


def apps(manifest: Manifest) -> tuple[ManifestFile, ...]:
    """Give the archives of the app that a bundle carries for a machine that has none."""
    return tuple(f for f in manifest.files if f.kind == "code" and f.path.startswith(APP))


def readme_text(
    name: str, publisher: str, fingerprint: str, apps: Iterable[ManifestFile] = ()
) -> bytes:
    """Give the README of a bundle; its digest is signed like everything else.

    Args:
        name: The bundle's name.
        publisher: The publisher's name.
        fingerprint: The publisher's fingerprint.
        apps: Archives of the app; how to put one together is told, its checksum is not: that
            must come by another way.
    """
    return (
        f"This folder is the Haversack bundle {name!r}, sealed by {publisher}.\n"
        "\n"
        "It holds recipes, weights and data for training vision models without a network.\n"
        "Nothing in it runs by itself. Do not add, rename or remove files: the bundle is\n"
        "signed as a whole, and a changed one is refused.\n"
        "\n"
        "To look at it:      haversack inspect THIS_FOLDER\n"
        "To check it:        haversack verify THIS_FOLDER\n"
        "To take it in:      haversack open THIS_FOLDER --pantry PANTRY\n"
        "\n"
        "The publisher's fingerprint, to be compared with what the publisher told you:\n"
        f"{fingerprint[:32]}\n{fingerprint[32:]}\n"
        "\n"
        f"{''.join(map(_first_machine, apps))}"
        "If you found this stick, please give it back to its owner.\n"
    ).encode()


def _first_machine(app: ManifestFile) -> str:
    archive = app.path.removeprefix(APP)
    blobs = " \\\n    ".join(blob_name(blob) for blob in app.blobs)
    return (
        "For a machine that has no Haversack yet, from within this folder:\n"
        f"  cat {blobs} \\\n    > ~/{archive}\n"
        f"  sha256sum ~/{archive}\n"
        "Unpack it (tar xzf) only if that is the checksum that the publisher told you by\n"
        "another way than this stick.\n"
        "\n"
    )
