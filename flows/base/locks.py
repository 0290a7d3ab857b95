"""A lock that the operating system lets go of when its holder ends, however it ends."""

import os
from pathlib import Path
from typing import Self

from filelock import FileLock, Timeout


class Locked(Exception):
    """Somebody else holds the lock; the text is what they left in it."""


class Lock:
    """A lock that is held from its making until it is closed, or its `with` statement ends.

    Args:
        path: its file; made, with its folder, if it is not there.
        holder: who takes it, for whoever is refused.
        seconds: how long to wait for it.

    Raises:
        Locked: it was not to be had in that time.
        OSError: the file can't be written.
    """

    def __init__(self, path: Path, holder: str = "", seconds: float = 0):
        def sign(handle: int) -> None:
            os.ftruncate(handle, 0)
            os.pwrite(handle, holder.encode(), 0)

        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(path, seconds, thread_local=False, fallback_to_soft=False, on_acquired=sign)
        try:
            self._lock.acquire()
        except Timeout:
            raise Locked(path.read_text("utf-8", "replace")[:1000]) from None

    def close(self) -> None:
        """Lets it go."""
        self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
