"""Finds the data files of a raw root and proves that each can be read.

A file that is damaged, cut short or not what its name says is left out and named, never half read.
"""

import difflib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from flows.base.sql import quoted
from raw_views import csv_files, json_files, views
from raw_views.cache import Cache
from raw_views.csv_files import Expected, Unreadable, one_word
from raw_views.views import select_columns, text_of

if TYPE_CHECKING:
    import duckdb

SUFFIXES = (".parquet", ".csv", *json_files.SUFFIXES)
UNFINISHED = (".tmp", ".part")
EITHER = "(^|[^0-9.,])[1-9][0-9]{0,2}[.,][0-9]{3}($|[^0-9.,])"  # a thousand, or one and a bit
NOT_DATA = ("_success", "_temporary", "_metadata", "_common_metadata")  # what Spark leaves beside its files
ADDED = ("_loaded_at", "loaded_at", "_deleted", "_raw_row")  # columns that loaders add to those of the source


class RawRootError(Exception):
    """The raw root can't be used at all; the text says why and what to set."""


@dataclass(frozen=True)
class Table:
    """A declared table: where its files lie (`source`/`name`), its view's schema, its columns, the required ones,
    (column, its other names, the best first), the column that keeps what no other takes, and the words of totals."""

    source: str
    schema: str
    name: str
    columns: tuple[str, ...]
    required: tuple[str, ...] = ()
    also: tuple[tuple[str, tuple[str, ...]], ...] = ()
    rest: str | None = None
    totals: tuple[str, ...] = ()

    @property
    def expected(self) -> Expected:
        """What is looked for in a CSV file of this table."""
        also = dict(self.also)
        spelled = {name: [one_word(other) for other in (name, *also.get(name, ()))] for name in self.columns}
        names = frozenset(word for words in spelled.values() for word in words)
        required = frozenset(word for name in self.required for word in spelled.get(name, ()))
        return Expected(names, required, self.totals)

    def match(self, names: Iterable[str]) -> dict[str, str]:
        """Which column of a file stands for which declared one: that of the same name whatever its case, else the same
        in another style (OWNER_ID, ownerId), else that of the first of its other names."""
        names, also = list(names), dict(self.also)
        by_low = {name.lower(): name for name in reversed(names)}
        by_word = {one_word(name): name for name in reversed(names)}
        matched = {}
        for column in self.columns:
            for name in (column, *also.get(column, ())):
                if found := by_low.get(name.lower()) or by_word.get(one_word(name)):
                    matched[column] = found
                    break
        return matched


@dataclass
class DataFile:
    """A data file and what is known of it.

    path: absolute; raw_file: relative to the raw root, with `/`; rows: how many can be read; columns: (name, DuckDB
    type) as DuckDB reads them; data: the Parquet file to read; rejects: (line, reason), line None = the whole file;
    decimals: the decimal signs that its columns show, see `decimal_signs`.
    """

    table: Table
    path: str
    raw_file: str
    size: int
    mtime_ns: int
    rows: int = 0
    columns: list[tuple[str, str]] = field(default_factory=list)
    data: str = ""
    rejects: list[tuple[int | None, str]] = field(default_factory=list)
    readable: bool = False
    decimals: list[tuple[str, str]] | None = None

    @property
    def is_csv(self) -> bool:
        return self.path.lower().endswith(".csv")

    @property
    def is_converted(self) -> bool:
        """Whether a Parquet file is made of it, with `_raw_file` and `_raw_row` in its rows."""
        return not self.path.lower().endswith(".parquet")

    def refuse(self, reason: str) -> None:
        """Leaves the whole file out."""
        self.readable, self.rows, self.rejects = False, 0, [(None, reason)]


def _ignored(name: str) -> bool:
    low = name.lower()
    return low.startswith((".", "_dlt")) or low.endswith(UNFINISHED) or low in NOT_DATA


def _entries(path: str, root: str) -> list[os.DirEntry]:
    try:
        with os.scandir(path) as found:
            return sorted((item for item in found if not _ignored(item.name)), key=lambda item: item.name)
    except OSError as error:
        what = "raw root" if path == root else "folder of the raw root"
        raise RawRootError(f"The {what} {path} can't be listed ({error.strerror}); KPI_RAW_ROOT is {root}") from None


def _is_folder(item: os.DirEntry) -> bool:
    """Whether an entry is a folder; a link that leads nowhere, or in a circle, is none."""
    try:
        return item.is_dir()
    except OSError:
        return False


def _nearest(name: str, known: Iterable[str]) -> str:
    known = sorted(set(known))
    by_low = {item.lower(): item for item in known}
    close = difflib.get_close_matches(name.lower(), by_low, 1, 0.6)
    return f"the nearest known name is {by_low[close[0]]}" if close else "known names: " + ", ".join(known[:10])


def printable(name: str) -> str:
    """A file name as text that can be stored, whatever its bytes are."""
    return os.fsencode(name).decode("utf-8", "replace")


def find(root: str, tables: list[Table]) -> tuple[list[DataFile], list[str]]:
    """Walks the raw root.

    Args:
        root: absolute path of the raw root.
        tables: the declared tables.

    Returns:
        The data files by name, and messages about what lies there and is not read.

    Raises:
        RawRootError: the root is missing, is no folder, or a folder in it can't be listed.
    """
    if not os.path.exists(root):
        raise RawRootError(f"The raw root {root} does not exist; set KPI_RAW_ROOT to the folder with the raw files")
    if not os.path.isdir(root):
        raise RawRootError(f"The raw root {root} is not a folder; set KPI_RAW_ROOT to the folder with the raw files")
    known: dict[str, dict[str, Table]] = {}
    for table in tables:
        known.setdefault(table.source, {})[table.name] = table

    files: list[DataFile] = []
    messages: list[str] = []
    # where loaders write, the folders are links into one tree of files; it is listed as it is now, whatever they switch to meanwhile
    tree = os.path.realpath(os.path.join(root, ".current"))
    for source in _entries(root, root):
        shown = printable(source.name)
        if not _is_folder(source):
            messages.append(f"{shown}: not read, data files lie in <source>/<table>/")
            continue
        if source.name not in known:
            messages.append(f"{shown}/: not read, no such source; {_nearest(shown, known)}")
            continue
        base = tree if source.is_symlink() and os.path.isdir(os.path.join(tree, source.name)) else root
        for folder in _entries(os.path.join(base, source.name), root):
            shown = f"{source.name}/{printable(folder.name)}"
            if not _is_folder(folder):
                messages.append(f"{shown}: not read, data files lie in {source.name}/<table>/")
            elif folder.name not in known[source.name]:
                close = _nearest(printable(folder.name), known[source.name])
                messages.append(f"{shown}/: not read, no such table of {source.name}; {close}")
            else:
                _walk(folder.path, root, base, known[source.name][folder.name], files, messages, set())
    return files, messages


def _walk(
    folder: str, root: str, base: str, table: Table, files: list[DataFile], messages: list[str], above: set[str]
) -> None:
    here = os.path.realpath(folder)
    if here in above:  # a link back to a folder that holds it
        return
    others: dict[str, list[str]] = {}
    for item in _entries(folder, root):
        inside = os.path.relpath(item.path, base)
        raw_file = printable(inside).replace(os.sep, "/")
        if _is_folder(item):
            _walk(item.path, root, base, table, files, messages, above | {here})
        elif not item.name.lower().endswith(SUFFIXES):
            others.setdefault(os.path.splitext(item.name)[1].lower(), []).append(raw_file)
        else:
            try:
                stat = item.stat()
                file = DataFile(table, os.path.join(root, inside), raw_file, stat.st_size, stat.st_mtime_ns)
                if not os.path.isfile(item.path):
                    file.refuse("not a regular file")
            except OSError as error:
                file = DataFile(table, os.path.join(root, inside), raw_file, 0, 0)
                file.refuse(f"can't be read ({error.strerror})")
            files.append(file)
    for suffix, names in others.items():
        kind = f"{suffix} files are" if suffix else "files without an extension are"
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        messages.append(f"{names[0]}{more}: not read, {kind} neither .parquet nor .csv nor .json")


def _plain(error: Exception) -> str:
    """An engine's error in one line, cut before anything that it quotes from the file."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return re.split(r"(?<!\w)[\"'`]", text, maxsplit=1)[0].strip(" :,.")[:200] or type(error).__name__


class Engine:
    """A DuckDB in memory, opened when first asked for, and anew if an error has put an end to it."""

    def __init__(self):
        self._connection: duckdb.DuckDBPyConnection | None = None

    def execute(self, query: str) -> "duckdb.DuckDBPyConnection":
        import duckdb

        try:
            self._connection.execute("select 1")
        except (AttributeError, duckdb.Error):
            self._connection = duckdb.connect(":memory:")
        return self._connection.execute(query)


def prove_parquet(path: str, engine: Engine) -> tuple[int, list[tuple[str, str]]]:
    """Reads a Parquet file through, footer and data, with pyarrow and then with DuckDB as the views will.

    Args:
        path: the file.
        engine: reads it as the views will.

    Returns:
        Its number of rows, and (name, DuckDB type) of its columns.

    Raises:
        Unreadable: it can't be opened, or is not a whole Parquet file.
    """
    import duckdb
    import pyarrow.parquet as pq

    head = csv_files.head_of(path)
    if not head.startswith(b"PAR1"):
        raise Unreadable(f"not a Parquet file: it looks like {csv_files.looks_like(head) or 'text'}")
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as parquet:
            names = parquet.schema_arrow.names
            width = len([name for name in names if name.lower() not in ADDED])
            if width > csv_files.MOST_COLUMNS:
                raise Unreadable(f"{width} columns; at most {csv_files.MOST_COLUMNS} are read")
            for place, name in enumerate(names, 1):
                if (first := names.index(name) + 1) < place:
                    raise Unreadable(f"columns {first} and {place} have the same name")
            rows = sum(batch.num_rows for batch in parquet.iter_batches(batch_size=65_536))
            if rows != parquet.metadata.num_rows:
                raise Unreadable(f"damaged Parquet file: {rows} rows of {parquet.metadata.num_rows}")
    except Unreadable:
        raise
    except Exception as error:  # noqa: BLE001 - damage shows as any error: a name may not even be UTF-8
        if isinstance(error, MemoryError) or getattr(error, "errno", None):
            raise Unreadable(f"can't be read ({type(error).__name__})", lasting=False) from None
        raise Unreadable(f"damaged or cut short Parquet file: {_plain(error)}") from None
    try:
        reading = select_columns([path])
        columns = [(name, kind) for name, kind, *_ in engine.execute(f"describe select * {reading}").fetchall()]
        columns = columns[:-2]  # the file's name and the row number, which `select_columns` adds
        texts = ", ".join(text_of(name, kind) for name, kind in columns)
        read = engine.execute(f"select count(*), bit_xor(hash({texts})) {reading}").fetchone()[0]
    except (duckdb.Error, UnicodeError) as error:
        if "utf8" in str(error).lower():
            raise Unreadable("a text column holds bytes that are not UTF-8") from None
        if "file_row_number" in str(error):
            raise Unreadable("a column named file_row_number can't be read; rename it") from None
        lasting = not isinstance(error, (duckdb.OutOfMemoryException, duckdb.IOException))
        raise Unreadable(f"DuckDB can't read it: {_plain(error)}", lasting) from None
    if read != rows:
        raise Unreadable(f"damaged Parquet file: {read} rows of {rows}")
    return rows, _with_nul_marked(columns, reading, engine)


def _with_nul_marked(columns: list[tuple[str, str]], reading: str, engine: Engine) -> list[tuple[str, str]]:
    """The columns, those marked by their type whose text holds NUL, which databases do not take."""
    texts = [name for name, kind in columns if kind == "VARCHAR"]
    if not texts:
        return columns
    tests = ", ".join(f"bool_or({_holds_nul(name)})" for name in texts)
    odd = {name for name, holds in zip(texts, engine.execute(f"select {tests} {reading}").fetchone()) if holds}
    return [(name, views.TEXT_WITH_NUL if name in odd else kind) for name, kind in columns]


def _holds_nul(name: str) -> str:
    return f"coalesce(contains({quoted(name)}, {views.NUL}), false)"


def nul_told(path: str, columns: list[tuple[str, str]], engine: Engine) -> list[str]:
    """What the owner of a proved Parquet file should know of NUL in its text: in how many rows, and which."""
    odd = [name for name, kind in columns if kind == views.TEXT_WITH_NUL]
    if not odd:
        return []
    query = f"select file_row_number + 1 {select_columns([path])} where {' or '.join(map(_holds_nul, odd))}"
    rows = sorted(row for (row,) in engine.execute(query).fetchall())
    shown = ", ".join(map(str, rows[:5])) + (", …" if len(rows) > 5 else "")
    return [f"{len(rows)} rows hold NUL, which is read as \ufffd (row {shown})"]


def decimal_signs(path: str, texts: list[str], engine: Engine) -> list[tuple[str, str]] | None:
    """Looks for what tells whether 1,234 is a thousand or one and a bit.

    Args:
        path: the Parquet file to read.
        texts: its columns of text.
        engine: reads it.

    Returns:
        None if no column holds such a number. Else (sign, column) of each column with numbers that can only be read
        with this decimal sign: 12,50 · 0,125 · 1.234,56 · 1.234.567 show a comma.
    """
    reading = select_columns([path])
    either = " or ".join(
        f"coalesce(bool_or(case when {value} like '%,%' or {value} like '%.%' then regexp_matches({value}, '{EITHER}') end), false)"
        for value in map(quoted, texts)
    )
    if not texts or not engine.execute(f"select {either} {reading}").fetchone()[0]:
        return None
    shown = [(sign, text) for text in texts for sign in ".,"]
    tests = ", ".join(
        f"bool_or(length({quoted(text)}) <= 40 and regexp_matches(regexp_replace({quoted(text)}, '[^0-9.,]', '', 'g'),"
        f" '{_shows(sign)}'))"
        for sign, text in shown
    )
    return [pair for pair, found in zip(shown, engine.execute(f"select {tests} {reading}").fetchone()) if found]


def _shows(sign: str) -> str:
    """The pattern of digits that can only be read with this decimal sign."""
    point, group = f"[{sign}]", "[,]" if sign == "." else "[.]"
    return (
        f"^([0-9]{{1,3}}({group}[0-9]{{3}})+{point}[0-9]*|[0-9]{{1,3}}({group}[0-9]{{3}}){{2,}}"
        f"|(0[0-9]*|[0-9]{{4,}})?{point}[0-9]+|[0-9]*{point}([0-9]{{1,2}}|[0-9]{{4,}}))$"
    )


def examine(file: DataFile, cache: Cache, engine: Engine) -> list[str]:
    """Fills in what is known of a file, from the cache or by reading it.

    Args:
        file: a found file; `rows`, `columns`, `data`, `rejects` and `readable` are set.
        cache: the cache of its raw root.
        engine: used if a Parquet file has to be read.

    Returns:
        Messages about the file.

    Raises:
        OSError: the cache can't be written.
    """
    import duckdb

    if file.rejects:
        return []
    try:
        file.path.encode("utf-8")
    except UnicodeEncodeError:
        file.refuse("the file's name is not UTF-8")
        return []
    expected = file.table.expected if file.is_csv else Expected()
    looked_for = (sorted(expected.names), sorted(expected.required), expected.totals)
    key = cache.key(duckdb.__version__, file.raw_file, file.size, file.mtime_ns, *looked_for)
    entry = cache.load(key)
    if entry is None:
        entry = _read(file, cache, key, engine)
    if entry["reason"]:
        file.refuse(entry["reason"])
        return []
    file.readable, file.rows = True, entry["rows"]
    file.columns = [(name, kind) for name, kind in entry["columns"]]
    file.data = entry["parts"].get("data", file.path)
    file.decimals = entry["decimals"]
    file.rejects = [(line, reason) for line, reason in entry["rejects"]]
    return [f"{file.raw_file}: {note}" for note in entry["notes"]]


def _read(file: DataFile, cache: Cache, key: str, engine: Engine) -> dict:
    """Reads a file and keeps what came of it. Raises OSError if the cache can't be written."""
    entry: dict = {"reason": None, "rows": 0, "columns": [], "rejects": [], "notes": [], "decimals": None}
    parts: dict[str, Path] = {}
    try:
        try:
            if file.is_converted:
                parts["data"] = cache.temporary()
                if file.is_csv:
                    done = csv_files.convert(file.path, file.raw_file, parts["data"], file.table.expected)
                else:
                    done = json_files.convert(file.path, file.raw_file, parts["data"])
                columns = [(name, "VARCHAR") for name in done.columns]
                entry.update(rows=done.rows, columns=columns, rejects=done.rejects, notes=done.notes)
            else:
                entry["rows"], entry["columns"] = prove_parquet(file.path, engine)
            texts = [name for name, kind in entry["columns"] if kind == "VARCHAR"]
            entry["decimals"] = decimal_signs(str(parts.get("data", file.path)), texts, engine)
        except Unreadable as error:
            entry["reason"] = str(error)
            if not error.lasting:
                return {**entry, "parts": {}}
        try:
            now = os.stat(file.path)
            changed = (now.st_size, now.st_mtime_ns) != (file.size, file.mtime_ns)
        except OSError:
            changed = True
        if changed:  # a loader is still writing: nothing of it is kept
            return {**entry, "reason": "it changed while it was read; the next run reads it", "parts": {}}
        if not file.is_converted and not entry["reason"]:
            entry["notes"] = nul_told(file.path, entry["columns"], engine)
        return cache.store(key, entry, {} if entry["reason"] else parts)
    finally:
        for temporary in parts.values():
            temporary.unlink(missing_ok=True)
