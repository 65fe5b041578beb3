"""README.txt: for a person who finds the stick."""

from __future__ import annotations


def readme_text(name: str, publisher: str, fingerprint: str) -> bytes:
    """Give the README of a bundle; its digest is signed like everything else.

    Args:
        name: The bundle's name.
        publisher: The publisher's name.
        fingerprint: The publisher's fingerprint.
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
        "If you found this stick, please give it back to its owner.\n"
    ).encode()
