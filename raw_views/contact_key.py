"""The secret of the installation, and the identifiers that it makes of phone numbers, e-mail addresses and record names.

Without the secret nobody can tell from an identifier whose it is, not even by trying all phone numbers there are. It is
KPI_CONTACT_KEY or, where that is not set, a file beside the warehouse that is made once and readable by its owner alone.
"""

import hashlib
import hmac
import os
import re
import secrets
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

NAME = "contact.key"
ERASED = re.compile(
    r"erased:([a-p]{32})"
)  # stands in a raw cell where an erased contact stood, and keeps its identifier
_LETTERS = str.maketrans(
    "0123456789abcdef", "abcdefghijklmnop"
)  # no digits: an identifier never looks like a phone number


class KeyTrouble(Exception):
    """There is no key, or it can't be used; the text says why."""


def contact_key(folder: Path) -> bytes:
    """The secret.

    Args:
        folder: of the warehouse; the key's file is made there if there is no key yet. KPI_CONTACT_KEY_FILE names another file.

    Raises:
        KeyTrouble: the file can't be read or made, or holds no key.
    """
    if text := os.environ.get("KPI_CONTACT_KEY", "").strip():
        return text.encode()
    path = Path(os.environ.get("KPI_CONTACT_KEY_FILE", "").strip() or folder / NAME)
    try:
        if not path.exists():
            _make(path)
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
        key = path.read_bytes().strip()
    except OSError as error:
        raise KeyTrouble(f"The key of contact data {path} can't be read or made ({error.strerror})") from None
    if len(key) < 16:
        raise KeyTrouble(f"The key of contact data {path} holds no key: put it back from the backup")
    return key


def _make(path: Path) -> None:
    """Makes the file under another name and gives it its own in one step; of two who make it, the first wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, secrets.token_hex(32).encode() + b"\n")
        os.fsync(handle)
        with suppress(FileExistsError):
            os.link(new, path)
    finally:
        os.close(handle)
        new.unlink()


class Identifiers:
    """Makes identifiers with one key."""

    def __init__(self, key: bytes):
        self._key = key
        self.of = lru_cache(maxsize=200_000)(self._of)

    def _of(self, contact: str) -> str:
        """The identifier of a phone number or address as `contacts` spans it; of an erased one, the identifier that it had."""
        if erased := ERASED.fullmatch(contact):
            return erased[1]
        return hmac.new(self._key, contact.encode(), hashlib.sha256).hexdigest()[:32].translate(_LETTERS)

    def column(self, contacts):
        """The SQL function `contact_identifier`, over an Arrow column."""
        import pyarrow as pa

        return pa.array([contact and self.of(contact) for contact in contacts.to_pylist()], pa.string())
