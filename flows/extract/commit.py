"""Loads that readers of a raw root see whole or not at all, whenever the loader is killed.

Readers list `<root>/<source>/<table>/*.parquet` and know nothing of loads. So a load must appear in all its tables, in
`control` and in the cursors at one instant, and the only instant that a file system offers is one rename:

    <root>/<source>             a link to .current/<source>; likewise `control`, `.loads` and `.originals`
    <root>/.current             a link to .trees/<load id>: THE SWITCH
    <root>/.trees/<load id>/    <source>/<table>/*.parquet for all sources that loaders keep, control/totals/*.parquet,
                                .loads/state.json (every source's cursor), .loads/<load id>.json (what each load did),
                                .originals/ (what was taken from the inbox); hard links, but for the newest load's files
    <root>/.staging/<load id>/  a load under way
    <root>/.erased/             who has been erased (flows/erased.py); every load is blanked by it before it is seen
    <root>/.locks/              one lock for each source, one for the switch; a killed process lets go of its own

A load writes its files into its staging folder and syncs them. To commit, it links every file of the current tree in
beside them, syncs the folders, renames the whole to `.trees/<load id>`, and then renames a new link over `.current`.
Killed before that last rename, the load has never been: the next one removes what it left in `.staging`. Killed after
it, the load is complete, cursor included, so there is no run_log to replay and no half state to repair; a load that
is run again never loses a row, and re-sends at most what it would have sent anyway.

A single listing is thus always of one load. A reader that lists several tables one after the other and wants all of
them from the same load resolves `.current` once and lists below that; a tree stays for a day after its successor.

Files that people put into `<root>/<source>/<table>/` themselves are carried from tree to tree like all others. A
source folder that is an ordinary folder when its first load comes becomes a link then, its files unchanged.

The raw root's file system must have hard and symbolic links, and the root must not be below a folder that a program
rewrites behind the loader's back (a sync client).
"""

import json
import os
import re
import secrets as randomness
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from datetime import UTC
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from flows.base.clock import iso
from flows.base.disk import sync
from flows.base.errors import Busy, ConfigError
from flows.base.locks import Lock, Locked
from flows.base.redact import INSTEAD, NO_TEXT, storable
from flows.extract.common import LoadReport, Progress, Run, Total, as_text
from raw_views.csv_files import MOST_COLUMNS

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

OWN_FOLDERS = (".staging", ".trees", ".locks")  # below them lies all that loaders write
BUFFER_ROWS = 20_000
KEEP_TREE_SECONDS = 86_400
MANY = 50  # records gone at once are told, however small a share they are
SHOWN_ROWS = 5  # of those that a warning names
FEW = 10  # fewer than this many are believed to be gone, whatever their share, and told


def state_of(root: Path, source: str) -> dict[str, Any]:
    """The cursors that the last load of a source left; empty before the first one."""
    return _read_json(root / ".loads" / "state.json").get(source, {})


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict) or not all(isinstance(state, dict) for state in content.values()):
        raise ConfigError(
            f"{path} does not hold the cursors of the loads", "Bring it back from a backup of the raw root"
        )
    return content


def loaded_rows(root: Path, source: str, table: str, columns: Iterable[str]) -> Iterator[dict[str, str | None]]:
    """The rows of a table that readers see now, from its Parquet files, in the order in which they came.

    Args:
        root: the raw root.
        source, table: the table.
        columns: which columns; one that a file lacks is None. `_loaded_at` and `_deleted` always come along.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    wanted = [*columns, "_loaded_at", "_deleted"]
    files = sorted((root / source / table).glob("[!._]*.parquet"))
    for path in files:
        try:
            with pq.ParquetFile(path) as parquet:
                there = [name for name in wanted if name in parquet.schema_arrow.names]
                for batch in parquet.iter_batches(columns=there):
                    nothing = [None] * len(batch)
                    values = [batch.column(name).to_pylist() if name in there else nothing for name in wanted]
                    for row in zip(*values):
                        yield dict(zip(wanted, row))
        except (pa.ArrowException, UnicodeError, KeyError, OSError) as error:
            if getattr(error, "errno", None):
                raise
            continue  # somebody's damaged file: readers leave it out too, and name it


def known_keys(root: Path, source: str, table: str, key: tuple[str, ...], *also: str) -> dict[tuple, tuple]:
    """The records that a table holds now, deletions applied.

    Args:
        root: the raw root.
        source, table: the table.
        key: the columns that make a record one.
        also: further columns to bring along, of the newest row.

    Returns:
        Key to further columns, all as text.
    """
    newest: dict[tuple, tuple[str, str | None, tuple]] = {}
    for row in loaded_rows(root, source, table, (*key, *also)):
        record = tuple(_text(row[name]) for name in key)
        stamp = _text(row["_loaded_at"]) or ""
        if record not in newest or stamp >= newest[record][0]:
            newest[record] = (stamp, row["_deleted"], tuple(_text(row[name]) for name in also))
    return {record: others for record, (_, deleted, others) in newest.items() if deleted != "Y"}


def _text(value: Any) -> str | None:
    return value if value is None else str(value)


class Load:
    """One load under way; use it in a `with` statement, and call `commit` at its end.

    Args:
        run: what was asked for; the raw root is made if it is not there, `now` becomes `_loaded_at` of all rows.
        abandon: called with the notes of a load of the same source that was killed, to end what it started elsewhere.

    Attributes:
        report: what has been loaded so far.
        folder: its staging folder, for temporary files.
        loaded_at: the stamp of all its rows.
        afterwards: called after the commit, if set.

    Raises:
        Busy: another process loads the same source.
        ConfigError: the raw root can't be written, or its file system has no links.
    """

    def __init__(self, run: Run, abandon: Callable[[list[str]], None] | None = None):
        root, source, now = run.root, run.source, run.now
        self.root, self.source, self.loaded_at = root, source, iso(now)
        self._settings = run.settings
        stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%S%fZ")
        self.report = LoadReport(source, f"{stamp}-{source}-{randomness.token_hex(3)}")
        self._progress = Progress(source, run.settings.progress_seconds)
        self._abandon = abandon
        self.afterwards: Callable[[], None] | None = None
        self._writers: dict[tuple[str, str], _TableWriter] = {}
        self._files: list[Path] = []
        self.folder = root / ".staging" / self.report.load_id
        self._tree = self.folder / "tree"

    def __enter__(self) -> Self:
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            self._lock = _lock(self.root, self.source, 0)
        except OSError as error:
            raise ConfigError(f"The raw root can't be written ({error.strerror})", "Check KPI_RAW_ROOT") from None
        try:
            self._clear_leftovers()
            self._tree.mkdir(parents=True)
            _restore_links(self.root)
        except BaseException:
            self._lock.close()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None):
        for writer in self._writers.values():
            with suppress(Exception):  # a full disk: the file is removed with its folder
                writer.end_file()
        shutil.rmtree(self.folder, ignore_errors=True)
        self._lock.close()

    def _clear_leftovers(self) -> None:
        for left in sorted((self.root / ".staging").glob(f"*-{self.source}-*")):
            if self._abandon and (left / "notes").exists():
                self._abandon((left / "notes").read_text("utf-8").splitlines())
            if (left / "was").is_dir():
                _link_missing(left / "was", self.root / ".current")
            shutil.rmtree(left)

    def note(self, text: str) -> None:
        """Remembers, even if this process is killed, what has been started elsewhere; the next load ends it."""
        with open(self.folder / "notes", "a", encoding="utf-8") as stream:
            stream.write(text + "\n")
            stream.flush()
            os.fsync(stream.fileno())

    def forget(self) -> None:
        """Everything that was noted has ended."""
        (self.folder / "notes").unlink(missing_ok=True)

    def add(self, table: str, rows: Iterable[Mapping[str, Any]], folder: str | None = None, part: str = "") -> None:
        """Adds rows of a table.

        Args:
            table: its name.
            rows: JSON values by column; columns may come and go from row to row.
            folder: the source folder, if not the load's own.
            part: a folder below the table's, where the path says what the rows are of.
        """
        where = (folder or self.source, f"{table}/{part}" if part else table)
        texts = [{name: as_text(value) for name, value in row.items()} for row in rows]
        if not texts:
            return
        if where not in self._writers:
            target = self._tree / where[0] / where[1]
            self._writers[where] = _TableWriter(target, self.report.load_id, self.loaded_at, self.warn)
        self._writers[where].add(texts)
        if folder is None:
            self.count(table, len(texts))

    def count(self, table: str, rows: int) -> None:
        """Counts rows of a table into the report."""
        self.report.rows[table] = self.report.rows.get(table, 0) + rows
        self._progress.add(table, rows)

    def add_deleted(self, table: str, key: tuple[str, ...], gone: Iterable[tuple], known: int = 0) -> bool:
        """Adds a row with the key and `_deleted` = Y for each record that is gone at the source.

        Args:
            table: its name.
            key: the columns that make a record one.
            gone: the keys.
            known: how many records there were to be found. If too large a share of them is gone at once, that looks like
                lost permissions rather than deletions: then there is a warning instead. A large share of few records,
                and many records, are believed and told. 0 = any number is believed.

        Returns:
            Whether they were believed to be gone.
        """
        rows = [{**dict(zip(key, one)), "_deleted": "Y"} for one in gone]
        share = self._settings.max_deleted_share
        is_large_share = bool(known) and len(rows) > known * share
        if is_large_share and len(rows) >= FEW:
            self.warn(
                f"{table}: {len(rows)} of {known} known records did not come any more; they were not marked as deleted, for"
                " that looks like lost permissions"
            )
            return False
        if is_large_share or known and len(rows) >= MANY:
            self.warn(f"{table}: {len(rows)} of {known} known records did not come any more and are marked as deleted")
        self.add(table, rows)
        return True

    def add_total(self, total: Total) -> None:
        """Adds a total that the source itself tells, to `control/totals` and to the report."""
        self.report.totals.append(total)
        row = {"source_name": self.source, "table_name": total.table, "day": total.day}
        self.add("totals", [{**row, "row_count": total.row_count, "amount": total.amount}], "control")

    def warn(self, text: str) -> None:
        """Puts a warning into the report, once."""
        text = storable(text)
        if text not in self.report.warnings:
            self.report.warnings.append(text)

    def path_for(self, folder: str, table: str, name: str) -> Path:
        """Where to write a file that is to be seen as `<folder>/<table>/<name>` after the commit."""
        path = self._tree / folder / table / name
        path.parent.mkdir(parents=True, exist_ok=True)
        self._files.append(path)
        return path

    def drop(self, *paths: Path) -> None:
        """Takes back files given out by `path_for`."""
        for path in paths:
            self._files.remove(path)
            path.unlink(missing_ok=True)
            with suppress(OSError):  # another file is in the folder
                path.parent.rmdir()

    def commit(self, state: Mapping[str, Any]) -> None:
        """Makes the load visible, whole.

        Args:
            state: the source's cursors from now on.

        Raises:
            ConfigError: the file system has no links, or is full, or nobody can tell who has been erased; nothing is visible then.
        """
        from flows.erased import blank_new

        for writer in self._writers.values():
            writer.close()
            self._files += writer.files
        self.report.files = [path.relative_to(self._tree).as_posix() for path in self._files]
        self.report.seconds = time.monotonic() - self._progress.begun
        try:
            with _lock(self.root, "switch", self._settings.wait_seconds):
                for name in sorted({path.relative_to(self._tree).parts[0] for path in self._files}):
                    if _is_ordinary(self.root / name):
                        _adopt(self.root, name, self.folder)
                blank_new(self._files, self._tree, self.root)
                self._write_loads(state)
                for path in self._files:
                    sync(path)
                _switch(self.root, self._tree, self.report.load_id)
        except OSError as error:
            trouble = f"{self.source}: the raw root can't be written ({error.strerror})"
        else:
            if self.afterwards:
                self.afterwards()
            return
        raise ConfigError(trouble, "Nothing was loaded; it needs free space and a file system with hard links")

    def _write_loads(self, state: Mapping[str, Any]) -> None:
        folder = self._tree / ".loads"
        folder.mkdir()
        states = _read_json(self.root / ".loads" / "state.json") | {self.source: dict(state)}
        for name, content in (("state.json", states), (f"{self.report.load_id}.json", asdict(self.report))):
            (folder / name).write_text(json.dumps(content, ensure_ascii=False, indent=1), "utf-8")
            self._files.append(folder / name)


class _TableWriter:
    """Text columns of one table, in as many files as there are sets of columns.

    Signs that no text can hold are replaced, and their rows are named; keys that differ by case alone are one column.
    """

    def __init__(self, folder: Path, load_id: str, loaded_at: str, warn: Callable[[str], None]):
        self.folder, self.load_id, self.loaded_at, self.warn = folder, load_id, loaded_at, warn
        self.files: list[Path] = []
        self._known: set[str] = set()  # every key that came
        self._columns: dict[str, list[str]] = {}  # a column's name in lower case: its keys, the commonest first
        self._waiting: list[dict[str, str | None]] = []
        self._rows = 0  # of the file that is being written
        self._writer: pq.ParquetWriter | None = None

    def add(self, rows: list[dict[str, str | None]]) -> None:
        self._waiting += rows
        if len(self._waiting) >= BUFFER_ROWS:
            self._write()

    def close(self) -> None:
        if self._waiting:
            self._write()
        self.end_file()

    def _write(self) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        rows, self._waiting = self._waiting, []
        before = len(self._known)
        for row in rows:
            if not row.keys() <= self._known:
                self._learn(row)
        if len(self._known) > before:
            self.end_file()
            for keys in self._columns.values():
                if len(keys) > 1:
                    keys.sort(key=lambda key: -sum(key in row for row in rows))
        if self._writer is None:
            self.files.append(self.folder / f"{self.load_id}.{len(self.files)}.parquet")
        columns = self._texts(rows)
        stamp = pa.array([self.loaded_at] * len(rows), pa.string())
        table = pa.table([*columns.values(), stamp], [*columns, "_loaded_at"])
        if self._writer is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._writer = pq.ParquetWriter(self.files[-1], table.schema, compression="zstd")
        self._writer.write_table(table)
        self._rows += len(rows)

    def _learn(self, row: Mapping[str, Any]) -> None:
        """Finds the columns of keys that did not come before."""
        for key in row:
            if key in self._known:
                continue
            self._known.add(key)
            name = storable(key).lower()
            if not key or name == "_loaded_at":
                self.warn(f"{self._place}: a key that is empty or _loaded_at is left out")
            elif name in self._columns:
                self._columns[name].append(key)
                self.warn(
                    f"{self._place}: keys that differ by case alone are one column; where a row has several, the value of"
                    " the commonest is kept"
                )
            elif len(self._columns) < MOST_COLUMNS:
                self._columns[name] = [key]
            else:
                self.warn(f"{self._place}: more than {MOST_COLUMNS} columns; those that came later are left out")

    def _texts(self, rows: list[dict[str, str | None]]) -> dict[str, "pa.Array"]:
        """The columns of some rows, by name."""
        import pyarrow as pa

        columns: dict[str, pa.Array] = {}
        odd: set[int] = set()
        for first, *others in self._columns.values():
            values = [row.get(first) for row in rows]
            for key in others:
                values = [row.get(key) if value is None else value for row, value in zip(rows, values)]
            try:
                column = pa.array(values, pa.string())
                is_odd = b"\0" in bytes(column.buffers()[2] or b"")
            except UnicodeEncodeError:
                is_odd = True
            if is_odd:
                odd |= {
                    number for number, value in enumerate(values, self._rows + 1) if value and NO_TEXT.search(value)
                }
                column = pa.array([value and storable(value) for value in values], pa.string())
            columns[storable(first)] = column
        if odd:
            some = ", ".join(map(str, sorted(odd)[:SHOWN_ROWS])) + (", …" if len(odd) > SHOWN_ROWS else "")
            self.warn(
                f"{self._place}/{self.files[-1].name}: {len(odd)} rows held what no text can hold (NUL, bytes that are not"
                f" UTF-8, or lists nested too deep); it is {INSTEAD} now (row {some})"
            )
        return columns

    @property
    def _place(self) -> str:
        return f"{self.folder.parent.name}/{self.folder.name}"

    def end_file(self) -> None:
        """Closes the file; what still waits is not written."""
        if self._writer is not None:
            self._writer.close()
            self._writer, self._rows = None, 0


# --- the switch -------------------------------------------------------------------------------------------------


def _lock(root: Path, name: str, seconds: float) -> Lock:
    """An exclusive lock of the raw root. Raises Busy if another process held it all the time."""
    try:
        return Lock(root / ".locks" / name, seconds=seconds)
    except Locked:
        pass
    raise Busy(
        f"{name}: another load, or an erasure, is at work in this raw root",
        "Nothing was loaded; wait for its end, or stop it",
    )


@contextmanager
def standing_still(root: Path, seconds: float = 600, ended: Iterable[str] | None = None) -> Iterator[list[Path]]:
    """No load becomes visible meanwhile; those under way go on, and are blanked by the register as it is at their end.

    Args:
        root: the raw root.
        seconds: how long to wait for a load that is becoming visible.
        ended: sources of which no load may be under way, beside all that ever loaded into this raw root; None = loads may be.

    Yields:
        The staging folders that killed loads have left; nobody works in them.

    Raises:
        Busy: loads were at it all the time, or one is under way that may not be.
    """
    with ExitStack() as held:
        known: set[str] = set()
        if ended is not None:
            (root / ".locks").mkdir(exist_ok=True)
            known = {*ended, *os.listdir(root / ".locks")} - {"switch"}
            for source in sorted(known):
                try:
                    held.enter_context(_lock(root, source, 0))
                except Busy:
                    raise Busy(
                        f"a load of {source} is at work in this raw root", "Wait for its end, or stop it"
                    ) from None
        held.enter_context(_lock(root, "switch", seconds))
        left: list[Path] = []
        for folder in (root / ".staging").glob("*"):
            source = re.fullmatch(r"[^-]+-(.+)-[0-9a-f]{6}", folder.name)
            if source and folder.is_dir():
                with suppress(Busy):
                    if source[1] not in known:
                        held.enter_context(_lock(root, source[1], 0))
                        known.add(source[1])
                    left.append(folder)
        yield left


def _switch(root: Path, tree: Path, name: str) -> None:
    """Completes a tree with what the current one holds, and makes it the current one by one rename."""
    current = root / ".current"
    before = current.resolve() if current.is_symlink() else None
    if before:
        _link_missing(before, tree)
    for folder, _, _ in os.walk(tree):
        sync(Path(folder))
    trees = root / ".trees"
    trees.mkdir(exist_ok=True)
    os.rename(tree, trees / name)
    sync(trees)
    for entry in os.listdir(trees / name):
        if not _is_ordinary(root / entry):
            _point(root / entry, f".current/{entry}")
    _point(current, f".trees/{name}")
    with suppress(OSError):  # the load stands from here on
        sync(root)
        if before:
            _link_missing(before, trees / name)  # what people dropped in while the tree was being made
        for old in trees.iterdir():
            if old.name != name and time.time() - old.stat().st_ctime > KEEP_TREE_SECONDS:
                shutil.rmtree(old, ignore_errors=True)


def _adopt(root: Path, name: str, staging: Path) -> None:
    """Turns an ordinary folder of the raw root into a link, its files unchanged.

    It is missing for the moment between two system calls, once in its life.
    """
    _link_missing(root / name, staging / "adopted" / name)
    _switch(root, staging / "adopted", f"{staging.name}-{name}")
    was = staging / "was" / name
    was.parent.mkdir(exist_ok=True)
    link = _new_link(root, f".current/{name}")
    os.rename(root / name, was)
    os.replace(link, root / name)
    _link_missing(was, root / ".current" / name)


def _is_ordinary(folder: Path) -> bool:
    return folder.is_dir() and not folder.is_symlink()


def _restore_links(root: Path) -> None:
    """Puts back the links of the raw root that are missing: a process was killed, or somebody removed them."""
    current = root / ".current"
    if current.is_dir():
        for entry in os.listdir(current):
            if not os.path.lexists(root / entry):
                _point(root / entry, f".current/{entry}")


def _point(link: Path, target: str) -> None:
    """Makes a link of the raw root point to a target, replacing the link that is there in one step."""
    if not link.is_symlink() or os.readlink(link) != target:
        os.replace(_new_link(link.parent, target), link)


def _new_link(root: Path, target: str) -> Path:
    path = root / ".staging" / f"link-{randomness.token_hex(6)}"
    os.symlink(target, path)
    return path


def _link_missing(source: Path, target: Path) -> None:
    """Hard-links every file below a folder into another one that lacks it."""
    for folder, _, names in os.walk(source):
        there = target / Path(folder).relative_to(source)
        there.mkdir(parents=True, exist_ok=True)
        present = set(os.listdir(there))
        for name in names:
            if name not in present:
                os.link(os.path.join(folder, name), there / name, follow_symlinks=False)
