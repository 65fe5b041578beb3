"""What a licence may forbid, in a few words, and which files of a bundle somebody made for it.

A help for the eye before something is passed on. It reads the licence's name, not its text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, TypeVar

NOT_STATED = "NOASSERTION"  # SPDX for: nothing is said
OWN_MEASUREMENTS = "this pantry's runs"
OWN_VOLUMES = {"classification": "own_cls", "detection": "own_det", "segmentation": "own_seg"}
NOTHING_SAID = "its source states no licence; ask before you use it or pass it on"
PUBLISHERS_OWN = "publisher's own"
"""What is said of what somebody else made for a bundle."""
_SILENCE = "not stated"
_WITHOUT = frozenset({"", NOT_STATED.lower(), "none", "unknown"})
_OWN_KINDS = frozenset({"recipe", "attestation"})
_CAUTIONS = tuple(
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (r"\bcc[ -]by[\w -]*[ -]nc\b|\bnon[ -]?commercial|\bncgl\b", "no commercial use"),
        (r"\bcc[ -]by[\w -]*[ -]nd\b|\bno[ -]?deriv", "no changed copies"),
        (
            r"\b(?:research|academic|educational|evaluation)\b[\w -]*\bonly\b"
            r"|\bonly\b[\w -]*\b(?:research|academic)\b|\b(?:research|academic)[ -]use\b",
            "for research only",
        ),
        (r"\b(?:open)?rail\b", "not for the uses that it lists"),
        (
            r"\bproprietary\b|\ball rights reserved\b|\blicenseref-|^\s*other\s*$",
            "its own terms; read them before you use it or pass it on",
        ),
        (
            r"\b[al]?gpl(?:v?\d[\w.]*)?\b|\bgeneral public licen[cs]e\b",
            "copies that are passed on must come with their source",
        ),
    )
)


class Licensed(Protocol):
    """A file of a bundle, as far as its licence goes."""

    @property
    def kind(self) -> str:
        """What it is: ``recipe``, ``weights``, ``dataset`` and so on."""

    @property
    def licence(self) -> str:
        """An SPDX expression or a few words."""

    @property
    def source(self) -> str:
        """Where it came from."""


AnyFile = TypeVar("AnyFile", bound=Licensed)


@dataclass(frozen=True, slots=True)
class _Volume:
    licence: str
    source: str
    kind: str = "volume"


@lru_cache(maxsize=1024)
def caution(licence: str) -> str | None:
    """Say in a few words what a licence may forbid, or ask of who passes copies on.

    Of alternatives (``A OR B``) one that asks for nothing is enough.

    Args:
        licence: An SPDX expression or a few words.

    Returns:
        The words; None where nothing is known that it forbids.
    """
    if licence.strip().lower() in _WITHOUT:
        return NOTHING_SAID
    alternatives = [licence] if " AND " in licence else licence.split(" OR ")
    found = [_cautions(one) for one in alternatives]
    return "; ".join(dict.fromkeys(words for one in found for words in one)) if all(found) else None


def licence_in_words(file: Licensed, own: str = "own") -> str:
    """Give a file's licence for a person; ``not stated``, or ``own``, where it states none.

    Args:
        file: The file.
        own: What is said of recipes, proofs and own measurements. Imported pictures may be
            anybody's, so they are not called that.
    """
    said = stated(file.licence)
    return own if said == _SILENCE and _is_own(file) else said


def volume_licence_in_words(licence: str, source: str) -> str:
    """Give a golden volume's licence for a person, as lists of bundles do; from its card."""
    return licence_in_words(_Volume(licence, source))


def licences_inside(files: Sequence[Licensed], claimed: Iterable[str]) -> tuple[str, ...]:
    """Give the licences in a bundle that somebody made, in words and in their order.

    Args:
        files: What its manifest names; empty where it is not believed.
        claimed: The licences that its envelope names; of those of no file nobody can say whose
            they are.
    """
    known = {file.licence for file in files}
    words = {licence_in_words(file, PUBLISHERS_OWN) for file in files}
    return tuple(sorted(words | {stated(one) for one in claimed if one not in known}))


def stated(licence: str) -> str:
    """Give a licence for a person, who need not know SPDX's word for none."""
    return _SILENCE if licence.strip().lower() in _WITHOUT else licence


def caution_of(file: Licensed) -> str | None:
    """Give the caution about a file; none about what somebody made without stating a licence."""
    said = caution(file.licence)
    return None if said == NOTHING_SAID and _is_own(file) else said


def count_licences(files: Iterable[Licensed]) -> dict[str, int]:
    """Count files by their licence in words, in the order of the words."""
    return dict(sorted(Counter(map(licence_in_words, files)).items()))


def by_caution(files: Iterable[AnyFile]) -> dict[tuple[str, str], list[AnyFile]]:
    """Gather the files that want one, by licence in words and caution."""
    found: dict[tuple[str, str], list[AnyFile]] = {}
    for file in files:
        said = caution_of(file)
        if said is not None:
            found.setdefault((licence_in_words(file), said), []).append(file)
    return dict(sorted(found.items()))


def _is_own(file: Licensed) -> bool:
    if file.kind == "volume":
        return file.source == OWN_MEASUREMENTS
    return file.kind in _OWN_KINDS


def _cautions(licence: str) -> list[str]:
    return [words for pattern, words in _CAUTIONS if pattern.search(licence)]
