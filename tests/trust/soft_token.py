"""Hardware tokens made of software: SoftHSM, with two tokens that live as long as the tests."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

PIN = "1234"
LABELS = ("haversack one", "haversack two")
_MODULES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)


@dataclass(frozen=True)
class SoftTokens:
    """Where the tokens' module is; ``objects`` looks at what lies on one."""

    module: Path

    def objects(self, label: str = LABELS[0]) -> int:
        """Count the keys on a token, halves each for itself."""
        import pkcs11

        token = pkcs11.lib(str(self.module)).get_token(token_label=label)
        with token.open(user_pin=PIN) as session:
            return len(list(session.get_objects()))

    def wipe(self, label: str = LABELS[0]) -> None:
        """Remove every key from a token."""
        import pkcs11

        token = pkcs11.lib(str(self.module)).get_token(token_label=label)
        with token.open(user_pin=PIN, rw=True) as session:
            for found in list(session.get_objects()):
                found.destroy()


@cache
def soft_tokens() -> SoftTokens:
    """Give the tokens; skips, with the reason, where SoftHSM is not installed.

    A process loads the module once, and the module reads its settings once: so there is one place
    for all tests of a process.
    """
    module = next((Path(path) for path in _MODULES if Path(path).is_file()), None)
    if module is None or shutil.which("softhsm2-util") is None:
        pytest.skip("SoftHSM is not installed (Debian: softhsm2)")
    pytest.importorskip("pkcs11", reason="the extra `token` is not installed")
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "tokens").mkdir()
    settings = folder / "softhsm2.conf"
    settings.write_text(f"directories.tokendir = {folder / 'tokens'}\nlog.level = ERROR\n")
    os.environ["SOFTHSM2_CONF"] = str(settings)
    for label in LABELS:
        subprocess.run(
            ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN,
             "--so-pin", "12345678"],
            check=True,
            capture_output=True,
        )  # fmt: skip
    return SoftTokens(module)
