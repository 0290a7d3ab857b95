"""What differs between two warehouses, table by table and row by row; `kpi compare --help` tells how."""

import json
import re
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import yaml

from flows import spark
from flows.base.settings import PROJECT
from flows.base.sql import literal, quoted
from flows.gates.project import words
from flows.reference import NoReference, built
from raw_views.contacts import mask

SCHEMAS = ("marts", "quality", "intermediate")
MANIFEST = PROJECT / "target" / "manifest.json"
CATALOG = "kpi"  # the name by which the views of a warehouse call their own file
SAME, DIFFERENT, TROUBLE = 0, 1, 2
# Texts that are, or quote, what people wrote of people; the columns marked `pii` in dbt's manifest are added.
CONTACTS = frozenset({"email", "phone", "phone_number", "contact", "cell", "name", "last_name", "title", "reason"})
FLOATS = re.compile(r"FLOAT|DOUBLE|REAL")
NUMBERS = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|DECIMAL.*|FLOAT|DOUBLE|REAL")
TIMES = re.compile(r"DATE|TIMESTAMP.*")
SHOWN = re.compile(rf"BOOLEAN|TIME|{NUMBERS.pattern}|{TIMES.pattern}")


class CompareError(Exception):
    """Two warehouses cannot be compared as asked."""


@dataclass(frozen=True)
class TableRenames:
    """How one table of A is read in the words of B; see the head of this file."""

    to: str | None = None
    key: tuple[str, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Renames:
    """How A is read in the words of B; see the head of this file.

    Args:
        schemas: A's name: B's name.
        tables: by `schema.table` of A.
        columns: A's name: B's name, in every table.
        values: column of B: SQL over a row of A, in every table in which it can be worked out.
        leave_out: tables (`schema.table`) and columns (`schema.table.column`), by the names of A or of B, that are not compared.
    """

    schemas: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, TableRenames] = field(default_factory=dict)
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    leave_out: frozenset[str] = frozenset()

    @classmethod
    def read(cls, path: Path) -> "Renames":
        """Reads a file of renames. Raises CompareError if it is none, OSError if it is not there."""
        try:
            said = dict(yaml.safe_load(path.read_text("utf-8")) or {})
            tables = {
                name: TableRenames(to=of)
                if isinstance(of, str)
                else TableRenames(**{**of, "key": tuple(of.get("key", ()))})
                for name, of in said.pop("tables", {}).items()
            }
            return cls(tables=tables, leave_out=frozenset(said.pop("leave_out", ())), **said)
        except (yaml.YAMLError, TypeError, ValueError, AttributeError) as error:
            raise CompareError(f"{path} is no file of renames: {error}") from None

    def of(self, table: str) -> TableRenames:
        """What is said of a table of A."""
        return self.tables.get(table, TableRenames())

    def new_name(self, table: str) -> str:
        """What B calls a table of A."""
        schema, name = table.split(".", 1)
        return self.of(table).to or f"{self.schemas.get(schema, schema)}.{name}"


@dataclass(frozen=True)
class Example:
    """A row by its key, with the value in A and in B where one column differs. All of them are texts that may be shown."""

    row: str
    a: str = ""
    b: str = ""


@dataclass(frozen=True)
class ColumnDifference:
    """A column in which rows that stand in both files differ: how many, and some of them."""

    column: str
    rows: int
    examples: list[Example]


@dataclass(frozen=True)
class TableDifference:
    """What differs in a table.

    Attributes:
        table: its name in B, or in A if only A has it.
        name_in_a: its name in A, or in B if only B has it.
        only_in: `A` or `B`, if only one has it.
        trouble: why it could not be compared.
        note: what a reader should know of how it was compared.
        rows_in_a, rows_in_b: how many rows it has.
        columns_only_in_a, columns_only_in_b: names of columns.
        types: columns whose type is another: name, type in A, type in B.
        rows_only_in_a, rows_only_in_b: how many rows only one of them has.
        only_in_a, only_in_b: some of those rows.
        columns: columns whose values differ in rows that both have.
    """

    table: str
    name_in_a: str
    only_in: str = ""
    trouble: str = ""
    note: str = ""
    rows_in_a: int = 0
    rows_in_b: int = 0
    columns_only_in_a: list[str] = field(default_factory=list)
    columns_only_in_b: list[str] = field(default_factory=list)
    types: list[tuple[str, str, str]] = field(default_factory=list)
    rows_only_in_a: int = 0
    rows_only_in_b: int = 0
    only_in_a: list[Example] = field(default_factory=list)
    only_in_b: list[Example] = field(default_factory=list)
    columns: list[ColumnDifference] = field(default_factory=list)

    @property
    def is_there(self) -> bool:
        """Whether anything differs at all."""
        sides = self.only_in or self.trouble or self.columns_only_in_a or self.columns_only_in_b
        return bool(sides or self.types or self.rows_only_in_a or self.rows_only_in_b or self.columns)


def keys_of(manifest: Path) -> dict[str, tuple[str, ...]]:
    """The key of each table that dbt's manifest tells one of, by `schema.table`: `meta.grain`, else the columns of its key test."""
    nodes = json.loads(manifest.read_text("utf-8"))["nodes"]
    keys = {}
    for node in nodes.values():
        test = node.get("test_metadata") or {}
        if test.get("name") in ("unique_key", "unique") and (table := nodes.get(node.get("attached_node"))):
            kwargs = test["kwargs"]
            if key := kwargs.get("columns") or ([kwargs["column_name"]] if "column_name" in kwargs else None):
                keys.setdefault(f"{table['schema']}.{table['alias']}", tuple(key))
    for node in nodes.values():
        if grain := ((node.get("config") or {}).get("meta") or {}).get("grain"):
            keys[f"{node['schema']}.{node['alias']}"] = tuple(grain)
    return keys


def contact_columns(manifest: Path) -> set[str]:
    """The names, in small letters, of the raw columns that dbt's manifest marks as telling of a person (`pii`)."""
    sources = json.loads(manifest.read_text("utf-8"))["sources"].values()
    columns = (column for source in sources for column in source["columns"].values())
    return {
        column["name"].lower()
        for column in columns
        if {**column.get("meta", {}), **(column.get("config") or {}).get("meta", {})}.get("pii")
    }


def compare(
    a: Path,
    b: Path,
    renames: Renames | None = None,
    *,
    only: Collection[str] = SCHEMAS,
    rows: int = 20,
    tolerance: float = 1e-9,
    keys: Mapping[str, tuple[str, ...]] | None = None,
    hidden: Collection[str] = (),
    memory: str = "2GB",
    tell: Callable[[str], None] = lambda table: None,
) -> list[TableDifference]:
    """Compares two warehouses.

    Args:
        a, b: the DuckDB files; they are only read.
        renames: how A is read in the words of B.
        only: schemas, or `schema.table`, by the names of A or of B.
        rows: how many examples are given of each kind of difference.
        tolerance: by how much two numbers with a floating point may differ, as a share of the larger one if that is above 1.
        keys: the columns that tell the rows of a table apart, by `schema.table`, in the names of A or of B.
        hidden: columns whose texts are not shown, beside CONTACTS.
        memory: how much DuckDB may use; what does not fit goes to a temporary folder.
        tell: is given the name of each table that is compared.

    Returns:
        The tables that differ, by name; none if the warehouses are equal.

    Raises:
        CompareError: a file is not there, there is nothing to compare, or the renames do not fit.
        duckdb.Error: a file cannot be read.
    """
    for path in (a, b):
        if not path.is_file():
            raise CompareError(f"there is no file {path}")
    if a.resolve() == b.resolve():
        raise CompareError(f"A and B are the same file, {a}")
    with tempfile.TemporaryDirectory(prefix="kpi-compare-") as folder, duckdb.connect() as connection:
        run = connection.execute
        run(f"set temp_directory = {literal(Path(folder, 'spilled'))}")
        run(f"set memory_limit = {literal(memory)}")
        run("set preserve_insertion_order = false")
        run("set TimeZone = 'UTC'")
        sides = [_Side(connection, name, path, Path(folder)) for name, path in (("a", a), ("b", b))]
        work = _Comparison(
            connection, *sides, renames or Renames(), rows, tolerance, keys or {}, CONTACTS.union(hidden)
        )
        return list(work.differences(only, tell))


class _Side:
    """One of the two files.

    Args:
        connection: where it is attached, under the name.
        name: `a` or `b`.
        path: the DuckDB file.
        folder: for what its views give.

    Attributes:
        tables: by `schema.table`, whether it is a view.
        unread: views that could not be read, and why.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, name: str, path: Path, folder: Path):
        self._run, self.name, self._path, self._folder = connection.execute, name, path, folder
        self._run(f"attach {literal(path)} as {name} (read_only)")
        query = f"""
            select schema_name || '.' || table_name, false from duckdb_tables() where database_name = '{name}' and not internal
            union all
            select schema_name || '.' || view_name, true from duckdb_views() where database_name = '{name}' and not internal
        """
        self.tables: dict[str, bool] = dict(self._run(query).fetchall())
        self.unread: dict[str, str] = {}

    def read_views(self, chosen: Collection[str]) -> None:
        """Writes what the views give into a file of its own: a view calls its own file by a name that only one file can have here."""
        views = sorted(name for name in chosen if self.tables.get(name))
        if not views:
            return
        path = self._folder / f"{self.name}_views.duckdb"
        with duckdb.connect() as reading:
            reading.execute("set TimeZone = 'UTC'")
            reading.execute(f"attach {literal(self._path)} as {CATALOG} (read_only)")
            reading.execute(f"attach {literal(path)} as given")
            for view in views:
                reading.execute(f"create schema if not exists given.{quoted(view.split('.')[0])}")
                try:
                    reading.execute(f"create table given.{_name(view)} as from {CATALOG}.{_name(view)}")
                except duckdb.Error as error:
                    self.unread[view] = str(error).splitlines()[0]
        self._run(f"attach {literal(path)} as {self.name}_views (read_only)")

    def relation(self, table: str) -> str:
        """A table, or what a view gives, as SQL."""
        return f"{self.name}_views.{_name(table)}" if self.tables[table] else f"{self.name}.{_name(table)}"

    def columns(self, table: str) -> dict[str, str]:
        """The types of a table by column."""
        return {row[0]: row[1] for row in self._run(f"describe {self.relation(table)}").fetchall()}


@dataclass(frozen=True)
class _Column:
    """A column of both: its name in B, the SQL that gives it in A, the types."""

    name: str
    in_a: str
    type_a: str
    type_b: str

    @property
    def is_float(self) -> bool:
        return bool(FLOATS.fullmatch(self.type_a) or FLOATS.fullmatch(self.type_b))

    def pair(self) -> tuple[str, str]:
        """The value in A and in B as SQL that can be set side by side."""
        sides = f"a.{quoted(self.name)}", f"b.{quoted(self.name)}"
        types = self.type_a, self.type_b
        alike = self.type_a == self.type_b or any(
            all(kind.fullmatch(one) for one in types) for kind in (NUMBERS, TIMES)
        )
        return sides if alike else tuple(f"cast({side} as varchar)" for side in sides)

    def differs(self, tolerance: float) -> str:
        """SQL that is true where the values differ; null is equal to null alone."""
        a, b = self.pair()
        if not (self.is_float and NUMBERS.fullmatch(self.type_a) and NUMBERS.fullmatch(self.type_b)):
            return f"{a} is distinct from {b}"
        x, y = f"cast({a} as double)", f"cast({b} as double)"
        near = f"isfinite({x}) and isfinite({y}) and abs({x} - {y}) <= {tolerance!r} * greatest(1, abs({x}), abs({y}))"
        return f"({x} is distinct from {y} and not coalesce({near}, false))"


class _Comparison:
    """The work of `compare`, whose arguments these are."""

    def __init__(
        self,
        connection,
        a: _Side,
        b: _Side,
        renames: Renames,
        rows: int,
        tolerance: float,
        keys: Mapping,
        hidden: Collection[str],
    ):
        self._run, self._a, self._b, self._renames = connection.execute, a, b, renames
        self._rows, self._tolerance, self._keys, self._hidden = rows, tolerance, keys, hidden
        self._country = words("phone_default_country")

    def differences(self, only: Collection[str], tell: Callable[[str], None]) -> Iterator[TableDifference]:
        """The tables that differ, by name."""
        wanted = set(only)
        names = {
            new: {new, new.split(".")[0]} | ({old, old.split(".")[0]} if old else set())
            for new, old in self._pairs().items()
        }
        chosen = {
            new: old
            for new, old in self._pairs().items()
            if names[new] & wanted and not {new, old} & self._renames.leave_out
        }
        unknown = wanted.difference(*names.values()) if wanted != set(SCHEMAS) else set()
        if unknown or not any(old and new in self._b.tables for new, old in chosen.items()):
            raise CompareError(f"no table is in both files in {', '.join(sorted(unknown or wanted))}")
        self._a.read_views([old for old in chosen.values() if old])
        self._b.read_views([new for new in chosen if new in self._b.tables])
        for new, old in sorted(chosen.items()):
            tell(new)
            difference = self._table(new, old)
            if difference.is_there:
                yield difference

    def _pairs(self) -> dict[str, str | None]:
        """The tables by their name in B, with their name in A; None where A has none."""
        said = self._renames
        schemas = {table.split(".")[0] for table in self._a.tables}
        unknown = sorted(set(said.schemas) - schemas) + sorted(set(said.tables) - set(self._a.tables))
        targets = [rename.to for rename in said.tables.values() if rename.to and rename.to not in self._b.tables]
        if unknown or targets:
            where = f"A has no {', '.join(unknown)}" if unknown else f"B has no {', '.join(targets)}"
            raise CompareError(f"the renames do not fit: {where}")
        pairs: dict[str, str | None] = {}
        for old in self._a.tables:
            new = said.new_name(old)
            if new in pairs:
                raise CompareError(f"the renames make {new} of two tables, {pairs[new]} and {old}")
            pairs[new] = old
        return pairs | {new: None for new in self._b.tables if new not in pairs}

    def _table(self, new: str, old: str | None) -> TableDifference:
        if old is None:
            return TableDifference(new, new, only_in="B")
        if new not in self._b.tables:
            return TableDifference(old, old, only_in="A")
        for side, table in ((self._a, old), (self._b, new)):
            if table in side.unread:
                return TableDifference(
                    new, old, trouble=f"the view cannot be read in {side.name.upper()}: {side.unread[table]}"
                )
        columns, only_a, only_b = self._columns(new, old)
        types = [(column.name, column.type_a, column.type_b) for column in columns if column.type_a != column.type_b]
        counts = (
            self._count(f"select count(*) from {side.relation(table)}")
            for side, table in ((self._a, old), (self._b, new))
        )
        shape = dict(
            zip(("rows_in_a", "rows_in_b"), counts), columns_only_in_a=only_a, columns_only_in_b=only_b, types=types
        )
        if not columns:
            return TableDifference(new, old, **shape, trouble="no column is in both")
        key, note = self._key(new, old, columns)
        return TableDifference(new, old, **shape, note=note, **self._values(new, old, columns, key))

    def _columns(self, new: str, old: str) -> tuple[list[_Column], list[str], list[str]]:
        """The columns of both, those of A alone, those of B alone."""
        of_a, of_b, said = self._a.columns(old), self._b.columns(new), self._renames.of(old)
        renamed = {**self._renames.columns, **said.columns}
        if unknown := [f"{old}.{name}" for name in said.columns if name not in of_a]:
            raise CompareError(f"the renames do not fit: A has no {', '.join(unknown)}")
        in_a = {renamed[name] if renamed.get(name) in of_b else name: name for name in of_a}
        left_out = {name for name in {*of_a, *of_b} if {f"{new}.{name}", f"{old}.{name}"} & self._renames.leave_out}
        columns = []
        for name, type_b in of_b.items():
            if name in left_out:
                continue
            if name in said.values:
                columns.append(_Column(name, said.values[name], self._type(said.values[name], old), type_b))
            elif type_a := self._renames.values.get(name) and self._type(
                self._renames.values[name], old, is_sure=False
            ):
                columns.append(_Column(name, self._renames.values[name], type_a, type_b))
            elif name in in_a:
                columns.append(_Column(name, quoted(in_a[name]), of_a[in_a[name]], type_b))
        shared = {column.name for column in columns}
        only_a = [name for new_name, name in in_a.items() if new_name not in shared and name not in left_out]
        return columns, only_a, [name for name in of_b if name not in shared and name not in left_out]

    def _type(self, expression: str, old: str, is_sure: bool = True) -> str | None:
        """The type of an expression over a row of A; None if the table does not have what it names, and need not."""
        try:
            return self._run(f"describe select {expression} from {self._a.relation(old)}").fetchone()[1]
        except duckdb.BinderException as error:
            if is_sure:
                raise CompareError(f"the renames of {old} do not fit: {str(error).splitlines()[0]}") from None
            return None

    def _key(self, new: str, old: str, columns: list[_Column]) -> tuple[list[_Column], str]:
        """The columns that tell rows apart, if there is such a key and it does, and what is to be said of it."""
        by_name = {column.name: column for column in columns}
        renamed = {**self._renames.columns, **self._renames.of(old).columns}
        names = self._renames.of(old).key or self._keys.get(new) or self._keys.get(old) or ()
        if not names:
            return [], "it has no key that is known: rows are compared whole"
        names = [name if name in by_name else renamed.get(name, name) for name in names]
        if missing := [name for name in names if name not in by_name]:
            return [], f"its key has columns that are not in both, {', '.join(missing)}: rows are compared whole"
        key = [by_name[name] for name in names]
        for side in ("a", "b"):
            group = ", ".join(quoted(name) for name in names)
            doubled = f"select count(*) from (select 1 from {side} group by {group} having count(*) > 1)"
            if self._count(f"{self._both(new, old, key)} {doubled}"):
                return (
                    [],
                    f"its key, {', '.join(names)}, stands more than once in {side.upper()}: rows are compared whole",
                )
        return key, ""

    def _both(self, new: str, old: str, columns: list[_Column], order: str = "") -> str:
        """The common table expressions `a` and `b`, in the words of B."""
        extra = f", {order}" if order else ""
        in_a = ", ".join(f"{column.in_a} as {quoted(column.name)}" for column in columns)
        in_b = ", ".join(quoted(column.name) for column in columns)
        return f"""
            with a_words as (select {in_a} from {self._a.relation(old)}),
            a as (select *, true as is_there{extra} from a_words),
            b as (select {in_b}, true as is_there{extra} from {self._b.relation(new)})
        """

    def _values(self, new: str, old: str, columns: list[_Column], key: list[_Column]) -> dict[str, Any]:
        """Rows of one side alone, and values that differ.

        Where no key is known, rows are told apart by all their columns without a floating point, and rows that are equal in these by
        their place in the order of the others: so each row has one of the other side, however often it stands there.
        """
        order = ""
        on = [f"{x} is not distinct from {y}" for x, y in (column.pair() for column in key)]
        shown = key
        if not key:
            key = [column for column in columns if not column.is_float]
            floats = [quoted(column.name) for column in columns if column.is_float]
            parts = [f"partition by {', '.join(quoted(column.name) for column in key)}"] if key else []
            parts += [f"order by {', '.join(floats)}"] if floats else []
            order = f'row_number() over ({" ".join(parts)}) as "row no"'
            on = [f"{x} is not distinct from {y}" for x, y in (column.pair() for column in key)] + [
                'a."row no" = b."row no"'
            ]
            shown = key or columns
        compared = [column for column in columns if column not in key]
        both = self._both(new, old, columns, order)
        joined = f"from a full join b on {' and '.join(on)}"
        here = {"a": "b.is_there is null", "b": "a.is_there is null"}
        tests = {column.name: f"a.is_there and b.is_there and {column.differs(self._tolerance)}" for column in compared}
        counted = ", ".join(f"count(*) filter (where {test})" for test in (*here.values(), *tests.values()))
        only_a, only_b, *counts = self._run(f"{both} select {counted} {joined}").fetchone()
        found: dict[str, Any] = {"rows_only_in_a": only_a, "rows_only_in_b": only_b, "columns": []}
        for side, count in (("a", only_a), ("b", only_b)):
            if count:
                row = [f"{side}.{quoted(column.name)}" for column in shown]
                query = f"{both} select {', '.join(row)} {joined} where {here[side]} order by all limit {self._rows}"
                found[f"only_in_{side}"] = [Example(self._row(shown, values)) for values in self._run(query).fetchall()]
        for column, count in zip(compared, counts, strict=True):
            if count:
                row = [f"a.{quoted(one.name)}" for one in shown] + [f"{side}.{quoted(column.name)}" for side in "ab"]
                query = f"{both} select {', '.join(row)} {joined} where {tests[column.name]} order by all limit {self._rows}"
                examples = [
                    Example(self._row(shown, values), *(self._cell(column, value) for value in values[-2:]))
                    for values in self._run(query).fetchall()
                ]
                found["columns"].append(ColumnDifference(column.name, count, examples))
        return found

    def _count(self, query: str) -> int:
        return self._run(query).fetchone()[0]

    def _row(self, columns: list[_Column], values: tuple) -> str:
        return ", ".join(f"{column.name}={self._cell(column, value)}" for column, value in zip(columns, values))

    def _cell(self, column: _Column, value: Any) -> str:
        """A value as it may be shown."""
        if value is None:
            return "null"
        if SHOWN.fullmatch(column.type_a) and SHOWN.fullmatch(column.type_b):
            return str(value)
        if self._hidden.intersection([column.name.lower(), *re.findall(r"\w+", column.in_a.lower())]):
            return "(not shown)"
        return mask(repr(str(value)), self._country, lambda contact: "(not shown)")


def _name(table: str) -> str:
    """`schema.table` in SQL."""
    return ".".join(quoted(part) for part in table.split(".", 1))


def lines(difference: TableDifference) -> Iterator[str]:
    """A difference in words, one line each."""
    one = difference
    name = one.table if one.table == one.name_in_a else f"{one.table} (in A {one.name_in_a})"
    if one.only_in:
        yield f"{name}: the table is only in {one.only_in}"
        return
    yield f"{name}: {one.rows_in_a} rows in A, {one.rows_in_b} in B"
    if one.trouble:
        yield f"  not compared: {one.trouble}"
    if one.note:
        yield f"  {one.note}"
    for side, columns in (("A", one.columns_only_in_a), ("B", one.columns_only_in_b)):
        if columns:
            yield f"  columns only in {side}: {', '.join(columns)}"
    for column, type_a, type_b in one.types:
        yield f"  {column}: its type is {type_a} in A and {type_b} in B"
    for side, count, examples in (("A", one.rows_only_in_a, one.only_in_a), ("B", one.rows_only_in_b, one.only_in_b)):
        if count:
            yield f"  {count} rows only in {side}"
            yield from (f"    {example.row}" for example in examples)
    for column in one.columns:
        yield f"  {column.column}: {column.rows} rows differ"
        yield from (f"    {example.row}: {example.a} in A, {example.b} in B" for example in column.examples)


@contextmanager
def _files(
    files: list[Path], against: str | None, keep: Path | None, manifest: Path | None
) -> Iterator[tuple[Path, Path, Path]]:
    """The two files and the manifest that tells their keys."""
    if not against:
        yield *files, manifest or MANIFEST
        return
    with built(against, files[0] if files else None, keep) as (a, b, made):
        yield a, b, manifest or made


@contextmanager
def _of_spark(
    files: tuple[Path, Path], renames: Renames, only: Collection[str]
) -> Iterator[tuple[Path, Path, Renames]]:
    """The two files, where one may be the word for the warehouse on Spark: a copy of its tables. Its views are left out."""
    with tempfile.TemporaryDirectory(prefix="kpi-spark-") as folder:
        brought = [Path(folder, "kpi.duckdb") if str(path) == spark.NAME else path for path in files]
        if brought != list(files):
            views = spark.bring(Path(folder, "kpi.duckdb"), only)
            renames = replace(renames, leave_out=renames.leave_out | views)
        yield brought[0], brought[1], renames


def command(
    files: list[Path],
    against: str | None,
    keep: Path | None,
    renames: Path | None,
    *,
    manifest: Path | None,
    **options: Any,
) -> int:
    """Compares two warehouses and prints what differs; the arguments are those of `kpi compare`.

    Returns:
        0 nothing differs, 1 something does, 2 they could not be compared.
    """
    tables: list[str] = []
    try:
        renamed = Renames.read(renames) if renames else Renames()
        with (
            _files(files, against, keep, manifest) as (a, b, made),
            _of_spark((a, b), renamed, options["only"]) as (a, b, renamed),
        ):
            keys, hidden = (keys_of(made), contact_columns(made)) if made.exists() else ({}, set())
            if not keys:
                print(f"{made} tells no keys: rows are compared whole; run `dbt parse` first", file=sys.stderr)
            found = compare(a, b, renamed, keys=keys, hidden=hidden, tell=tables.append, **options)
    except (CompareError, NoReference, spark.SparkTrouble, duckdb.Error, OSError) as error:
        print(f"compare: {error}", file=sys.stderr)
        return TROUBLE
    for difference in found:
        print("\n".join(lines(difference)))
    print(
        f"{len(tables)} tables compared, {len(found)} of them differ"
        if found
        else f"{len(tables)} tables compared, no difference"
    )
    return DIFFERENT if found else SAME
