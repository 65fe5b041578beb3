"""Does the frozen folder work where it will be used? `make smoke`, after `make freeze`.

The folder is moved to a path with a space and an accent. There, with no network, an empty home and
no Python on PATH, it verifies and opens a bundle, trains one epoch with two loader workers, and
shows its window. The bundle is packed beforehand by this checkout.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from freeze import FOLDER
from window_proof import prove_window

RECIPE = [
    "data.data_generator=data/sets/builtin/classification/digits",
    "model.backbone=backbones/timm/tf_efficientnet_lite0",
    "model.backbone.use_pretrained=false",
    "model.image_size=32",
    "data.batch_size=64",
    "data.num_workers=2",
    "trainer.num_epochs=1",
]


class SmokeError(RuntimeError):
    """A step did not do what it should; the message says which."""


def main() -> int:
    """Run every step; give 0 only if all of them passed."""
    if not (FOLDER / "haversack").is_file():
        print(f"{FOLDER} is not there: run `make freeze` first")
        return 1
    with tempfile.TemporaryDirectory(prefix="haversack-smoke-") as temporary:
        try:
            walk(Path(temporary))
        except RuntimeError as failure:
            print(f"FAILED: {failure}")
            return 1
    return 0


def walk(place: Path) -> None:
    """Take the steps in order, telling how long each took."""
    steps = Steps()
    home = place / "online"
    packed = pack_bundle(home)
    steps.done("a bundle was packed by this checkout")
    app = place / "Été à la mer" / "haversack"
    shutil.copytree(FOLDER, app, symlinks=True, copy_function=_link_or_copy)
    field = Field(app, place / "empty home")
    steps.done(f"the folder was moved to {app.parent.name!r}")
    steps.done(f"it starts: {field.say('--version')}")
    field.run("keys", "trust", str(packed.publisher), "--fingerprint", packed.fingerprint)
    field.run("verify", str(packed.bundle))
    pantry = field.home / "pantry"
    field.run("open", str(packed.bundle), "--pantry", str(pantry))
    steps.done("the bundle was verified and opened")
    field.run("train", "smoke", "--pantry", str(pantry))
    require_finished(pantry)
    steps.done("one epoch was trained with two loader workers")
    for precision in ("float32", "int8"):
        field.run("export", "last", "--precision", precision, "--pantry", str(pantry))
        steps.done(f"the model was exported to ONNX ({precision}) and compared with the original")
    size = prove_window(
        [*field.prefix, str(app / "haversack-gui"), "--pantry", str(pantry)], field.environment
    )
    steps.done(f"the window was painted, {size[0]}x{size[1]}")
    print("the frozen app works")


class Packed(NamedTuple):
    """What is carried to the field, and the fingerprint that is told another way."""

    bundle: Path
    publisher: Path
    fingerprint: str


class Steps:
    """Prints each step with its seconds."""

    def __init__(self) -> None:
        """Begin with no step taken."""
        self._began = time.monotonic()

    def done(self, what: str) -> None:
        """Tell that a step passed."""
        now = time.monotonic()
        print(f"  ok {now - self._began:6.1f} s  {what}", flush=True)
        self._began = now


class Field:
    """The machine without network: an empty home, an empty PATH, a namespace of its own."""

    def __init__(self, app: Path, home: Path) -> None:
        """Make the homes and look for a way to cut the network."""
        self.app, self.home = app, home
        nothing = home / "bin"
        nothing.mkdir(parents=True)
        unshare = shutil.which("unshare")
        if unshare is None:
            raise SmokeError("unshare is not installed: the network cannot be cut")
        self.prefix = [unshare, "-n" if os.geteuid() == 0 else "-rn"]
        self.environment = {
            "HAVERSACK_HOME": str(home / "keys"),
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "PATH": str(nothing),
            "QT_QPA_PLATFORM": "offscreen",
        }

    def say(self, *words: str) -> str:
        """Run the frozen console program; give what it printed."""
        return _run([*self.prefix, str(self.app / "haversack"), *words], self.environment).strip()

    def run(self, *words: str) -> dict[str, object]:
        """Run the frozen console program; give the document it printed."""
        document: dict[str, object] = json.loads(self.say(*words, "--json"))
        return document


def pack_bundle(home: Path) -> Packed:
    """Prepare and pack a small recipe with this checkout."""
    home.mkdir()
    secret = home / "passphrase"
    secret.write_text(secrets.token_hex(16), encoding="utf-8")
    environment = os.environ | {"HAVERSACK_HOME": str(home / "keys"), "HOME": str(home)}
    pantry, bundle, publisher = str(home / "pantry"), home / "bundle", home / "publisher.json"

    def haversack(*words: str) -> dict[str, object]:
        command = [sys.executable, "-m", "haversack", *words, "--json"]
        document: dict[str, object] = json.loads(_run(command, environment))
        return document

    haversack("setup", pantry)
    new = ["recipe", "new", "--task", "classification", "--name", "smoke", "--pantry", pantry]
    haversack(*new, *RECIPE)
    haversack("prepare", "smoke", "--pantry", pantry)
    haversack("keys", "new", "smoke", "--passphrase-file", str(secret))
    shown = haversack("keys", "show", "smoke", "--output", str(publisher))
    sign = ["--key", "smoke", "--passphrase-file", str(secret), "--name", "smoke"]
    haversack("pack", str(bundle), *sign, "--recipe", "smoke", "--pantry", pantry)
    return Packed(bundle, publisher, str(shown["fingerprint"]))


def require_finished(pantry: Path) -> None:
    """Look at the log of the one run: finished is the worker's word, not only its exit status."""
    logs = list((pantry / "runs").glob("*/run.jsonl"))
    if len(logs) != 1:
        raise SmokeError(f"expected one run, found {len(logs)}")
    last = json.loads(logs[0].read_text("utf-8").splitlines()[-1])
    if last["type"] != "finished":
        raise SmokeError(f"the run ended with {last}")


def _run(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(  # noqa: S603 - the frozen program under test
        command, env=environment, capture_output=True, text=True, timeout=600
    )
    if done.returncode != 0:
        told = (done.stderr.strip() or done.stdout.strip())[-2000:]
        raise SmokeError(f"{' '.join(command)}\n  exit status {done.returncode}: {told}")
    return done.stdout


def _link_or_copy(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target


if __name__ == "__main__":
    sys.exit(main())
