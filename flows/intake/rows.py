"""The rows of the contract that a sheet gives by its mapping, each with the line that it came from."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from flows.gates.project import words as project_words
from flows.intake.lines import IN_MEMORY, Line, Lines
from flows.intake.mapping import Column, Mapping, Table
from flows.intake.names import contract, required_of, word, words
from flows.intake.periods import COLUMN
from flows.intake.sheets import Sheet
from flows.intake.values import CLOCK, hashed, made, month, number, seconds, shown


@dataclass
class Rows:
    """What a sheet gives of one entity.

    Attributes:
        entity: its name;  columns: those that are filled in;  rows: (line of the user's file, cells in their order).
        unknown: by column, the values that no word is known for, with how often they stand there.
        unread: by column, the first line with a value that is no span of time, month or number, and how many there are.
        filled: by column, how many rows have a value.
        places: the column of the user's file that each row comes from, where a line gives several rows; else none.
        left_out: (line, reason) of the lines that the mapping says are no records.
    """

    entity: str
    columns: list[str]
    rows: list[Line] | Lines = field(default_factory=list)
    unknown: dict[str, Counter] = field(default_factory=dict)
    unread: dict[str, tuple[int, int]] = field(default_factory=dict)
    filled: Counter = field(default_factory=Counter)
    places: list[str] = field(default_factory=list)
    left_out: list[tuple[int, str]] = field(default_factory=list)

    def parts(self) -> list[tuple[str, Sequence[Line]]]:
        """The rows by the column of the user's file that they come from; one part, of no column, where a line is a row."""
        if not self.places:
            return [("", self.rows)] if self.rows else []
        found: dict[str, list[Line]] = {}
        for place, row in zip(self.places, self.rows, strict=True):
            found.setdefault(place, []).append(row)
        return list(found.items())


@dataclass
class Outcome:
    """What a sheet gives: its tables, and (line, reason) of the lines that are no record."""

    tables: list[Rows]
    left_out: list[tuple[int, str]]


def rows_of(sheet: Sheet, mapping: Mapping) -> Outcome:
    """Applies a mapping to a sheet.

    Args:
        sheet: the sheet.
        mapping: with the sheet's own spelling of its columns, see `Mapping.of`.
    """
    left_out: list[tuple[int, str]] = []
    makers = [_Maker(sheet, entity, table) for entity, table in mapping.tables.items()]
    for line, cells in _records(sheet, mapping, left_out):
        for maker in makers:
            maker.add(line, cells)
    tables = [maker.made() for maker in makers]
    left_out += [one for table in tables for one in table.left_out]
    return Outcome(tables, list(dict.fromkeys(left_out)))


def _records(sheet: Sheet, mapping: Mapping, left_out: list[tuple[int, str]]) -> Iterator[Line]:
    """The lines that are records; those that are none go to `left_out`: totals, the header again, lines without anything that is required."""
    entity, table = next(iter(mapping.tables.items()))
    needed = [
        [sheet.header.index(name) for name in column.source]
        for name, column in table.columns.items()
        if name in required_of(entity) and column.read != "made"
    ]
    days = {column.name for column in contract()[entity].columns if column.reader in ("date", "timestamp")}
    dated = {sheet.header.index(one) for name, column in table.columns.items() if name in days for one in column.source}
    starts = [re.escape(word(start)) for start in (*project_words("total_words"), *mapping.leave_out)]
    total = re.compile(rf"(?:{'|'.join(starts)})\b")
    for line, cells in sheet.rows:
        first = next((cell for cell in cells if cell), "")
        lacking = sum(1 for places in needed if not any(cells[place] for place in places))
        if first == sheet.header[0] and [cell or "" for cell in cells] == sheet.header:
            left_out.append((line, "the header again, no record"))
        elif total.match(word(first)) and (
            lacking or not needed or cells.index(first) in dated or _is_undated(cells, dated)
        ):
            left_out.append((line, "a total, no record"))
        elif needed and lacking == len(needed):
            left_out.append((line, "no required column is filled, no record"))
        else:
            yield line, cells


def _is_undated(cells: list[str | None], dated: set[int]) -> bool:
    """Whether numbers or words stand where a record has its days, and no day is among them."""
    told = [cell for at in dated if (cell := cells[at])]
    return bool(told) and not any(re.search(r"\d[./-]\d|\d{5}", cell) for cell in told)


class _Maker:
    """Makes the rows of one table."""

    def __init__(self, sheet: Sheet, entity: str, table: Table):
        self.entity, self.table = contract()[entity], table
        self.header = sheet.header
        self.places = {name: self._places(column.source) for name, column in table.columns.items()}
        self.lists = {column.name: column.values for column in self.entity.columns if column.values}
        self.booleans = {column.name for column in self.entity.columns if column.reader == "boolean"}
        self.words = {name: self._words(name, column) for name, column in table.columns.items()}
        columns = [*table.columns, *(name for name in table.constants if name not in table.columns)]
        self.out = Rows(entity, columns, Lines(len(columns)))
        self.column = sheet.header.index(COLUMN) if COLUMN in sheet.header else None
        self.made_before: Counter = Counter()
        self.numbers: Counter = Counter()
        self.names = [*table.columns, *([COLUMN] if self.column is not None else [])]
        self.sums = {name for name, column in table.columns.items() if column.read == "sum"}
        self.merged: dict[tuple[str | None, ...], list[Any]] = {}  # by the key, the line and the cells of its row

    def _places(self, headers: list[str]) -> list[int]:
        return [self.header.index(one) for one in headers]

    def _words(self, name: str, column: Column) -> dict[str, str]:
        own = {word(key): value for key, value in column.words.items()}
        known = {key: value for key, value in words(self.entity.name, name).items() if key != "*"}
        return {**known, **own}

    def add(self, line: int, cells: list[str | None]) -> None:
        """Takes a record."""
        row = self._plain(line, cells)
        if not self.table.one_row_a_key:
            self._count(line, row)
        elif any(key := tuple(row.get(name) for name in self.entity.key)):
            self._merge(key, line, row)

    def made(self) -> Rows:
        """All rows, counted into `out`."""
        for line, *cells in self.merged.values():
            self._count(line, dict(zip(self.names, cells)))
        self.merged.clear()
        if len(self.out.rows) <= IN_MEMORY:
            self.out.rows = list(self.out.rows)
        return self.out

    def _count(self, line: int, cells: dict[str, str | None]) -> None:
        for name, value in self.table.constants.items():
            cells[name] = cells.get(name) or value
        if self.table.only_if and not cells.get(self.table.only_if):
            return
        if no_record := [name for name, said in self.table.without.items() if cells.get(name) in said]:
            name = no_record[0]
            self.out.left_out.append((line, f"{name} is {cells[name]}, no record"))
            return
        self.out.filled.update(name for name, value in cells.items() if value is not None)
        self.out.rows.append((line, [cells.get(name) for name in self.out.columns]))
        if COLUMN in cells:
            self.out.places.append(cells[COLUMN])

    def _plain(self, line: int, cells: list[str | None]) -> dict[str, str | None]:
        row = {
            name: self._cell(name, column, line, cells, self.places[name])
            for name, column in self.table.columns.items()
        }
        for name, column in self.table.columns.items():
            for other, by_word in column.instead.items():
                if headers := by_word.get(row.get(other) or ""):
                    row[name] = self._cell(name, column, line, cells, self._places(headers))
        for name, column in self.table.columns.items():
            if column.read == "line_no":
                key = tuple(cells[place] for place in self.places[name])
                self.numbers[name, key] += 1
                row[name] = str(self.numbers[name, key])
        for name, column in self.table.columns.items():
            if any(row.get(other) not in allowed for other, allowed in column.when.items()):
                row[name] = None
        return row | ({COLUMN: cells[self.column]} if self.column is not None else {})

    def _merge(self, key: tuple[str | None, ...], line: int, row: dict[str, str | None]) -> None:
        first = self.merged.setdefault(key, [line, *(None for _ in self.names)])
        for at, name in enumerate(self.names, 1):
            value = row[name]
            if name in self.sums and value is not None:
                if _is_number(value):
                    first[at] = shown(Decimal(first[at] or 0) + Decimal(value))
            elif first[at] is None:
                first[at] = value

    def _cell(self, name: str, column: Column, line: int, cells: list[str | None], places: list[int]) -> str | None:
        texts = [cells[place] for place in places]
        if column.read == "made":
            return self._made(name, texts)
        filled = [text for text in texts if text]
        if not filled:
            return None
        if column.join is not None:
            text = column.join.join(filled)
        else:
            text = filled[0]
        if column.find:
            found = re.search(column.find, text)
            if not found:
                return self._unread(name, line, None)
            text = found[1]
        if column.read == "line_no":
            return None
        if column.by and (price := number(text)) is not None:
            count = number(cells[self.header.index(column.by)] or "")
            text = shown(price * (Decimal(1) if count is None else count))
        return self._read(name, column, line, text)

    def _read(self, name: str, column: Column, line: int, text: str) -> str | None:
        if column.read == "hashed":
            return hashed(text)
        if (known := self.words[name].get(word(text))) is not None:
            return known or None
        for pattern, meant in column.patterns.items():
            if re.fullmatch(pattern, text):
                return meant
        if name in self.lists or name in self.booleans:
            return self._of_list(name, column, text)
        if column.otherwise is not None:
            return column.otherwise or None
        value: str | None = text
        if column.read == "seconds":
            value = seconds(text)
        elif column.read == "month":
            value = month(text)
        if column.read == "sum" or column.times != 1 and not CLOCK.fullmatch(text):
            amount = number(value) if value else None
            value = None if amount is None else shown(amount * Decimal(str(column.times)))
        return text if value is None and self._unread(name, line, text) else value

    def _unread(self, name: str, line: int, text: str | None) -> str | None:
        """Counts a value that can't be read; it stays as it is, and the models tell of it."""
        first, count = self.out.unread.get(name, (line, 0))
        self.out.unread[name] = (first, count + 1)
        return text

    def _of_list(self, name: str, column: Column, text: str) -> str | None:
        low = word(text)
        if low in self.lists.get(name, ()):
            return low
        if name in self.booleans and low in (*project_words("true_words"), *project_words("false_words")):
            return low
        if column.otherwise is not None:
            return column.otherwise or None
        self.out.unknown.setdefault(name, Counter())[text] += 1
        return text

    def _made(self, name: str, texts: list[str | None]) -> str | None:
        told = [word(text) if text else "" for text in texts]
        if not any(told):
            return None
        self.made_before[name, tuple(told)] += 1
        times = self.made_before[name, tuple(told)]
        return made([*told, str(times)] if times > 1 and not self.table.one_row_a_key else told)


def _is_number(text: str) -> bool:
    return number(text) is not None
