"""Mapping files: which columns of a file become which columns of the contract, and what their values mean.

A mapping is written by `kpi import`, edited by people, and read again by every load. The folder is KPI_MAPPINGS; mappings
of well-known exports are shipped with the package.
"""

import fnmatch
import re
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from flows.base.errors import ConfigError
from flows.base.settings import Settings
from flows.intake.names import columns_of, contract, found_in, plain, required_of, spellings
from flows.intake.periods import GRAIN, LAID, Periods, is_known_label, laid_out
from flows.intake.sheets import Sheet

SHIPPED = Path(__file__).parent / "mappings"
FITS = 0.6  # of the columns that a mapping names, so many must be in a file, and all that are required

Reader = Literal["text", "seconds", "month", "hashed", "made", "sum", "line_no"]


class _OneLine(dict):
    """A mapping that is written within brackets."""


class _Dumper(yaml.SafeDumper):
    """Writes lists, and how one column is made, each in a line of its own; what stands in two columns is written twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


_Dumper.add_representer(
    _OneLine, lambda dumper, told: dumper.represent_mapping("tag:yaml.org,2002:map", told, flow_style=True)
)
_Dumper.add_representer(
    list, lambda dumper, told: dumper.represent_sequence("tag:yaml.org,2002:seq", told, flow_style=True)
)


class Column(BaseModel):
    """How a column of the contract is made.

    Attributes:
        source: columns of the file (`from`); of several the first filled one counts, with `join` all of them.
        join: what stands between the joined ones.
        find: a regular expression; its first group is the value.
        read: text as it stands · seconds (00:01:34, 1 мин 34 сек, 94) · month (сентябрь 2025) · hashed (a name that becomes a
            keyed hash) · made (an id out of the columns, where the file has none) · sum (of the rows of one key) · line_no (the
            number of a row among those of one key).
        times: numbers are multiplied by it, where a file counts in minutes or thousands.
        by: a column of the file by whose number it is multiplied too: a price by a quantity.
        words: what a value means; an empty word is no value.
        patterns: what a value means that fits a regular expression as a whole, where no word is known for it.
        otherwise: what any other value means; without it, other values stay as they are.
        when: the value counts only in rows whose other columns have one of these words: {status: [won, lost]}.
        instead: columns of the file that count in place of `from` in rows whose other column has a word: {direction: {out: [Кто звонил]}}.
    """

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    source: list[str] = Field(alias="from", min_length=1)
    join: str | None = None
    find: str | None = None
    read: Reader = "text"
    times: float = 1
    by: str | None = None
    words: dict[str, str] = {}
    patterns: dict[str, str] = {}
    otherwise: str | None = None
    when: dict[str, list[str]] = {}
    instead: dict[str, dict[str, list[str]]] = {}

    @property
    def headers(self) -> list[str]:
        """All columns of the file that it may be made of."""
        others = (name for by_word in self.instead.values() for some in by_word.values() for name in some)
        return list(dict.fromkeys([*self.source, *([self.by] if self.by else []), *others]))

    @field_validator("source", mode="before")
    @classmethod
    def _one_or_more(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("words", mode="before")
    @classmethod
    def _texts(cls, value: Any) -> Any:
        return {str(key): "" if word is None else _yes_no(word) for key, word in (value or {}).items()}

    def short(self) -> Any:
        """As it is written: a name alone where that tells all."""
        told = self.model_dump(by_alias=True, exclude_defaults=True)
        names = told["from"] = self.source[0] if len(self.source) == 1 else self.source
        return names if list(told) == ["from"] else _OneLine(told)


def _is_amount(entity: str, name: str) -> bool:
    return any(
        column.name == name and column.reader in ("money", "number", "integer") for column in contract()[entity].columns
    )


def _yes_no(value: Any) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


class Table(BaseModel):
    """The rows of one entity that a file gives.

    Attributes:
        columns: by the contract's names.
        constants: columns that are the same in every row.
        one_row_a_key: whether rows of one key become one, of which the first filled cell of each column counts.
        only_if: a column of the contract that must be filled, or the row is left out of this table.
        without: rows in which a column of the contract has one of these words are no records: {direction: [internal]}.
    """

    model_config = ConfigDict(extra="forbid")

    columns: dict[str, Column]
    constants: dict[str, str] = {}
    one_row_a_key: bool = False
    only_if: str | None = None
    without: dict[str, list[str]] = {}

    @field_validator("columns", mode="before")
    @classmethod
    def _full(cls, value: Any) -> Any:
        return {
            name: told if isinstance(told, dict | Column) else {"from": told} for name, told in (value or {}).items()
        }

    @field_validator("constants", mode="before")
    @classmethod
    def _texts(cls, value: Any) -> Any:
        return {name: _yes_no(word) for name, word in (value or {}).items()}


class Mapping(BaseModel):
    """A mapping file.

    Attributes:
        name: what the export is called.
        columns: what a file's header must have, that the mapping is for it, of a list one; without it, what the required columns are made of.
        files: patterns that a file's name must fit, small letters; none = any name.
        tables: by the names of the entities.
        leave_out: words that a line of totals begins with, besides those of the project.
        periods: where a file has a column a period, which columns these are; `from` then names <period>, <grain> and <value>.
    """

    model_config = ConfigDict(extra="forbid")

    name: str
    columns: list[str | list[str]] = []
    files: list[str] = []
    tables: dict[str, Table] = Field(min_length=1)
    leave_out: list[str] = []
    periods: Periods | None = None

    @model_validator(mode="after")
    def _of_the_contract(self) -> "Mapping":
        for entity, table in self.tables.items():
            if entity not in contract():
                raise ValueError(f"there is no entity {entity}; there are {', '.join(contract())}")
            if strange := [
                name for name in (*table.columns, *table.constants, *table.without) if name not in columns_of(entity)
            ]:
                raise ValueError(f"{entity} has no column {', '.join(strange)}; it has {', '.join(columns_of(entity))}")
        return self

    def fit(self, sheet: Sheet) -> float:
        """How well it fits a sheet: the share of its columns that the sheet has, 0 if one is lacking that must be there.

        Args:
            sheet: its header and the name of its file are looked at.
        """
        if self.files and not any(fnmatch.fnmatch(sheet.label.lower(), pattern.lower()) for pattern in self.files):
            return 0.0
        if self.periods and not self._is_laid(sheet):
            return 0.0
        header = set(_spelt(sheet))
        one_of = [[name] if isinstance(name, str) else name for name in self.columns]
        if any(not {plain(one) for one in some} & header for some in one_of) or not self._finds(sheet):
            return 0.0
        wanted = [column for table in self.tables.values() for column in table.columns.values()]
        found = [any(plain(name) in header for name in column.source) for column in wanted]
        needed = [self._needs(entity, table, header) for entity, table in self.tables.items()]
        share = sum(found) / len(found)
        return share if needed[0] and (self.columns or share >= FITS) else 0.0

    def _finds(self, sheet: Sheet) -> bool:
        """Whether what is to be found inside of values, of columns that each row must have, is in the sheet's."""
        names = _spelt(sheet)
        entity, table = next(iter(self.tables.items()))
        for name in required_of(entity):
            column = table.columns.get(name)
            headers = [names[plain(one)][0] for one in column.source if plain(one) in names] if column else []
            if (
                headers
                and column.find
                and not any(re.search(column.find, value) for one in headers for value in sheet.values(one))
            ):
                return False
        return True

    def laid(self, sheet: Sheet) -> Sheet:
        """The sheet as the mapping reads it: with its columns of periods laid out, where the mapping has such."""
        if not self.periods or sheet.wide:
            return sheet
        columns = [column for table in self.tables.values() for column in table.columns.values()]
        return laid_out(sheet, self.periods, not any(GRAIN in column.source for column in columns)) or sheet

    def _is_laid(self, sheet: Sheet) -> bool:
        """Whether a laid out sheet has no column that tells plans from expenses and that the mapping does not know."""
        columns = [column for table in self.tables.values() for column in table.columns.values()]
        told = {plain(name) for column in columns for name in column.source}
        told |= {plain(name) for some in self.columns for name in ([some] if isinstance(some, str) else some)}
        labels = [one for one in sheet.header if one not in LAID and is_known_label(one)]
        return sheet.wide is not None and all(told & {one for one, _ in spellings(label)} for label in labels)

    @staticmethod
    def _needs(entity: str, table: Table, header: set[str]) -> bool:
        return all(
            name in table.constants
            or name in table.columns
            and (any if table.columns[name].join is None else all)(
                plain(one) in header for one in table.columns[name].source
            )
            for name in required_of(entity)
        )

    def of(self, sheet: Sheet) -> "Mapping":
        """The mapping with the sheet's own spelling of its columns, without those that it lacks."""
        names = _spelt(sheet)
        tables = {}
        for entity, table in self.tables.items():
            columns = {}
            for name, column in table.columns.items():
                matched = [names[plain(one)] for one in column.source if plain(one) in names]
                if matched:
                    times = column.times if column.times != 1 or not _is_amount(entity, name) else matched[0][1]
                    source = list(dict.fromkeys(found for found, _ in matched))
                    by = names.get(plain(column.by), (None,))[0] if column.by else None
                    told = {"source": source, "times": times, "by": by, "instead": _instead(column, names)}
                    columns[name] = column.model_copy(update=told)
            tables[entity] = table.model_copy(update={"columns": columns})
        return self.model_copy(update={"tables": tables})

    def text(self, *comments: str) -> str:
        """As it is written to a file."""
        told: dict[str, Any] = {"name": self.name}
        told |= {part: getattr(self, part) for part in ("columns", "files", "leave_out") if getattr(self, part)}
        if self.periods:
            told["periods"] = self.periods.model_dump(exclude_unset=True) or {"by_name": True}
        told["tables"] = {}
        for entity, table in self.tables.items():
            one = told["tables"][entity] = {"columns": {name: column.short() for name, column in table.columns.items()}}
            one |= table.model_dump(exclude={"columns"}, exclude_defaults=True)
        body = yaml.dump(told, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=140)
        return "".join(f"# {line}\n" for line in comments) + body


def _instead(column: Column, names: dict[str, tuple[str, int]]) -> dict[str, dict[str, list[str]]]:
    """A column's `instead` in the sheet's own spelling, without what the sheet lacks."""
    told: dict[str, dict[str, list[str]]] = {}
    for other, by_word in column.instead.items():
        for said, some in by_word.items():
            if found := list(dict.fromkeys(names[plain(one)][0] for one in some if plain(one) in names)):
                told.setdefault(other, {})[said] = found
    return told


def _spelt(sheet: Sheet) -> dict[str, tuple[str, int]]:
    """Every spelling of the names of a sheet's columns; those that were laid out have one only."""
    return found_in([name for name in sheet.header if name not in LAID]) | {
        plain(name): (name, 1) for name in sheet.header if name in LAID
    }


def read_mapping(path: Path) -> Mapping:
    """Reads a mapping file. Raises ConfigError, which tells what is wrong in it."""
    try:
        return Mapping.model_validate(yaml.safe_load(path.read_text("utf-8")))
    except ValidationError as errors:
        wrong = errors.errors(include_url=False)[0]
        where = ".".join(map(str, wrong["loc"]))
        trouble = f"{path}: {where + ': ' if where else ''}{wrong['msg'].removeprefix('Value error, ')}"
    except (OSError, UnicodeDecodeError) as error:
        trouble = f"{path} can't be read ({type(error).__name__})"
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        trouble = f"{path} is not YAML" + (f", see line {mark.line + 1}" if mark else "")
    raise ConfigError(trouble, "Put it right, or remove it to have it made anew")


def folder() -> Path:
    """Where a user's mappings are kept (KPI_MAPPINGS)."""
    return Settings.read().mappings


def mappings() -> list[tuple[Path, Mapping]]:
    """The user's own mappings, then the shipped ones. Raises ConfigError if one is wrong."""
    own = [(path, read_mapping(path)) for path in sorted(folder().glob("*.yml"))]
    return own + list(shipped())


@cache
def shipped() -> tuple[tuple[Path, Mapping], ...]:
    """The mappings of well-known exports."""
    return tuple((path, read_mapping(path)) for path in sorted(SHIPPED.glob("*.yml")))


def best(sheet: Sheet, known: list[tuple[Path, Mapping]]) -> tuple[Path, Mapping] | None:
    """The mapping that fits a sheet best, a user's own before a shipped one; None if none fits."""
    for own in (True, False):
        fits = [
            (mapping.fit(mapping.laid(sheet)), len(mapping.columns), path, mapping)
            for path, mapping in known
            if (path.parent != SHIPPED) == own
        ]
        fits = [one for one in fits if one[0] > 0]
        if fits:
            _, _, path, mapping = max(fits, key=lambda one: (one[0], one[1]))
            return path, mapping
    return None
