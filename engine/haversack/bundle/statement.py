"""What the envelope says: an in-toto Statement that names the manifest by its digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from haversack.base.canonical_json import dump_canonical, load_strict
from haversack.base.digests import is_sha256
from haversack.base.errors import FileFormatError
from haversack.bundle.errors import Invalid, TooNew
from haversack.bundle.layout import ENVELOPE, FORMAT
from haversack.bundle.manifest import LIMIT as MANIFEST_LIMIT
from haversack.bundle.manifest import MOST_SIZE, check_text
from haversack.trust.clock import parse_stamp
from haversack.trust.counters import is_counter
from haversack.trust.envelope import LIMIT
from haversack.trust.names import is_name

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:haversack:bundle"
_PREDICATE_KEYS = frozenset(
    {"format", "name", "publisher", "root_version", "counter", "created", "manifest_size",
     "readme", "totals", "recipes", "volumes", "licences"}
)  # fmt: skip
_HINT = "The envelope was not written as the format demands; tell its publisher."


@dataclass(frozen=True)
class RecipeClaim:
    """A recipe that a bundle says it carries."""

    id: str
    name: str
    task: str


@dataclass(frozen=True)
class Totals:
    """How much a bundle says it carries: files, their bytes, blobs, and the blobs' bytes."""

    files: int
    bytes: int
    blobs: int
    blob_bytes: int


@dataclass(frozen=True)
class Statement:
    """What a bundle says of itself.

    Attributes:
        name: The bundle's name, the same for all its counters.
        publisher: The fingerprint of the publisher's first root.
        root_version: The root under which it was signed.
        counter: Grows with every sealing of this name.
        created: When it was signed, by the publisher's clock.
        manifest: The SHA-256 of the manifest's blob.
        manifest_size: Its bytes.
        readme: The SHA-256 of README.txt.
        totals: How much there is.
        recipes: The recipes inside.
        volumes: The names of the golden volumes inside.
        licences: All licences of what is inside.
    """

    name: str
    publisher: str
    root_version: int
    counter: int
    created: str
    manifest: str
    manifest_size: int
    readme: str
    totals: Totals
    recipes: tuple[RecipeClaim, ...]
    volumes: tuple[str, ...]
    licences: tuple[str, ...]

    def encode(self) -> bytes:
        """Give the canonical bytes of the in-toto Statement."""
        predicate = {
            "format": FORMAT,
            "name": self.name,
            "publisher": self.publisher,
            "root_version": self.root_version,
            "counter": self.counter,
            "created": self.created,
            "manifest_size": self.manifest_size,
            "readme": self.readme,
            "totals": vars(self.totals),
            "recipes": [vars(recipe) for recipe in self.recipes],
            "volumes": list(self.volumes),
            "licences": list(self.licences),
        }
        return dump_canonical(
            {
                "_type": STATEMENT_TYPE,
                "subject": [{"name": "manifest", "digest": {"sha256": self.manifest}}],
                "predicateType": PREDICATE_TYPE,
                "predicate": predicate,
            }
        )


def decode_statement(payload: bytes) -> Statement:
    """Read the payload of an envelope.

    Raises:
        TooNew: It has a format that this version does not know.
        Invalid: It breaks a rule of the format.
    """
    try:
        document = load_strict(payload, ENVELOPE, LIMIT)
        return _statement(document)
    except FileFormatError as error:
        raise Invalid(error.message, _HINT, ENVELOPE) from error
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Invalid(
            f"{ENVELOPE} does not say what a bundle must: {error}", _HINT, ENVELOPE
        ) from (error)


def _statement(document: dict[str, Any]) -> Statement:
    if set(document) != {"_type", "subject", "predicateType", "predicate"}:
        raise ValueError("it is no in-toto Statement")
    if document["_type"] != STATEMENT_TYPE or document["predicateType"] != PREDICATE_TYPE:
        raise ValueError("it is a statement about something else")
    predicate = document["predicate"]
    version = predicate["format"]
    if type(version) is int and version > FORMAT:
        raise TooNew(
            f"{ENVELOPE} has format {version}; this Haversack knows up to {FORMAT}",
            "Install a newer Haversack.",
            ENVELOPE,
        )
    if type(version) is not int or version != FORMAT:
        raise ValueError("its format is unknown")
    if predicate.keys() != _PREDICATE_KEYS:
        raise ValueError("it has other fields than the format's")
    (subject,) = document["subject"]
    if subject.keys() != {"name", "digest"} or subject["name"] != "manifest":
        raise ValueError("it is about something else than a manifest")
    if subject["digest"].keys() != {"sha256"}:
        raise ValueError("the manifest is not named by SHA-256, and by that alone")
    _check_scalars(predicate)
    totals = _totals(predicate["totals"])
    return Statement(
        predicate["name"],
        predicate["publisher"],
        predicate["root_version"],
        predicate["counter"],
        predicate["created"],
        _digest(subject["digest"]["sha256"]),
        predicate["manifest_size"],
        _digest(predicate["readme"]),
        totals,
        tuple(_recipe(recipe) for recipe in predicate["recipes"]),
        _texts(predicate["volumes"]),
        _texts(predicate["licences"]),
    )


def _check_scalars(predicate: dict[str, Any]) -> None:
    if not is_name(predicate["name"]):
        raise ValueError("its name is none")
    _digest(predicate["publisher"])
    if not is_counter(predicate["counter"]) or not is_counter(predicate["root_version"]):
        raise ValueError("its counter or root version is none")
    if parse_stamp(predicate["created"]) is None:
        raise ValueError("its time of creation is none")
    if not _is_size(predicate["manifest_size"], MANIFEST_LIMIT):
        raise ValueError("its manifest has an impossible size")


def _totals(value: dict[str, Any]) -> Totals:
    if value.keys() != {"files", "bytes", "blobs", "blob_bytes"}:
        raise ValueError("its totals are malformed")
    if not all(_is_size(number, MOST_SIZE * 1000) for number in value.values()):
        raise ValueError("its totals are impossible")
    return Totals(**value)


def _recipe(value: dict[str, Any]) -> RecipeClaim:
    if value.keys() != {"id", "name", "task"}:
        raise ValueError("a recipe is malformed")
    if not check_text(value["name"]) or not check_text(value["task"]):
        raise ValueError("a recipe's name cannot be shown")
    return RecipeClaim(_digest(value["id"]), value["name"], value["task"])


def _texts(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list) or not all(check_text(value) for value in values):
        raise ValueError("a name cannot be shown")
    return tuple(values)


def _digest(value: Any) -> str:
    if not isinstance(value, str) or not is_sha256(value):
        raise ValueError("a digest is none")
    return value


def _is_size(value: Any, most: int) -> bool:
    return type(value) is int and 0 <= value <= most
