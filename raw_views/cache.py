"""What the raw views found out about a file, kept until the file changes.

An entry is a small JSON file plus the Parquet files that belong to it. Everything is written under a temporary name
and put in place by one rename, the JSON last, so that a killed process leaves nothing that looks finished; and every
part carries a checksum, so that a damaged entry is noticed and made again.
"""

import hashlib
import json
import os
import time
import uuid
import zlib
from contextlib import suppress
from pathlib import Path

KEEP_SECONDS = 86_400  # an entry that nothing asked for this long is removed; a build in progress is far younger


def checksum(path: str | os.PathLike) -> int:
    """CRC-32 of a file's bytes. Raises OSError if it can't be read."""
    value = 0
    with open(path, "rb") as stream:
        while block := stream.read(1 << 20):
            value = zlib.crc32(block, value)
    return value


class Cache:
    """The entries of one raw root, in a folder of their own below the cache folder.

    Args:
        folder: the cache folder; made if it is not there.
        root: absolute path of the raw root; two roots never share entries.

    Raises:
        OSError: the folder can't be made or written.
    """

    def __init__(self, folder: str | os.PathLike, root: str):
        self.folder = Path(folder).absolute() / hashlib.sha1(os.fsencode(root)).hexdigest()
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        self.folder.parent.chmod(0o700)  # converted files hold what the raw files hold, personal data too
        self.folder.mkdir(exist_ok=True)
        self.code = [checksum(path) for path in sorted(Path(__file__).parent.glob("*.py"))]

    def temporary(self) -> Path:
        """A path that no other process or thread uses."""
        return self.folder / f"{uuid.uuid4().hex}.tmp"

    def key(self, *parts: object) -> str:
        """The entry's name, from everything that its content depends on, the package's own code included."""
        return hashlib.sha1(json.dumps([str(part) for part in (self.code, *parts)]).encode()).hexdigest()

    def load(self, key: str) -> dict | None:
        """The entry, with `parts` as absolute paths; None if there is none or any byte of it is damaged."""
        path = self.folder / f"{key}.json"
        try:
            text = path.read_text("utf-8")
            crc, body = text.split("\n", 1)
            if int(crc) != zlib.crc32(body.encode()):
                return None
            entry = json.loads(body)
            parts = {}
            for part, (name, part_crc) in entry["parts"].items():
                parts[part] = str(self.folder / name)
                if checksum(parts[part]) != part_crc:
                    return None
            now = time.time()
            for used in (str(path), *parts.values()):
                os.utime(used, (now, now))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None
        return {**entry, "parts": parts}

    def store(self, key: str, entry: dict, parts: dict[str, Path]) -> dict:
        """Puts an entry in place and gives it back as `load` would.

        Args:
            key: its name.
            entry: what was found out; JSON values only.
            parts: files made under `temporary()` names; they are renamed, not copied.

        Raises:
            OSError: the disk is full, or the folder can't be written.
        """
        named = {}
        for part, temporary in parts.items():
            crc = checksum(temporary)
            named[part] = (f"{key}-{crc:08x}.parquet", crc)  # equal names have equal bytes
            os.replace(temporary, self.folder / named[part][0])
        body = json.dumps({**entry, "parts": named})
        temporary = self.temporary()
        temporary.write_text(f"{zlib.crc32(body.encode())}\n{body}", "utf-8")
        os.replace(temporary, self.folder / f"{key}.json")
        return {**entry, "parts": {part: str(self.folder / name) for part, (name, _) in named.items()}}

    def clean(self, keep_seconds: float = KEEP_SECONDS) -> None:
        """Removes what was neither written nor used for `keep_seconds`, whatever the root: old entries and files
        that a killed process left unfinished. Files that are not the cache's own stay."""
        oldest = time.time() - keep_seconds
        for folder in self.folder.parent.glob("[0-9a-f]" * 40):
            for path in (path for suffix in ("json", "parquet", "tmp") for path in folder.glob(f"*.{suffix}")):
                with suppress(OSError):  # another process was quicker
                    if path.stat().st_mtime < oldest:
                        path.unlink()
