"""What a load would take of some files: each sheet with its mapping, its rows, and what stands in its way."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flows.base.progress import each
from flows.intake.groups import ungrouped
from flows.intake.mapping import SHIPPED, Mapping, best, mappings
from flows.intake.names import instead_of, required_of
from flows.intake.periods import LAID, Periods, laid_out
from flows.intake.recognise import Recognised, recognise
from flows.intake.rows import Outcome, rows_of
from flows.intake.sheets import SUFFIXES, Sheet, sheets
from raw_views.csv_files import Unreadable
from raw_views.scan import printable

SHOWN = 5  # examples of anything
MOSTLY = 0.5  # of a column's values; if more of them are unknown, that is told as a trouble


@dataclass
class Planned:
    """One sheet, or a file that could not be read.

    Attributes:
        path: the file;  sheet: None where the file could not be read.
        mapping: with the sheet's own spelling of its columns;  origin: the mapping file that it comes from, None = the dictionary.
        outcome: its rows.
        problems: why it can't be taken;  notes: what its owner should know.
    """

    path: Path
    sheet: Sheet | None = None
    mapping: Mapping | None = None
    origin: Path | None = None
    recognised: Recognised | None = None
    outcome: Outcome | None = None
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The file and its sheet, for people."""
        return printable(self.sheet.label if self.sheet else self.path.name)

    @property
    def entity(self) -> str | None:
        """What it mainly holds."""
        return next(iter(self.mapping.tables)) if self.mapping else None

    @property
    def is_taken(self) -> bool:
        return not self.problems and self.outcome is not None

    def recognise(self, hint: str | None) -> None:
        """Takes the sheet for what the dictionary says. `hint` is the entity, where somebody has told it."""
        self.recognised = recognise(self.sheet, hint)
        self.sheet, self.mapping = self.recognised.sheet or self.sheet, self.recognised.mapping

    def ignored(self) -> list[str]:
        """The columns of the sheet that nothing is made of."""
        used = {
            one for table in self.mapping.tables.values() for column in table.columns.values() for one in column.headers
        }
        return [header for header in self.sheet.header if header not in used and header not in LAID]

    def work_out(self) -> None:
        """Makes the rows anew, and with them the problems and notes."""
        self.outcome, self.problems, self.notes = None, [], list(self.sheet.notes)
        self.notes += list(_by_reason(self.sheet.rejects))
        self.problems += self.sheet.troubles
        if self.mapping is None:
            near = f"; the nearest is {self.recognised.rival}" if self.recognised and self.recognised.rival else ""
            shown = ", ".join(self.sheet.header[:8])
            instead = instead_of(self.sheet.header)
            self.problems.append(instead or f"no entity has such columns{near}. Its columns: {shown}")
            if laid_out(self.sheet, Periods()):
                self.problems.append(
                    "its columns are periods: give --entity targets if it is a plan, --entity expenses if it is a budget"
                )
            return
        self.outcome = rows_of(self.sheet, self.mapping)
        self.problems += self._lacking()
        self.notes += list(_told(self.outcome))

    def _lacking(self) -> Iterator[str]:
        """The required columns that no row has, with the headers that may be them."""
        main = self.outcome.tables[0]
        if not main.rows:
            yield f"no row of {main.entity} in it"
            return
        for name in required_of(main.entity):
            if name not in main.columns:
                may = self.recognised.missing.get(name, []) if self.recognised else []
                hint = (
                    f"; it may be {' or '.join(map(repr, may))}"
                    if may
                    else f"; its columns are {', '.join(self.sheet.header[:10])}"
                )
                yield f"no column for {name}, which every row of {main.entity} must have{hint}"
            elif not main.filled[name]:
                source = self.mapping.tables[main.entity].columns.get(name)
                yield f"{name} is empty in every row" + (f" (column {', '.join(source.source)})" if source else "")


def _lines(count: int) -> str:
    return "1 line" if count == 1 else f"{count} lines"


def _by_reason(left_out: list[tuple[int, str]]) -> Iterator[str]:
    reasons: dict[str, list[int]] = {}
    for line, reason in left_out:
        reasons.setdefault(reason, []).append(line)
    for reason, lines in reasons.items():
        shown = ", ".join(map(str, lines[:SHOWN])) + (", …" if len(lines) > SHOWN else "")
        yield f"{_lines(len(lines))} left out, {reason}: {shown}"


def _told(outcome: Outcome) -> Iterator[str]:
    yield from _by_reason(outcome.left_out)
    for rows in outcome.tables:
        for name, unknown in rows.unknown.items():
            many, total = sum(unknown.values()), rows.filled[name]
            shown = ", ".join(f"{value} ({count})" for value, count in unknown.most_common(SHOWN))
            words = "MOST VALUES are unknown words" if many > MOSTLY * total else "unknown words"
            yield f"{rows.entity}.{name}: {words}, {many} of {total}: {shown}"
        for name, (line, count) in rows.unread.items():
            yield f"{rows.entity}.{name}: {count} values can't be read, the first in line {line}"


def files_of(paths: Iterable[Path]) -> Iterator[Path]:
    """The files that are meant: files as they are, and those below folders that may hold tables."""
    for path in paths:
        if path.is_dir():
            for inner in sorted(path.rglob("*")):
                hidden = any(part.startswith((".", "~", "_")) for part in inner.relative_to(path).parts)
                if inner.is_file() and not hidden and inner.suffix.lower() in SUFFIXES:
                    yield inner
        else:
            yield path


def passed_over(paths: Iterable[Path]) -> Iterator[Path]:
    """The files below folders that are no kind of table, or hidden as those are that a program is writing."""
    for path in paths:
        if path.is_dir():
            taken = set(files_of([path]))
            yield from (inner for inner in sorted(path.rglob("*")) if inner.is_file() and inner not in taken)


def plan(paths: Iterable[Path], hint: str | None = None) -> list[Planned]:
    """Looks at files, and says what would be loaded of them; nothing is written.

    Args:
        paths: files and folders.
        hint: the entity that all of them hold, where that is known.

    Raises:
        ConfigError: a mapping file is wrong.
    """
    known = mappings()
    planned = [one for path in each(files_of(paths), "reading files") for one in _of_file(path, known, hint)]
    for one in planned:
        if one.sheet:
            one.work_out()
    name_employees(planned)
    return planned


def _of_file(path: Path, known: list[tuple[Path, Mapping]], hint: str | None) -> Iterator[Planned]:
    try:
        found = [ungrouped(sheet) for sheet in sheets(path)]
    except Exception as error:  # noqa: BLE001 - one file's damage, of whatever kind, stops no other file; its text may quote a value
        if isinstance(error, MemoryError):
            raise
        kind = error.strerror if isinstance(error, OSError) else type(error).__name__
        yield Planned(path, problems=[str(error) if isinstance(error, Unreadable) else f"it can't be read ({kind})"])
        return
    for sheet in found:
        planned = Planned(path, sheet)
        told = best(sheet, known)
        if told and (hint is None or hint in told[1].tables):
            planned.sheet = told[1].laid(sheet)
            planned.origin, planned.mapping = told[0], told[1].of(planned.sheet)
        else:
            planned.recognise(hint)
        yield planned


def name_employees(planned: list[Planned]) -> None:
    """Where one file lists employees with their ids, their names in the other files are read as these ids."""
    ids: dict[str, set[str]] = {}
    for one in planned:
        for rows in one.outcome.tables if one.is_taken else ():
            if rows.entity == "employees" and {"employee_id", "name"} <= set(rows.columns):
                at, name = rows.columns.index("employee_id"), rows.columns.index("name")
                for _, cells in rows.rows:
                    if cells[at] and cells[name]:
                        ids.setdefault(cells[name], set()).add(cells[at])
    sure = {name: next(iter(found)) for name, found in ids.items() if len(found) == 1 and {name} != found}
    for one in planned:
        changed = False
        for entity, table in one.mapping.tables.items() if one.mapping else ():
            column = table.columns.get("employee_id")
            if column and entity != "employees" and column.read == "text":
                seen = {value for header in column.headers for value in one.sheet.values(header)}
                if words := {name: sure[name] for name in sorted(seen) if name in sure}:
                    column.words = {**words, **column.words}
                    changed = True
        if changed:
            one.work_out()


def slug(label: str) -> str:
    """The name of the mapping file of a sheet: that of the file, without the digits of a day or a number."""
    stem = re.sub(r"\.(xlsx?|xlsm|xlsb|ods|csv|tsv|txt|parquet|jsonl?|ndjson)\b", "", label, flags=re.IGNORECASE)
    words = [word for word in re.split(r"[\W_]+", stem.lower()) if word and not word.isdigit()]
    return "_".join(words)[:80] or "mapping"


def is_own(planned: Planned) -> bool:
    """Whether the mapping is one of the user's own files."""
    return planned.origin is not None and planned.origin.parent != SHIPPED
