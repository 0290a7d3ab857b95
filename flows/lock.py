"""A lock that the operating system lets go of when its holder ends, however it ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Locked(Exception):
    """Somebody else holds the lock; the text is what they left in it."""


@contextmanager
def lock(path: Path, holder: str, seconds: float = 0) -> Iterator[None]:
    """Holds a lock.

    Args:
        path: its file; made, with its folder, if it is not there.
        holder: who takes it, for whoever is refused.
        seconds: how long to wait for it.

    Raises:
        Locked: it was not to be had in that time.
        OSError: the file can't be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        end = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= end:
                    raise Locked(os.pread(handle, 1000, 0).decode("utf-8", "replace")) from None
                time.sleep(0.05)
        os.ftruncate(handle, 0)
        os.pwrite(handle, holder.encode(), 0)
        yield
    finally:
        os.close(handle)
