"""Files that may hold personal data are their owner's alone: 0600, in folders of 0700."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OTHERS = 0o077


@contextmanager
def private_files(*folders: Path) -> Iterator[None]:
    """Whatever this process and its children make meanwhile is readable by its owner alone.

    Args:
        folders: that hold such files; made if they are not there, and closed to others if an older release left them open.
            The folders above them stay as they are, or are made as the owner's umask says.
    """
    for folder in folders:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(exist_ok=True, mode=0o700)
        close(folder)
    before = os.umask(OTHERS)
    try:
        yield
    finally:
        os.umask(before)


def close(path: Path) -> None:
    """Takes the rights of everybody but the owner from a file or folder."""
    mode = path.stat().st_mode
    if mode & OTHERS:
        path.chmod(mode & 0o700)
