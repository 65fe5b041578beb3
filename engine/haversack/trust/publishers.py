"""Publishers that a person pinned on this machine, each with the longest chain seen so far."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from haversack.base.digests import is_sha256
from haversack.base.files import TEMP_MARK, fsync_folder, storage_error
from haversack.trust.chain import RootChain, longer_chain
from haversack.trust.chain_files import read_chain, write_chain
from haversack.trust.errors import Invalid, TrustError, WrongName
from haversack.trust.fingerprints import as_words


@dataclass(frozen=True)
class PublisherInfo:
    """A publisher that this machine trusts.

    Attributes:
        publisher: The name that the publisher gave itself.
        fingerprint: SHA-256 of its first root.
        words: The same as words.
        root_version: The newest of its roots known here.
        expires: When that one ends.
    """

    publisher: str
    fingerprint: str
    words: str
    root_version: int
    expires: datetime


class Publishers:
    """The folder of pinned publishers.

    Args:
        folder: Holds one folder of roots per fingerprint.
    """

    def __init__(self, folder: Path) -> None:
        """Keep publishers in a folder."""
        self._folder = folder

    def fingerprints(self) -> tuple[str, ...]:
        """Give the fingerprints of all pinned publishers."""
        if not self._folder.is_dir():
            return ()
        return tuple(sorted(path.name for path in self._folder.iterdir() if is_sha256(path.name)))

    def get(self, fingerprint: str) -> RootChain | None:
        """Give the chain known of a publisher; None where it is not pinned.

        Raises:
            TrustError: What was pinned is damaged; that is never taken for "not pinned".
        """
        folder = self._folder / fingerprint
        if not is_sha256(fingerprint) or not folder.is_dir():
            return None
        try:
            chain = read_chain(folder)
        except Invalid as error:
            raise TrustError(
                f"the roots kept of publisher {fingerprint[:12]}… are damaged: {error.message}",
                "Remove the publisher from the keyring and pin it again.",
            ) from error
        if chain.fingerprint != fingerprint:
            raise TrustError(
                f"the roots kept of publisher {fingerprint[:12]}… are another publisher's",
                "Remove the publisher from the keyring and pin it again.",
            )
        return chain

    def info(self, fingerprint: str) -> PublisherInfo:
        """Say who a pinned publisher is.

        Raises:
            TrustError: It is not pinned, or damaged.
        """
        chain = self.get(fingerprint)
        if chain is None:
            raise WrongName(
                f"publisher {fingerprint[:12]}… is not trusted here",
                "Pin it with `haversack keys trust FILE`.",
            )
        newest = chain.newest
        return PublisherInfo(
            newest.publisher,
            fingerprint,
            as_words(fingerprint),
            newest.version,
            newest.root.expires,
        )

    def pin(self, chain: RootChain) -> None:
        """Trust a publisher from now on, or learn its newer roots.

        Raises:
            Invalid: The chain parts from the one known here.
            StorageError: The disk says no.
        """
        known = self.get(chain.fingerprint)
        if known is not None:
            self.learn(longer_chain(known, chain))
            return
        target = self._folder / chain.fingerprint
        temp = self._folder / f"{TEMP_MARK}{secrets.token_hex(6)}"
        try:
            temp.mkdir(parents=True)
            write_chain(chain, temp)
            temp.rename(target)
            fsync_folder(self._folder)
        except OSError as error:
            raise storage_error(error, target, "writing") from error
        finally:
            shutil.rmtree(temp, ignore_errors=True)

    def learn(self, chain: RootChain) -> None:
        """Keep the newer roots of a pinned publisher; called after all checks passed."""
        known = self.get(chain.fingerprint)
        if known is not None and len(known.roots) < len(chain.roots):
            write_chain(longer_chain(known, chain), self._folder / chain.fingerprint)

    def forget(self, fingerprint: str) -> None:
        """Trust a publisher no longer.

        Raises:
            TrustError: It is not pinned.
        """
        folder = self._folder / fingerprint
        if not is_sha256(fingerprint) or not folder.is_dir():
            raise WrongName(
                f"publisher {fingerprint[:12]}… is not trusted here", "See `haversack keys list`."
            )
        try:
            shutil.rmtree(folder)
        except OSError as error:
            raise storage_error(error, folder, "removing") from error
