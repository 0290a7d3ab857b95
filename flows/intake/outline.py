"""How deep the lines of a sheet stand: its outline, the indent of a column, or the blanks before a text."""

import re
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


UNSTORED = re.compile(rb'<c\b[^>]*\br="([A-Z]+\d+)"[^>]*><f\b[^>]*?(?:/>|>[^<]*</f>)(?:<v\s*/>|<v>\s*</v>)?</c>')
PART = 1 << 20


def unstored(path: Path, sheet: str) -> list[str]:
    """The cells of a sheet that are formulas without a result: the program that wrote the workbook did not work them out."""
    if not zipfile.is_zipfile(path) or path.suffix.lower() not in (".xlsx", ".xlsm"):
        return []
    with zipfile.ZipFile(path) as book:
        if not (name := _part_of(book, sheet)):
            return []
        found, before = [], b""
        with book.open(name) as page:
            while part := page.read(PART):
                text = before + part
                cut = text.rfind(b"</row>") + len(b"</row>") if b"</row>" in text else 0
                found += [cell.decode() for cell in UNSTORED.findall(text[:cut])]
                before = text[cut:]
        return found


def _part_of(book: zipfile.ZipFile, sheet: str) -> str | None:
    """The part of a workbook that holds a sheet."""
    from lxml import etree

    try:
        pages = etree.fromstring(book.read("xl/workbook.xml"))
        links = etree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
    except (KeyError, etree.LxmlError):
        return None
    ids = {
        one.get("name"): value for one in pages.iter("{*}sheet") for key, value in one.items() if key.endswith("}id")
    }
    targets = {one.get("Id"): one.get("Target").lstrip("/") for one in links.iter("{*}Relationship")}
    target = targets.get(ids.get(sheet), "")
    name = target if target.startswith("xl/") else f"xl/{target}"
    return name if name in book.namelist() else None
