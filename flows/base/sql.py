"""Names and texts in SQL that is put together."""

from collections.abc import Iterable
from pathlib import Path


def quoted(name: str) -> str:
    """The name of a table or a column."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | Path) -> str:
    """A text."""
    return "'" + str(value).replace("'", "''") + "'"


def listed(values: Iterable[str]) -> str:
    """Texts with commas between them, for `in (…)`."""
    return ", ".join(map(literal, values))
