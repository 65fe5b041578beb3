"""The keyring: one's own keys, the publishers one trusts, and what was opened so far."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from haversack.base.home import own_home
from haversack.trust.chain import RootChain, longer_chain
from haversack.trust.chain_files import read_any_chain, write_publisher_file
from haversack.trust.clock import BUILT
from haversack.trust.cosigners import public_half
from haversack.trust.drafts import Draft, read_draft, write_draft
from haversack.trust.errors import Untrusted
from haversack.trust.fingerprints import as_words, parse_fingerprint
from haversack.trust.key_backup import restore_backup, write_backup
from haversack.trust.key_info import KeyInfo
from haversack.trust.last_run import LastRun
from haversack.trust.names import check_name, check_publisher
from haversack.trust.own_keys import TUF_ROLE, KeyRole, OwnKeys
from haversack.trust.private_keys import DEFAULT_COST, Cost
from haversack.trust.publisher_signer import PublisherSigner
from haversack.trust.publishers import PublisherInfo, Publishers
from haversack.trust.ratchet import Ratchet
from haversack.trust.receipts import Receipts
from haversack.trust.token_keys import TokenPlace


class KeyRing:
    """Keys, pinned publishers, ratchet and receipts in one folder. It starts empty.

    Args:
        home: The folder; None for the person's own. It is made when something is written.
        cost: How dear one guess at a passphrase of a key made here is.

    Attributes:
        home: The folder.
        ratchet: The highest counters seen.
        last_run: When something was last packed or opened here.
        receipts: What was opened.
    """

    def __init__(self, home: Path | None = None, cost: Cost = DEFAULT_COST) -> None:
        """Keep everything below a folder; ``cost`` is what a passphrase costs to try."""
        self.home = Path(home) if home is not None else own_home()
        self.ratchet = Ratchet(self.home / "state" / "ratchet.json")
        self.last_run = LastRun(self.home / "state" / "last-run.json")
        self.receipts = Receipts(self.home / "receipts")
        self._own = OwnKeys(self.home / "keys", cost)
        self._publishers = Publishers(self.home / "publishers")

    def new(
        self,
        name: str,
        passphrase: str,
        publisher: str | None = None,
        *,
        with_keys: Sequence[Path] = (),
        threshold: int = 1,
        code: bool = False,
        token: TokenPlace | None = None,
    ) -> KeyInfo:
        """Make a key of one's own. It is not trusted by that, not even here.

        Args:
            name: Its name on this machine.
            passphrase: Encrypts the private halves; for a token, its PIN, here and wherever a
                passphrase is asked for later.
            publisher: The name that other machines show; the same as ``name`` if left out.
            with_keys: Files with the public halves of others who sign bundles too.
            threshold: How many of all these keys must sign a bundle.
            code: Whether it may sign code too, with a key of its own for that.
            token: A hardware token to make the keys on; None for files.

        Raises:
            TrustError: The name is in use, or the token says no.
            UsageError: A name or the passphrase will not do.
            StorageError: The disk says no.
        """
        keys = [public_half(file) for file in with_keys]
        shown = check_publisher(publisher or name)
        self._own.create(name, passphrase, shown, keys, threshold, code, token)
        return self.show(name)

    def list(self) -> tuple[KeyInfo, ...]:
        """Say what keys of one's own there are."""
        return tuple(self._own.info(name) for name in self._own.names())

    def show(self, name: str) -> KeyInfo:
        """Say what a key of one's own is.

        Raises:
            TrustError: There is none of that name, or it is damaged.
        """
        return self._own.info(name)

    def require(self, name: str, *, code: bool = False) -> None:
        """Check, before a passphrase is asked for, that a key will do.

        Raises:
            TrustError: There is none of that name, or code is to be signed and it may not.
        """
        chain = self._own.chain(name)
        if code:
            chain.require_code_key(name)

    def unlock(self, name: str, passphrase: str, *, code: bool = False) -> PublisherSigner:
        """Open a key for signing.

        Args:
            name: The key's name.
            passphrase: Opens it.
            code: Whether code is to be signed as well.

        Raises:
            WrongPassphrase: That is not its passphrase.
            TrustError: There is no such key, its private half is not here, or it may not sign code.
        """
        return self._own.unlock(name, passphrase, code)

    def rotate(
        self, name: str, passphrase: str, role: KeyRole = "data", *, draft: Path | None = None
    ) -> KeyInfo:
        """Replace a key by a new one; what the old one signed stays good.

        Args:
            name: The key's name.
            passphrase: Of the old keys; the new one gets the same.
            role: ``"data"`` for the key that signs bundles, ``"root"`` for the one above it,
                ``"code"`` for the one that signs code, which is made where there was none.
            draft: Where the new root goes if other root keys must sign it first.

        Raises:
            WrongPassphrase: That is not its passphrase.
            TrustError: There is no such key, or a private half is not here.
        """
        self._own.renew(name, passphrase, role, revoke=False, draft=draft)
        return self.show(name)

    def revoke(
        self, name: str, passphrase: str, role: KeyRole = "data", *, draft: Path | None = None
    ) -> KeyInfo:
        """Replace a key that others may have got; what it signed counts no longer.

        Other machines learn of it from the next bundle or publisher file that they see.
        Arguments and errors as ``rotate``.
        """
        self._own.renew(name, passphrase, role, revoke=True, draft=draft)
        return self.show(name)

    def change_signers(
        self,
        name: str,
        passphrase: str,
        *,
        add: Sequence[Path] = (),
        remove: Sequence[Path] = (),
        threshold: int | None = None,
        revoke: bool = False,
        role: KeyRole = "data",
        draft: Path | None = None,
    ) -> KeyInfo:
        """Say in a new root whose keys sign bundles, or roots, and how many of them must.

        Args:
            name: The publisher's key.
            passphrase: Of its root key.
            add: Files with the public halves of those who sign from now on.
            remove: The same of those who do so no longer; what they signed stays good.
            threshold: How many must sign; None for as many as before.
            revoke: Whether what those signed counts no longer.
            role: ``"data"`` for those who sign bundles, ``"root"`` for those who sign roots.
            draft: Where the new root goes if other root keys must sign it first.

        Raises:
            WrongPassphrase: That is not its passphrase.
            UsageError: A key or the threshold will not do, or a draft is needed.
            TrustError: There is no such key, or its private half is not here.
        """
        tuf_role = TUF_ROLE[role]
        added, removed = ([public_half(one, tuf_role) for one in files] for files in (add, remove))
        self._own.change_signers(name, passphrase, added, removed, threshold, revoke, role, draft)
        return self.show(name)

    def cosign_root(self, file: Path, name: str, passphrase: str) -> Draft:
        """Sign a publisher's next root with the root key of a key of one's own.

        Args:
            file: The draft; it is replaced by one with the signature.
            name: The key's name.
            passphrase: Opens it.

        Raises:
            WrongPassphrase: That is not its passphrase.
            TrustError: It is no draft, or the key has no say in it.
            Invalid: The draft is damaged, or parts from the roots of a publisher trusted here.
        """
        draft = read_draft(file)
        known = self.pinned(draft.chain.fingerprint)
        if known is not None:
            longer_chain(known, RootChain((*draft.chain.roots, draft.root)))
        signed = self._own.cosign_root(name, passphrase, draft)
        signed.check()
        write_draft(signed, file)
        return signed

    def finish_root(self, file: Path, name: str) -> KeyInfo:
        """Let a draft of one's own next root count that all who must have signed.

        Raises:
            TrustError: It is no draft, one of another publisher, or signatures lack.
            Invalid: It is damaged, or parts from the roots that count here.
        """
        self._own.finish_root(name, read_draft(file))
        return self.show(name)

    def backup(self, name: str, target: Path) -> Path:
        """Write a key to one file, private halves still encrypted; give the file."""
        write_backup(self._own, name, target)
        return target

    def restore(
        self, file: Path, name: str | None = None, *, module: Path | None = None
    ) -> KeyInfo:
        """Put a key from its backup into this keyring.

        Args:
            file: The backup.
            name: What to call the key here; None for its name in the backup.
            module: The PKCS#11 module for a key that is on a token.

        Raises:
            TrustError: It is no backup, or the name is in use.
        """
        return self.show(restore_backup(self._own, file, name, module))

    def raise_counter(self, name: str, bundle: str, last: int) -> None:
        """Take over the last counter of a bundle that another workstation gave out."""
        self._own.counters(name).raise_to(check_name(bundle, "bundle"), last)

    def export(self, name: str, target: Path) -> Path:
        """Write the file by which other machines can pin this key's publisher; give it."""
        write_publisher_file(self._own.chain(name), target)
        return target

    def trust(self, source: Path, fingerprint: str | None = None) -> PublisherInfo:
        """Pin a publisher, or learn newer roots of one that is pinned.

        Args:
            source: A publisher file, a first root, a folder of roots, or a bundle.
            fingerprint: What the publisher said its fingerprint is, in digits or words.

        Raises:
            Untrusted: The source has another fingerprint.
            UsageError: ``fingerprint`` is not a whole one.
            TrustError: The source names no publisher.
            Invalid: Its roots are no chain, or part from the ones known.
        """
        chain = read_any_chain(Path(source))
        if fingerprint is not None and parse_fingerprint(fingerprint) != chain.fingerprint:
            raise Untrusted(
                f"{source} is of a publisher with another fingerprint: {chain.fingerprint}",
                f"In words: {as_words(chain.fingerprint)}. Ask the publisher for the right file.",
            )
        self._publishers.pin(chain)
        return self._publishers.info(chain.fingerprint)

    def distrust(self, fingerprint: str) -> None:
        """Trust a publisher no longer."""
        self._publishers.forget(parse_fingerprint(fingerprint))

    def publishers(self) -> tuple[PublisherInfo, ...]:
        """Say which publishers are trusted here."""
        return tuple(self._publishers.info(one) for one in self._publishers.fingerprints())

    def pinned(self, fingerprint: str) -> RootChain | None:
        """Give the longest chain known of a trusted publisher; None where it is not trusted."""
        return self._publishers.get(fingerprint)

    def proved_times(self) -> dict[str, str]:
        """Give the stamps of what certainly happened, by what that was: no clock is before them.

        Raises:
            TrustError: What is kept of them is damaged.
        """
        return {
            "this program was made": BUILT,
            "a bundle that was opened here was signed": self.ratchet.newest_signing_time(),
            "a bundle was packed or opened here": self.last_run.read(),
        }

    def learn(self, chain: RootChain) -> None:
        """Keep newer roots of a trusted publisher, after every check of a bundle passed."""
        self._publishers.learn(chain)
