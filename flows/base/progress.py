"""What a command is at, on the terminal of whoever waits for it; in a file or a pipe nothing of it stands."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

Thing = TypeVar("Thing")


def _is_watched() -> bool:
    return sys.stderr.isatty()


def each(things: Iterable[Thing], doing: str) -> Iterator[Thing]:
    """Yields things one by one, under a bar that says how many are done."""
    if not _is_watched():
        yield from things
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(list(things), doing, console=Console(stderr=True), transient=True)


@contextmanager
def during(doing: str) -> Iterator[None]:
    """Shows what is being done until it is done."""
    if not _is_watched():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(doing):
        yield
