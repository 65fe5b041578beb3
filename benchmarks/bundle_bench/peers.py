"""The tools that people use today, on the same tree; one that is not installed is named so."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from bundle_bench.measure import Cost, program

Timed = Callable[[], Cost]
TO_BEAT = (
    "model-signing verify", "bagit --validate", "restic check --read-data",
    "borg check --verify-data",
)  # fmt: skip
SECRETS = {
    "RESTIC_PASSWORD": "benchmark",
    "BORG_PASSPHRASE": "benchmark",
    "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes",
}


def shell(line: str, folder: Path) -> Cost:
    """Run a line of shell that stops at its first error."""
    return program(["bash", "-euo", "pipefail", "-c", line], folder)


def checking(tree: Path, work: Path) -> dict[str, Timed | str]:
    """Give what checks every byte, by name: the work, or why it cannot be done."""
    found: dict[str, Timed | str] = {
        "sha256sum": lambda: shell("find . -type f -print0 | xargs -0 sha256sum", tree),
        "sha256sum, all cores": lambda: shell(
            "find . -type f -print0 | xargs -0 -n 64 -P $(nproc) sha256sum", tree
        ),
    }
    found["b3sum"] = _if_program(
        "b3sum", lambda: shell("find . -type f -print0 | xargs -0 b3sum", tree)
    )
    found["model-signing verify"] = _if_module("model_signing", _model_signing(tree, work))
    found["bagit --validate"] = _if_module("bagit", _bagit(tree, work))
    found["restic check --read-data"] = _if_program("restic", _restic(tree, work))
    found["borg check --verify-data"] = _if_program("borg", _borg(tree, work))
    return found


def copying(source: Path, target: Path) -> Cost:
    """Copy a bundle, make the copy durable, and check it: what taking in does in one pass."""
    return shell(
        f"cp -r '{source}' '{target}'; sync -f '{target}'; cd '{target}'; "
        "find . -type f -print0 | xargs -0 sha256sum",
        source.parent,
    )


def _if_program(name: str, work: Timed) -> Timed | str:
    return work if shutil.which(name) else f"{name} is not installed (Debian has it)"


def _if_module(name: str, work: Timed) -> Timed | str:
    if importlib.util.find_spec(name):
        return work
    return f'{name} is not installed (pip install -c constraints.txt -e ".[bench]")'


def _model_signing(tree: Path, work: Path) -> Timed:
    def verify() -> Cost:
        from cryptography.hazmat.primitives import serialization as form
        from cryptography.hazmat.primitives.asymmetric import ec

        key = ec.generate_private_key(ec.SECP256R1())
        private, public = work / "ec.pem", work / "ec.pub"
        plain = form.NoEncryption()
        private.write_bytes(key.private_bytes(form.Encoding.PEM, form.PrivateFormat.PKCS8, plain))
        public.write_bytes(
            key.public_key().public_bytes(form.Encoding.PEM, form.PublicFormat.SubjectPublicKeyInfo)
        )
        signature = str(work / "model.sig")
        call = [sys.executable, "-m", "model_signing"]
        program(
            [*call, "sign", "key", str(tree), "--signature", signature,
             "--private_key", str(private)]
        )  # fmt: skip
        return program(
            [*call, "verify", "key", str(tree), "--signature", signature,
             "--public_key", str(public)]
        )  # fmt: skip

    return verify


def _bagit(tree: Path, work: Path) -> Timed:
    def validate() -> Cost:
        bag = work / "bag"
        shutil.copytree(tree, bag)
        call = [sys.executable, "-m", "bagit"]
        program([*call, "--sha256", str(bag)])
        cost = program([*call, "--validate", str(bag)])
        shutil.rmtree(bag)
        return cost

    return validate


def _restic(tree: Path, work: Path) -> Timed:
    def check() -> Cost:
        call = ["restic", "-q", "--no-cache", "-r", str(work / "restic")]
        program([*call, "init"], extra=SECRETS)
        program([*call, "backup", str(tree)], extra=SECRETS)
        cost = program([*call, "check", "--read-data"], extra=SECRETS)
        shutil.rmtree(work / "restic")
        return cost

    return check


def _borg(tree: Path, work: Path) -> Timed:
    def check() -> Cost:
        extra = {**SECRETS, "BORG_BASE_DIR": str(work / "borg-home")}
        repository = str(work / "borg")
        program(["borg", "init", "-e", "none", repository], extra=extra)
        program(["borg", "create", "-C", "none", f"{repository}::one", str(tree)], extra=extra)
        cost = program(["borg", "check", "--verify-data", repository], extra=extra)
        shutil.rmtree(work / "borg")
        return cost

    return check
