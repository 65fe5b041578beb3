"""The keys that this machine signs with: one folder per publisher of one's own."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from securesystemslib.signer import Key, Signer
from tuf.api.metadata import Root

from haversack.base.errors import UsageError
from haversack.base.files import TEMP_MARK, fsync_folder, storage_error, write_bytes
from haversack.trust import roots
from haversack.trust.chain import RootChain, check_chain, longer_chain
from haversack.trust.chain_files import read_chain, write_chain
from haversack.trust.cosigners import next_signers, set_signers
from haversack.trust.counters import Counters
from haversack.trust.drafts import Draft, draft_next, write_draft
from haversack.trust.errors import TrustError, WrongName
from haversack.trust.fingerprints import as_words
from haversack.trust.key_files import (
    NewKey,
    OwnSigner,
    label_of,
    make_key,
    open_key,
    read_module,
    write_module,
)
from haversack.trust.key_info import KeyInfo
from haversack.trust.names import check_name
from haversack.trust.private_keys import Cost
from haversack.trust.publisher_signer import PublisherSigner
from haversack.trust.token_keys import TokenPlace, TokenSigner

KeyRole = Literal["data", "root", "code"]
TUF_ROLE: dict[KeyRole, str] = {"data": roots.DATA_ROLE, "root": Root.type}
_HOW_TO_SIGN = "Others sign it with `haversack keys cosign FILE --key NAME`."


class OwnKeys:
    """The folder of one's own keys.

    Args:
        folder: Holds one folder per name.
        cost: How dear a guess at a passphrase of a key made here is.
    """

    def __init__(self, folder: Path, cost: Cost) -> None:
        """Keep keys in a folder."""
        self._folder = folder
        self._cost = cost

    def names(self) -> tuple[str, ...]:
        """Give the names of all keys, in order."""
        if not self._folder.is_dir():
            return ()
        return tuple(
            sorted(
                p.name
                for p in self._folder.iterdir()
                if (p / "root").is_dir() and not p.name.startswith(TEMP_MARK)
            )
        )

    def path(self, name: str) -> Path:
        """Give the folder of a key.

        Raises:
            TrustError: There is none of that name.
        """
        folder = self._folder / check_name(name, "key")
        if not (folder / "root").is_dir():
            raise WrongName(
                f"there is no key named {name}", "See `haversack keys list`, or make one."
            )
        return folder

    def chain(self, name: str) -> RootChain:
        """Give the roots of a key."""
        return read_chain(self.path(name) / "root")

    def counters(self, name: str) -> Counters:
        """Give the counters kept beside a key."""
        return Counters(self.path(name) / "counters.json")

    def info(self, name: str) -> KeyInfo:
        """Say what a key is."""
        chain = self.chain(name)
        newest = chain.newest
        return KeyInfo(
            name,
            newest.publisher,
            chain.fingerprint,
            as_words(chain.fingerprint),
            newest.version,
            newest.root.expires,
            tuple(newest.root.roles[roots.DATA_ROLE].keyids),
            newest.root.roles[roots.DATA_ROLE].threshold,
            newest.code_keyids,
            tuple(sorted(chain.revoked)),
            self.counters(name).read(),
            self._token_of(name, chain),
            tuple(newest.root.roles[Root.type].keyids),
            newest.root.roles[Root.type].threshold,
        )

    def create(
        self,
        name: str,
        secret: str,
        publisher: str,
        with_keys: Sequence[Key],
        threshold: int,
        code: bool = False,
        token: TokenPlace | None = None,
    ) -> None:
        """Make a root key, a data key and, where wanted, a key for code, and the first root.

        Args:
            name: Its name on this machine.
            secret: The passphrase that encrypts the private halves, or the token's PIN.
            publisher: The name that other machines show.
            with_keys: Public keys of others who sign bundles too.
            threshold: How many of all of them must sign a bundle.
            code: Whether it gets a key that may sign code.
            token: Where all these keys are made; None for files.

        Raises:
            TrustError: The name is in use, or the token says no.
            UsageError: The name, the passphrase or the threshold will not do.
            StorageError: The disk says no.
        """
        with self.new_folder(name) as folder, contextlib.ExitStack() as undo:
            root_key = self._make(name, "root", secret, token, undo)
            data_key = self._make(name, "data", secret, token, undo)
            made: dict[KeyRole, NewKey] = {"root": root_key, "data": data_key}
            root = roots.new_root(
                publisher,
                [root_key.signer.public_key],
                [data_key.signer.public_key],
                datetime.now(UTC),
            )
            set_signers(root, with_keys, (), threshold)
            if code:
                made["code"] = self._make(name, "code", secret, token, undo)
                roots.give_code_key(root, made["code"].signer.public_key, (), revoke=False)
            content = roots.sign_root(root, [root_key.signer])
            check_chain([content])
            for role, key in made.items():
                _save(key, folder, role)
            write_bytes(folder / "root" / roots.file_name(1), content)
            if token is not None:
                write_module(folder, token.module)
            undo.pop_all()

    def unlock(self, name: str, secret: str, code: bool = False) -> PublisherSigner:
        """Open the key that signs bundles, and the one that signs code if that is wanted.

        Raises:
            WrongPassphrase: That is not its passphrase.
            TrustError: There is no such key, or its private half is not on this machine.
        """
        chain = self.chain(name)
        if code:
            chain.require_code_key(name)
        signer = self._open(name, chain, "data", secret)
        code_signer = self._open(name, chain, "code", secret) if code else None
        return PublisherSigner(name, chain, self.counters(name), signer, code_signer)

    def renew(
        self, name: str, secret: str, role: KeyRole, revoke: bool, draft: Path | None = None
    ) -> None:
        """Replace the key of a role; the new root is signed by the old and the new root keys.

        Where there was none that may sign code, there is one afterwards.

        Args:
            name: The key's name.
            secret: The passphrase or PIN of the old keys, and of the new one.
            role: The role.
            revoke: Whether what the old key signed counts no longer.
            draft: Where the new root goes if others must sign it first.

        Raises:
            WrongPassphrase: That is not the keys' passphrase.
            TrustError: There is no such key, or a private half is not on this machine.
        """
        chain, folder = self.chain(name), self.path(name)
        old_root = self._open(name, chain, "root", secret)
        old_ids = self._own_ids(name, chain, role)
        # a key for code that is the first of its kind is made where the root key is
        like = role if old_ids else "root"
        with contextlib.ExitStack() as undo:
            new_key = self._make(name, role, secret, self._place_of(name, chain, like), undo)
            public = new_key.signer.public_key
            swaps: dict[str, dict[str, Key]] = {}
            if role != "code":
                swaps[TUF_ROLE[role]] = dict.fromkeys(old_ids, public)
            root = roots.next_root(chain.newest, datetime.now(UTC), swaps, revoke)
            if role == "code":
                roots.give_code_key(root, public, old_ids, revoke)
            signers: list[Signer] = [old_root]
            signers += [new_key.signer] if role == "root" else []
            following = draft_next(chain, root, signers)
            _check_draft(following, draft)
            _save(new_key, folder, role)
            undo.pop_all()
        if not self._put(name, following, draft):
            return
        for keyid in old_ids:
            _forget(_key_path(folder, role, keyid), secret)

    def change_signers(
        self,
        name: str,
        secret: str,
        add: Sequence[Key],
        remove: Sequence[Key],
        threshold: int | None,
        revoke: bool = False,
        role: KeyRole = "data",
        draft: Path | None = None,
    ) -> None:
        """Say in a new root who signs; what was signed under the old roots stays good.

        Args:
            name: The publisher's key.
            secret: The passphrase or PIN of the root key.
            add: Public keys that sign from now on.
            remove: Public keys that do so no longer.
            threshold: How many must sign; None for as many as before.
            revoke: Whether what the removed keys signed counts no longer.
            role: ``"data"`` for the keys that sign bundles, ``"root"`` for those that sign roots.
            draft: Where the new root goes if others must sign it first.

        Raises:
            WrongPassphrase: That is not the key's passphrase.
            UsageError: A key is there already or is not there, or the threshold will not do.
            TrustError: There is no such key, or its private root key is not on this machine.
        """
        chain = self.chain(name)
        own = self._own_ids(name, chain, role)
        if any(key.keyid in own for key in remove):
            raise UsageError(
                f"the key of {name} itself cannot be left out",
                f"Replace it with `haversack keys rotate {name}`.",
            )
        root = next_signers(
            chain.newest, datetime.now(UTC), add, remove, threshold, revoke, TUF_ROLE[role]
        )
        following = draft_next(chain, root, [self._open(name, chain, "root", secret)])
        _check_draft(following, draft)
        self._put(name, following, draft)

    def cosign_root(self, name: str, secret: str, draft: Draft) -> Draft:
        """Give a draft of another publisher's root with the signature of this root key.

        Raises:
            WrongPassphrase: That is not the key's passphrase.
            TrustError: There is no such key here, or it has no say in that root.
        """
        return draft.signed_by(self._open(name, self.chain(name), "root", secret))

    def finish_root(self, name: str, draft: Draft) -> None:
        """Let a draft that all who must have signed count from now on.

        Raises:
            TrustError: It is a draft of another publisher, or signatures lack.
            Invalid: It parts from the roots that count here.
        """
        chain = self.chain(name)
        if draft.chain.fingerprint != chain.fingerprint:
            raise TrustError(f"the draft is not of {name}", "Give the draft of its own root.")
        if draft.lacking:
            raise TrustError(f"the draft needs {draft.wanted}", _HOW_TO_SIGN)
        write_chain(longer_chain(chain, draft.finished()), self.path(name) / "root")

    def _put(self, name: str, following: Draft, draft: Path | None) -> bool:
        """Let the next root count, or write it down for others to sign; say whether it counts."""
        if following.lacking and draft is not None:
            write_draft(following, draft)
            return False
        write_chain(following.finished(), self.path(name) / "root")
        return True

    @contextlib.contextmanager
    def new_folder(self, name: str) -> Iterator[Path]:
        """Fill a folder for a new key; it appears under its name when the block ends well.

        Raises:
            TrustError: The name is in use.
            StorageError: The disk says no.
        """
        target = self._folder / check_name(name, "key")
        if target.exists():
            raise WrongName(f"there is a key named {name} already", "Choose another name.")
        temp = self._folder / f"{TEMP_MARK}{secrets.token_hex(6)}"
        try:
            temp.mkdir(parents=True, mode=0o700)
            yield temp
            temp.rename(target)
            fsync_folder(self._folder)
        except OSError as error:
            raise storage_error(error, target, "writing") from error
        finally:
            shutil.rmtree(temp, ignore_errors=True)

    def _own_ids(self, name: str, chain: RootChain, role: KeyRole) -> tuple[str, ...]:
        """Give the ids of a role's keys that are this machine's own, not a co-signer's."""
        ids = _keyids(chain, role)
        own = tuple(one for one in ids if _key_path(self.path(name), role, one).is_file())
        if not own and len(ids) > 1:
            raise TrustError(
                f"the private {role} key of {name} is not on this machine",
                "Restore it from its backup: which of several keys it was cannot be told.",
            )
        return own or ids

    def _make(
        self,
        name: str,
        role: KeyRole,
        secret: str,
        token: TokenPlace | None,
        undo: contextlib.ExitStack,
    ) -> NewKey:
        """Make a key that is taken back unless all goes well."""
        made = make_key(secret, self._cost, token, f"haversack {name} {role}")
        undo.callback(made.discard)
        return made

    def _place_of(self, name: str, chain: RootChain, role: KeyRole) -> TokenPlace | None:
        """Give the token that a role's key is on, for its successor; None where it is in a file."""
        path = self._key_file(name, chain, role)
        label, module = label_of(path), read_module(path.parent)
        return TokenPlace(module, label) if label and module is not None else None

    def _token_of(self, name: str, chain: RootChain) -> str:
        try:
            return label_of(self._key_file(name, chain, "data"))
        except TrustError:  # it is kept elsewhere
            return ""

    def _open(self, name: str, chain: RootChain, role: KeyRole, secret: str) -> OwnSigner:
        return open_key(self._key_file(name, chain, role), secret)

    def _key_file(self, name: str, chain: RootChain, role: KeyRole) -> Path:
        for keyid in _keyids(chain, role):
            path = _key_path(self.path(name), role, keyid)
            if path.is_file():
                return path
        raise TrustError(
            f"the private {role} key of {name} is not on this machine",
            "Restore it from its backup, or work where it is kept.",
        )


def _keyids(chain: RootChain, role: KeyRole) -> tuple[str, ...]:
    if role == "code":
        return chain.newest.code_keyids
    return tuple(chain.newest.root.roles[TUF_ROLE[role]].keyids)


def _check_draft(following: Draft, draft: Path | None) -> None:
    if following.lacking and draft is None:
        raise UsageError(
            f"the next root needs {following.wanted}",
            f"Say with --draft FILE where it goes. {_HOW_TO_SIGN}",
        )
    following.check()


def _save(key: NewKey, folder: Path, role: KeyRole) -> None:
    key.save(_key_path(folder, role, key.signer.public_key.keyid))


def _forget(path: Path, secret: str) -> None:
    """Remove a key that was replaced; where that fails it does no harm."""
    with contextlib.suppress(TrustError, OSError):
        if label_of(path):
            key = open_key(path, secret)
            if isinstance(key, TokenSigner):
                key.destroy()
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def _key_path(folder: Path, role: KeyRole, keyid: str) -> Path:
    return folder / f"{role}-{keyid[:16]}.key.json"
