"""Any file that people have, as tables of text: workbooks (each sheet), CSV and other separated text, Parquet, JSON."""

import json
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from errno import ENOSPC
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import Any

from flows.gates.project import words as project_words
from flows.intake.headers import Spans, joined, lower_line, text_with_one_line
from flows.intake.lines import IN_MEMORY, Line, Lines
from flows.intake.names import knows, word
from flows.intake.outline import Levels, levels_of, nothing, unstored
from flows.intake.values import period_of
from raw_views.csv_files import HEAD_BYTES, Expected, Unreadable, composed, convert, head_of, looks_like, told_apart

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
TEXTS = (".csv", ".tsv", ".txt")
JSONS = (".json", ".jsonl", ".ndjson")
SUFFIXES = (*WORKBOOKS, *TEXTS, ".parquet", *JSONS)
FEWEST_PERIODS = 2  # so many columns that are named after periods make a table of them
HEADER_WITHIN = 60  # lines of a sheet
PAGE = (b"<table", b"<meta", b"<style", b"<head")  # how a page may begin, besides as it should
MOST_SPANNED = 1000  # rows or columns that one cell of a page reaches over
NAMED_ROWS = ("result", "data", "items", "rows", "records")  # under which JSON answers keep their rows


@dataclass
class Sheet:
    """A table of a file.

    Attributes:
        path: the file;  name: of the sheet, "" where a file has only one table.
        header: the names of its columns, no two the same.
        rows: (line as the user's program counts it, cells in the order of the header); None is an empty cell.
        title: what stands above the header.
        notes: what its owner should know;  rejects: (line, reason) of what could not be read;  troubles: why it can't be taken.
        letters: of its columns, as a workbook shows them.
        levels: tells how deep each line stands (see groups.py).
        wide, periods: where columns of periods were laid out, the sheet as it came and which columns they are (see periods.py).
        empty: there, a row for each empty cell of them;  title_times: by how much a unit in the title multiplies them.
    """

    path: Path
    name: str
    header: list[str]
    rows: list[Line] | Lines
    title: str = ""
    notes: list[str] = field(default_factory=list)
    rejects: list[tuple[int, str]] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    levels: Levels = nothing
    wide: "Sheet | None" = None
    periods: Any = None
    empty: list[tuple[int, list[str | None]]] = field(default_factory=list)
    title_times: int = 1

    def place(self, at: int) -> str:
        """A column as the user's program shows it: its letter and its name."""
        return f"{self.letters[at]} {self.header[at]}" if self.letters else self.header[at]

    @property
    def label(self) -> str:
        """The file and the sheet, for people."""
        return f"{self.path.name} [{self.name}]" if self.name else self.path.name

    def values(self, column: str, most: int | None = None) -> Iterator[str]:
        """The filled cells of a column, of the first `most` rows."""
        at = self.header.index(column)
        if most is None and isinstance(self.rows, Lines):
            return self.rows.column(at)
        return (cell for _, cells in islice(self.rows, most) if (cell := cells[at]) is not None)


def sheets(path: Path) -> list[Sheet]:
    """The tables of a file, those without a row left out.

    Raises:
        Unreadable: the file can't be read; the reason quotes none of its values.
    """
    suffix = path.suffix.lower()
    head = head_of(path)
    if suffix in TEXTS and (looks_like(head) or "").startswith(("an Excel", "an old Excel", "a ZIP")):
        suffix = ".xlsx"  # a workbook that was named like text
    if suffix in WORKBOOKS:
        is_page = (looks_like(head) or "").startswith("an HTML") or head.lstrip().lower().startswith(PAGE)
        return _html(path) if is_page else _workbook(path)
    if suffix in TEXTS:
        return [_text(path)]
    if suffix == ".parquet":
        return [_parquet(path)]
    if suffix in JSONS:
        return [_json(path)]
    raise Unreadable(f"{suffix or 'a file without an extension'} is none of {', '.join(SUFFIXES)}")


def _text(path: Path) -> Sheet:
    import pyarrow.parquet as pq

    folder = tempfile.TemporaryDirectory(prefix="kpi-lines-")
    target = Path(folder.name) / "text.parquet"
    expected = Header(totals=tuple(project_words("total_words")))
    source = text_with_one_line(path, expected, Path(folder.name))
    done = convert(source, path.name, target, expected, number_names=True)
    if source != path:
        source.unlink()
    rows: list[Line] | Lines = Lines.of_file(target, folder, done.columns, done.rows)
    first = done.columns[:1]
    with pq.ParquetFile(target) as file:
        blanks = (
            {
                line: text
                for batch in file.iter_batches(columns=[*first, "_raw_row"])
                for text, line in zip(*(column.to_pylist() for column in batch.columns))
            }
            if first and (len(rows) <= IN_MEMORY or _is_indented(file, first[0]))
            else {}
        )
    levels = levels_of(path, "", 1, blanks)
    if len(rows) <= IN_MEMORY:
        rows = list(rows)
        folder.cleanup()
    notes = [*done.notes, *_same_names(done.columns, [])]
    return Sheet(path, "", done.columns, rows, notes=notes, rejects=done.rejects, levels=levels)


def _is_indented(file: Any, column: str) -> bool:
    """Whether a cell of a column begins with a blank."""
    import pyarrow.compute as pc

    return any(pc.any(pc.starts_with(batch.column(0), " ")).as_py() for batch in file.iter_batches(columns=[column]))


def _clean(cell: str | None) -> str | None:
    text = cell.strip() if cell else ""
    return text or None


def _workbook(path: Path) -> list[Sheet]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        with CalamineWorkbook.from_path(path) as book:
            pages = [one for one in book.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
            named, hidden = (
                [one.name for one in pages],
                {one.name for one in pages if one.visible != SheetVisibleEnum.Visible},
            )
            found = _filled(path, [_grid(path, name, *_filled_down(book.get_sheet_by_name(name))) for name in named])
    except Exception as error:  # noqa: BLE001 - damage of a workbook shows as any error, whose text may quote a value
        if isinstance(error, MemoryError | Unreadable) or isinstance(error, OSError) and error.errno == ENOSPC:
            raise
        what = looks_like(head_of(path)) or "text"
        if _is_locked(path):
            raise Unreadable(
                "the workbook is protected by a password: open it, save it without one, and bring it again"
            ) from None
        if what == "a ZIP archive" and zipfile.is_zipfile(path):
            raise Unreadable("it is a ZIP archive and no workbook: unpack it, and bring what is inside") from None
        raise Unreadable(
            f"the workbook can't be opened ({type(error).__name__}); it looks like {what}."
            " It is damaged, or it was still being written: save or copy it again"
        ) from None
    for one, sheet in found:
        if sheet in hidden:
            one.notes.append("the sheet is hidden in the workbook, and is read like any other")
        if without := unstored(path, sheet):
            one.notes.append(
                f"{len(without)} cells are formulas whose result is not stored, the first is {without[0]}: they count as empty."
                " Open the workbook in Excel, save it, and bring it again"
            )
    return [one for one, _ in found]


def _is_locked(path: Path) -> bool:
    """Whether a workbook is encrypted: it is then a container of Microsoft's with a part that is called so."""
    with path.open("rb") as file:
        head = file.read(8)
        return head.startswith(b"\xd0\xcf\x11\xe0") and "EncryptedPackage".encode("utf-16-le") in head + file.read()


def _filled(path: Path, grids: list[Sheet | None]) -> list[tuple[Sheet, str]]:
    """The sheets of a workbook that have a filled cell, with their names; the name of a single one is left out."""
    found = [(one, one.name) for one in grids if one]
    if not found:
        raise Unreadable("no sheet of the workbook has a filled cell")
    if len(found) == 1:
        found[0][0].name = ""
    return found


def _html(path: Path) -> list[Sheet]:
    """The tables of an HTML page that is called a workbook, as Bitrix24 and other CRMs export their lists."""
    from lxml import etree, html

    try:
        content = path.read_bytes()
        told = {} if b"charset" in content[:HEAD_BYTES].lower() else {"encoding": _encoding(content)}
        page = html.document_fromstring(content, html.HTMLParser(huge_tree=True, no_network=True, **told))
    except (etree.LxmlError, OSError, ValueError) as error:
        raise Unreadable(f"the HTML can't be read ({type(error).__name__})") from None
    tables = [one for one in page.iter("table") if one.find(".//table") is None]
    if not tables:
        raise Unreadable("an HTML or XML document without a table is no workbook")
    grids = [_grid(path, f"table {number}", _table_of(one), {}) for number, one in enumerate(tables, 1)]
    return [one for one, _ in _filled(path, grids)]


def _encoding(content: bytes) -> str:
    """That of a page that does not say it: UTF-8 if it is such, else what Windows writes in Russian."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1251"
    return "utf-8"


def _table_of(table: Any) -> list[list[Any]]:
    """The cells of an HTML table, all rows of one width. A cell over several columns stands in the first, one over several rows in each."""
    rows: list[dict[int, str]] = [{} for _ in table.iter("tr")]
    taken: set[tuple[int, int]] = set()
    for at, row in enumerate(table.iter("tr")):
        place = 0
        for cell in row.iterchildren("td", "th"):
            while (at, place) in taken:
                place += 1
            for down in range(at, min(at + _span(cell, "rowspan"), len(rows))):
                rows[down][place] = cell.text_content()
                taken |= {(down, place + right) for right in range(_span(cell, "colspan"))}
    width = 1 + max((place for _, place in taken), default=-1)
    return [[row.get(place) for place in range(width)] for row in rows]


def _span(cell: Any, name: str) -> int:
    """Over how many rows or columns a cell reaches; 1 where the page says nothing that can be."""
    told = cell.get(name, "1").strip()
    return min(int(told), MOST_SPANNED) if told.isdecimal() and int(told) else 1


def _filled_down(sheet: Any) -> tuple[Iterator[list[Any]], Spans]:
    """The lines of a sheet, and its cells that are merged over columns. A word in a cell that is merged over several lines stands
    in each of them; a number only in the first."""
    spans: Spans = {}
    down: dict[int, list[tuple[int, int]]] = {}  # by the first line, the column and the last line
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if right > left and top == bottom:
            spans.setdefault(top, []).append((left, right))
        if bottom > top:
            down.setdefault(top, []).append((left, bottom))
    return _lines_down(sheet, down), spans


def _lines_down(sheet: Any, down: dict[int, list[tuple[int, int]]]) -> Iterator[list[Any]]:
    before = [""] * (sheet.start or (0, 0))[1]  # columns that are empty throughout
    above: dict[int, tuple[Any, int]] = {}  # by the column, the word and the last line that it stands in
    for at, cells in enumerate(before + cells for cells in sheet.iter_rows()):
        for left, (value, bottom) in above.items():
            if at <= bottom and left < len(cells):
                cells[left] = value
        for left, bottom in down.get(at, ()):
            if left < len(cells) and isinstance(cells[left], str):
                above[left] = cells[left], bottom
        yield cells


def _grid(path: Path, name: str, grid: Iterable[list[Any]], spans: Spans) -> Sheet | None:
    """A sheet out of its cells, one line after another; None if none is filled."""
    lines, above = enumerate(grid, 1), HEADER_WITHIN + 2
    head = list(islice(lines, above))
    while head and not any(_cell(cell) for _, row in head for cell in row):
        head = list(islice(lines, above))
    if not head:
        return None
    texts = [[_cell(cell) for cell in row] for _, row in head]
    at = header_line(texts)
    if (lower := lower_line(texts[: HEADER_WITHIN + 1], at, spans)) is not None:
        texts[lower] = joined(texts[lower - 1], texts[lower], spans.get(lower - 1, []))
        texts[lower - 1], at = [None] * len(texts[lower]), lower
    title = " ".join(cell for row in texts[:at] for cell in row if cell)
    kept = [place for place, cell in enumerate(texts[at]) if cell]
    header = told_apart([re.sub(r"\s+", " ", str(texts[at][place])) for place in kept])
    rows, firsts = Lines(len(kept)), {}
    strays: set[int] = set()
    for line, raw in chain(head[at + 1 :], lines):
        cells = [_cell(cell) for cell in raw]
        strays |= {place for place, cell in enumerate(cells) if cell}
        if any(one := [cells[place] for place in kept]):
            rows.append((line, one))
            firsts[line] = raw[kept[0]]
    notes = _same_names(header, [_letters(place) for place in kept])
    if strays := strays - set(kept):
        named = head[at][0]
        notes.append(f"{len(strays)} columns have values and no name in the header (line {named}), and are left out")
    levels = levels_of(path, name, kept[0] + 1, firsts)
    told = list(rows) if len(rows) <= IN_MEMORY else rows
    return Sheet(path, name, header, told, title, notes, letters=[_letters(place) for place in kept], levels=levels)


def _same_names(header: list[str], letters: list[str]) -> list[str]:
    """What to say of columns of one name, which `told_apart` has numbered, and of which the first is taken."""
    low, notes = [name.lower() for name in header], []
    for at, name in enumerate(header):
        first, _, count = name.rpartition(" ")
        if count.isdecimal() and first.lower() in low[:at]:
            place = f" (column {letters[at]})" if letters else ""
            notes.append(f"several columns are called {first}: the first is taken, this one is called {name}{place}")
    return notes


def _letters(place: int) -> str:
    """The letters of a workbook's column, counted from 0: A … Z, AA …"""
    return (_letters(place // 26 - 1) if place >= 26 else "") + chr(ord("A") + place % 26)


def header_line(rows: list[list[str | None]]) -> int:
    """Which line names the columns, counted from 0: that with most names of the dictionary; where none is known, the first
    line with as many texts as the widest."""
    best, found = 1, None
    for at, row in enumerate(rows[:HEADER_WITHIN]):
        known = _known(cell for cell in row if cell)
        filled = sum(1 for cell in row if cell)
        if known > best or known == filled == 1 and found is None and best == 1:
            best, found = max(known, best), at
    if found is not None:
        return found
    widths = [sum(1 for cell in row if cell) for row in rows[:HEADER_WITHIN]]
    return next(at for at, width in enumerate(widths) if width >= max(2, max(widths) * 0.7) or width == max(widths))


def is_total(cells: Iterable[str | None]) -> bool:
    """Whether a line begins like one of totals."""
    return bool(_totals().match(word(next((cell for cell in cells if cell), ""))))


@cache
def _totals() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(re.escape(word(one)) for one in project_words('total_words'))})\b")


def _known(cells: Iterable[str]) -> int:
    """How many names of the dictionary a line has; columns of periods count as one more, and make it two at least.

    Two dates may as well stand in a record; three that follow one another name columns.
    """
    cells = list(cells)
    known = sum(map(knows, cells))
    periods = [(cell, told) for cell in cells if (told := period_of(cell))]
    in_words = [cell for cell, _ in periods if re.search(r"[^\W\d_]", cell)]
    dates = [(year or 0, place) for cell, (_, year, place) in periods if cell not in in_words]
    follow = len(dates) > FEWEST_PERIODS and all(first < second for first, second in zip(dates, dates[1:]))
    return max(known + 1, 2) if len(in_words) >= FEWEST_PERIODS or follow else known


class Header(Expected):
    """Tells csv_files the line of the header by the dictionary."""

    def known(self, names) -> int:
        return _known(names)


def _cell(value: Any) -> str | None:
    """A cell as text: numbers with all their digits and no exponent, days and moments as ISO writes them."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else format(Decimal(repr(value)), "f")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="seconds")
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return _clean(composed(str(value)))


def _parquet(path: Path) -> Sheet:
    from raw_views.scan import Engine, prove_parquet
    from raw_views.views import select_columns, text_of

    engine = Engine()
    _, columns = prove_parquet(str(path), engine)
    texts = ", ".join(text_of(name, kind) for name, kind in columns)
    rows = engine.execute(f"select {texts} {select_columns([str(path)])}").fetchall()
    return Sheet(
        path,
        "",
        [name for name, _ in columns],
        [(line, [_clean(cell) for cell in row]) for line, row in enumerate(rows, 1)],
    )


def _json(path: Path) -> Sheet:
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("JSON that is not UTF-8") from None
    try:
        records = list(_records(text))
    except ValueError as error:
        line = getattr(error, "lineno", None)
        raise Unreadable("not JSON" + (f", see line {line}" if line else "")) from None
    header: dict[str, None] = {}
    for _, record in records:
        header |= dict.fromkeys(record)
    rows = [(line, [_cell(record.get(name)) for name in header]) for line, record in records]
    return Sheet(path, "", list(header), rows)


def _records(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each record with its number; nested ones are laid flat: contact.name."""
    try:
        whole = json.loads(text, parse_float=Decimal)
    except ValueError:
        lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
        if len(lines) < 2:
            raise
        yield from ((number, _flat(json.loads(line, parse_float=Decimal))) for number, line in lines)
        return
    if isinstance(whole, dict):
        named = next((whole[key] for key in NAMED_ROWS if isinstance(whole.get(key), list)), None)
        whole = (_inner(whole) or [whole]) if named is None else named
    yield from ((number, _flat(record)) for number, record in enumerate(whole, 1) if isinstance(record, dict))


def _inner(whole: dict[str, Any]) -> list[Any] | None:
    """The only list of records in an answer: {"_embedded": {"leads": [ … ]}}; None if there is none, or several."""
    found = [
        value
        for value in whole.values()
        if isinstance(value, list) and value and all(isinstance(one, dict) for one in value)
    ]
    inner = [_inner(value) for value in whole.values() if isinstance(value, dict)]
    found += [one for one in inner if one]
    return found[0] if len(found) == 1 else None


def _flat(record: dict[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in record.items():
        flat |= _flat(value, f"{before}{key}.") if isinstance(value, dict) else {f"{before}{key}": value}
    return {key: str(value) if isinstance(value, Decimal) else value for key, value in flat.items()}
