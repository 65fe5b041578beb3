"""Check a bundle of Haversack without Haversack: ``python verify_bundle.py BUNDLE FINGERPRINT``.

With ``--take BEGINNING FOLDER`` the files whose paths begin so, such as ``app/`` or ``runtime/``,
are written into a folder once everything was checked; a file is hashed again while it is written.
Needs Python 3.11 and ``pip install securesystemslib[crypto]``. The publisher tells the fingerprint
by another way (``haversack keys show NAME`` tells it). What is checked is in ``bundle-format.md``:
roots, signatures, manifest and every byte. Not checked: whether a newer bundle was opened before,
whether the publisher's root has expired, and how a path is spelled that is not taken.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

from securesystemslib.exceptions import UnverifiedSignatureError
from securesystemslib.formats import encode_canonical
from securesystemslib.signer import Key, Signature, SSlibKey

LITTER = {
    "$RECYCLE.BIN", ".DS_Store", ".Spotlight-V100", ".TemporaryItems", ".Trashes", ".directory",
    ".fseventsd", "System Volume Information", "Thumbs.db", "desktop.ini", "lost+found",
}  # fmt: skip
SAFE = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*\Z")


def check(bundle: Path, fingerprint: str) -> str:
    """Check everything; give the bundle's name and number. Raises ValueError where it is wrong."""
    return check_all(bundle, fingerprint)[0]


def check_all(bundle: Path, fingerprint: str) -> tuple[str, list[Any]]:
    """Check everything; give the bundle's name and number, and its files."""
    keys, roots, revoked = check_roots(bundle / "root", fingerprint)
    envelope = read_canonical(bundle / "bundle.dsse.json")
    payload = base64.b64decode(envelope["payload"], validate=True)
    kind = envelope["payloadType"]
    message = b"DSSEv1 %d %s %d %s" % (len(kind), kind.encode(), len(payload), payload)
    for one in envelope["signatures"]:
        signature = base64.b64decode(one["sig"], validate=True)
        need(base64.b64encode(signature).decode() == one["sig"], "a signature is misspelled")
        verify(keys, one["keyid"], signature.hex(), message)
    need(base64.b64encode(payload).decode() == envelope["payload"], "the payload is misspelled")
    keyids = [one["keyid"] for one in envelope["signatures"]]
    need(keyids == sorted(set(keyids)), "the signatures are out of order")
    signed_by = set(keyids) - revoked
    statement = json.loads(payload)
    said, enough = statement["predicate"], [r["version"] for r in roots if allows(r, signed_by)]
    need(said["root_version"] in enough, "too few signatures that count")
    need(said["publisher"] == fingerprint and said["format"] == 1, "another publisher or format")
    need(sha256(bundle / "README.txt") == said["readme"], "README.txt is not the signed one")
    data = {keyid for root in roots for keyid in root["roles"]["targets"]["keyids"]}
    manifest, code_keys = statement["subject"][0]["digest"]["sha256"], signed_by - data
    files = check_blobs(bundle, manifest, roots[-1], code_keys)
    return f"{said['name']}, number {said['counter']}", files


def check_roots(folder: Path, fingerprint: str) -> tuple[dict[str, Key], list[Any], set[str]]:
    """Check roots 1 to n; give all keys by id, the roots, and the ids of revoked keys."""
    files = [path for path in folder.iterdir() if path.name not in LITTER]
    keys: dict[str, Key] = {}
    roots: list[Any] = []
    for version in range(1, len(files) + 1):
        document = read_canonical(folder / f"{version}.root.json")
        root, message = document["signed"], encode_canonical(document["signed"]).encode()
        if version == 1:
            found = hashlib.sha256(message).hexdigest()
            need(found == fingerprint, f"the publisher's fingerprint is {found}")
        for keyid, key in root["keys"].items():
            derived = hashlib.sha256(encode_canonical(key).encode()).hexdigest()
            need(keyid == derived, "a key has an id that does not follow from it")
            keys[keyid] = SSlibKey.from_dict(keyid, dict(key))
        for one in document["signatures"]:
            need(bytes.fromhex(one["sig"]).hex() == one["sig"], "a root's signature is misspelled")
            verify(keys, one["keyid"], one["sig"], message)
        signed_by = {one["keyid"] for one in document["signatures"]}
        for judge in (*roots[-1:], root):
            need(allows(judge, signed_by, "root"), f"root {version} has too few signatures")
        need(root["version"] == version, f"root {version} says that it is another")
        roots.append(root)
    need(bool(roots), "there is no root")
    return keys, roots, {keyid for root in roots for keyid in root["x-haversack-revoked"]}


def check_blobs(bundle: Path, digest: str, root: Any, signed_by: set[str]) -> list[Any]:
    """Check the manifest, that nothing else lies there, and the bytes of every blob and file.

    ``signed_by`` are the keys that signed and that may not sign data; gives the files.
    """
    need(sha256(blob(bundle, digest)) == digest, "the manifest is not the signed one")
    files = json.loads(blob(bundle, digest).read_bytes())["files"]
    wanted = {digest, *(one for file in files for one in file["blobs"])}
    expected = {blob(bundle, one) for one in wanted}
    expected |= {bundle / "bundle.dsse.json", bundle / "README.txt"}
    for path in bundle.rglob("*"):
        stranger = path.is_symlink() or (path.is_file() and path not in expected)
        at = path.relative_to(bundle).parts
        need(not stranger or at[0] == "root" or not LITTER.isdisjoint(at), f"{path} is not listed")
    for file in files:
        whole, size = hashlib.sha256(), 0
        for one in file["blobs"]:
            content = blob(bundle, one).read_bytes()
            need(hashlib.sha256(content).hexdigest() == one, f"{file['path']} is damaged")
            whole.update(content)
            size += len(content)
        need((whole.hexdigest(), size) == (file["sha256"], file["size"]), f"{file['path']} differs")
        code = root["x-haversack-code"]
        may = len(signed_by & set(code["keyids"])) >= code["threshold"]
        need(file["kind"] != "code" or may, f"{file['path']} is code, and no code key signed")
    return list(files)


def take(bundle: Path, files: list[Any], beginning: str, folder: Path) -> int:
    """Write the files whose paths begin so into a folder that is not there yet; count them."""
    chosen = [file for file in files if file["path"].startswith(beginning)]
    for file in chosen:
        parts = file["path"].split("/")
        need(all(SAFE.match(part) for part in parts), f"{file['path']!r} is no path to write to")
        target = folder.joinpath(*parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("xb") as written:
            for one in file["blobs"]:
                content = blob(bundle, one).read_bytes()
                need(hashlib.sha256(content).hexdigest() == one, f"{file['path']} has changed")
                written.write(content)
    need(bool(chosen), f"no path begins with {beginning}")
    return len(chosen)


def allows(root: Any, signed_by: set[str], role: str = "targets") -> bool:
    """Say whether these keys reach the threshold of a role."""
    found = root["roles"][role]
    return len(signed_by & set(found["keyids"])) >= found["threshold"]


def verify(keys: dict[str, Key], keyid: str, signature: str, message: bytes) -> None:
    """Check one Ed25519 signature by a key that must be known."""
    need(keyid in keys, f"{keyid} is no key of the publisher")
    keys[keyid].verify_signature(Signature(keyid, signature), message)


def read_canonical(path: Path) -> Any:
    """Read a JSON file that must be spelled in the one way that there is."""
    content = path.read_bytes()
    value = json.loads(content)
    again = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    need(again.encode() == content, f"{path.name} is not spelled canonically")
    return value


def blob(bundle: Path, digest: str) -> Path:
    """Give the place of a blob."""
    return bundle / "blobs" / "sha256" / digest[:2] / digest


def sha256(path: Path) -> str:
    """Give the digest of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def need(right: bool, what: str) -> None:
    """Raise ValueError, saying what is wrong, unless it is right."""
    if not right:
        raise ValueError(what)


if __name__ == "__main__":
    try:
        told, all_files = check_all(Path(sys.argv[1]), sys.argv[2])
        sys.stdout.write(f"verified: {told}\n")
        if sys.argv[3:4] == ["--take"]:
            count = take(Path(sys.argv[1]), all_files, sys.argv[4], Path(sys.argv[5]))
            sys.stdout.write(f"taken: {count} files, into {sys.argv[5]}\n")
    except (UnverifiedSignatureError, ValueError, OSError, LookupError, TypeError) as error:
        sys.exit(f"NOT verified: {error}")
