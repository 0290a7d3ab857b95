"""What is written stays, even if the power fails."""

import os
from pathlib import Path


def sync(path: str | Path) -> None:
    """Waits until a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
