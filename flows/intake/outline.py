"""How deep the lines of a sheet stand: its outline, the indent of a column, or the blanks before a text."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

Levels = Callable[[bool], dict[int, int]]


def nothing(_: bool) -> dict[int, int]:
    """Of a file that has no levels."""
    return {}


def levels_of(path: Path, sheet: str, column: int, texts: dict[int, Any]) -> Levels:
    """What tells the levels of a sheet, read only when it is asked for.

    Args:
        path: the workbook.
        sheet: its name.
        column: the first one, counted from 1.
        texts: what it holds, by line, with the blanks before it.
    """
    blanks = {line: len(text) - len(text.lstrip()) for line, text in texts.items() if isinstance(text, str)}

    def read(is_grouped: bool) -> dict[int, int]:
        """The level of each line. Of a report that does not look grouped, only blanks and an outline are looked at."""
        if len(set(blanks.values())) > 1:
            return blanks
        if (
            path.suffix.lower() not in (".xlsx", ".xlsm")
            or not zipfile.is_zipfile(path)
            or not is_grouped
            and not _has_outline(path)
        ):
            return {}
        from openpyxl import load_workbook

        page = load_workbook(path)[sheet]
        outline = {line: int(page.row_dimensions[line].outlineLevel or 0) for line in texts}
        if len(set(outline.values())) > 1:
            return outline
        return {line: int(page.cell(line, column).alignment.indent or 0) for line in texts}

    return read


def _has_outline(path: Path) -> bool:
    with zipfile.ZipFile(path) as book:
        for name in book.namelist():
            if name.startswith("xl/worksheets/"):
                with book.open(name) as page:
                    before = b""
                    while part := page.read(1 << 20):
                        if b'outlineLevel="' in before + part:
                            return True
                        before = part[-16:]
    return False
