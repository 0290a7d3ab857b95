"""Names and texts in SQL that is put together."""

from pathlib import Path


def quoted(name: str) -> str:
    """The name of a table or a column."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | Path) -> str:
    """A text."""
    return "'" + str(value).replace("'", "''") + "'"
