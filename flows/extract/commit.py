"""Loads that readers of a raw root see whole or not at all, whenever the loader is killed.

Readers list `<root>/<source>/<table>/*.parquet` and know nothing of loads. So a load must appear in all its tables, in
`control` and in the cursors at one instant, and the only instant that a file system offers is one rename:

    <root>/<source>             a link to .current/<source>; likewise `control`, `.loads` and `.originals`
    <root>/.current             a link to .trees/<load id>: THE SWITCH
    <root>/.trees/<load id>/    <source>/<table>/*.parquet for all sources that loaders keep, control/totals/*.parquet,
                                .loads/state.json (every source's cursor), .loads/<load id>.json (what each load did),
                                .originals/ (what was taken from the inbox); hard links, but for the newest load's files
    <root>/.staging/<load id>/  a load under way
    <root>/.locks/              one lock for each source, one for the switch; a killed process lets go of its own

A load writes its files into its staging folder and syncs them. To commit, it links every file of the current tree in
beside them, syncs the folders, renames the whole to `.trees/<load id>`, and then renames a new link over `.current`.
Killed before that last rename, the load has never been: the next one removes what it left in `.staging`. Killed after
it, the load is complete, cursor included, so there is no journal to replay and no half state to repair; a load that
is run again never loses a row, and re-sends at most what it would have sent anyway.

A single listing is thus always of one load. A reader that lists several tables one after the other and wants all of
them from the same load resolves `.current` once and lists below that; a tree stays for a day after its successor.

Files that people put into `<root>/<source>/<table>/` themselves are carried from tree to tree like all others. A
source folder that is an ordinary folder when its first load comes becomes a link then, its files unchanged.

The raw root's file system must have hard and symbolic links, and the root must not be below a folder that a program
rewrites behind the loader's back (a sync client).
"""

import fcntl
import json
import os
import secrets as randomness
import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from flows.extract.common import Busy, ConfigError, LoadReport, Progress, Run, Total, as_text, iso

if TYPE_CHECKING:
    import pyarrow.parquet as pq

BUFFER_ROWS = 20_000
KEEP_TREE_SECONDS = 86_400
MANY = 50  # records; fewer can go at once without a doubt,
ALL = 10  # unless they are all there were, and as many as this


def state_of(root: Path, source: str) -> dict[str, Any]:
    """The cursors that the last load of a source left; empty before the first one."""
    return _read_json(root / ".loads" / "state.json").get(source, {})


def _read_json(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}


def landed(root: Path, source: str, table: str, columns: Iterable[str]) -> Iterator[dict[str, str | None]]:
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
        except pa.ArrowException:  # somebody's damaged file: readers leave it out too, and name it
            continue


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
    for row in landed(root, source, table, (*key, *also)):
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
            self._lock = _Lock(self.root, self.source, 0)
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

    def add(self, table: str, rows: Iterable[Mapping[str, Any]], folder: str | None = None) -> None:
        """Adds rows of a table.

        Args:
            table: its name.
            rows: JSON values by column; columns may come and go from row to row.
            folder: the source folder, if not the load's own.
        """
        where = (folder or self.source, table)
        texts = [{name: as_text(value) for name, value in row.items()} for row in rows]
        if not texts:
            return
        if where not in self._writers:
            self._writers[where] = _TableWriter(self._tree / where[0] / table, self.report.load_id, self.loaded_at)
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
            known: how many records there were to be found. If far too many of them are gone at once, that looks like
                lost permissions rather than deletions: then there is a warning instead. 0 = any number is believed.

        Returns:
            Whether they were believed to be gone.
        """
        rows = [{**dict(zip(key, one)), "_deleted": "Y"} for one in gone]
        share = self._settings.max_deleted_share
        if known and len(rows) > known * share and (len(rows) > MANY or len(rows) == known >= ALL):
            self.warn(
                f"{table}: {len(rows)} of {known} known records did not come any more; they were not marked as deleted, for"
                " that looks like lost permissions"
            )
            return False
        self.add(table, rows)
        return True

    def add_total(self, total: Total) -> None:
        """Adds a total that the source itself tells, to `control/totals` and to the report."""
        self.report.totals.append(total)
        row = {"source_name": self.source, "table_name": total.table, "day": total.day}
        self.add("totals", [{**row, "row_count": total.row_count, "amount": total.amount}], "control")

    def warn(self, text: str) -> None:
        """Puts a warning into the report, once."""
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
            ConfigError: the file system has no links, or is full; nothing is visible then.
        """
        for writer in self._writers.values():
            writer.close()
            self._files += writer.files
        self.report.files = [path.relative_to(self._tree).as_posix() for path in self._files]
        self.report.seconds = time.monotonic() - self._progress.begun
        try:
            with _Lock(self.root, "switch", self._settings.wait_seconds):
                for name in sorted({path.relative_to(self._tree).parts[0] for path in self._files}):
                    if _is_ordinary(self.root / name):
                        _adopt(self.root, name, self.folder)
                self._write_loads(state)
                for path in self._files:
                    _sync(path)
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
    """Text columns of one table, in as many files as there are sets of columns."""

    def __init__(self, folder: Path, load_id: str, loaded_at: str):
        self.folder, self.load_id, self.loaded_at = folder, load_id, loaded_at
        self.files: list[Path] = []
        self._columns: dict[str, None] = {}
        self._waiting: list[dict[str, str | None]] = []
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
        before = len(self._columns)
        for row in rows:
            self._columns.update(dict.fromkeys(row))
        if len(self._columns) > before:
            self.end_file()
        names = list(self._columns)
        columns = [pa.array([row.get(name) for row in rows], pa.string()) for name in names]
        stamp = pa.array([self.loaded_at] * len(rows), pa.string())
        table = pa.table([*columns, stamp], [*names, "_loaded_at"])
        if self._writer is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.files.append(self.folder / f"{self.load_id}.{len(self.files)}.parquet")
            self._writer = pq.ParquetWriter(self.files[-1], table.schema, compression="zstd")
        self._writer.write_table(table)

    def end_file(self) -> None:
        """Closes the file; what still waits is not written."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None


# --- the switch -------------------------------------------------------------------------------------------------


class _Lock:
    """An exclusive lock of the raw root, held until it is closed or the process ends.

    Args:
        root: the raw root.
        name: of the lock.
        seconds: how long to wait for it.

    Raises:
        Busy: another process held it all the time.
        OSError: the raw root can't be written.
    """

    def __init__(self, root: Path, name: str, seconds: float):
        folder = root / ".locks"
        folder.mkdir(exist_ok=True)
        self._handle = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o644)
        end = time.monotonic() + seconds
        while True:
            try:
                fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                if time.monotonic() >= end:
                    break
                time.sleep(0.05)
        self.close()
        raise Busy(
            f"{name}: another load is at work in this raw root", "Nothing was loaded; wait for its end, or stop it"
        )

    def close(self) -> None:
        os.close(self._handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _switch(root: Path, tree: Path, name: str) -> None:
    """Completes a tree with what the current one holds, and makes it the current one by one rename."""
    current = root / ".current"
    before = current.resolve() if current.is_symlink() else None
    if before:
        _link_missing(before, tree)
    for folder, _, _ in os.walk(tree):
        _sync(Path(folder))
    trees = root / ".trees"
    trees.mkdir(exist_ok=True)
    os.rename(tree, trees / name)
    _sync(trees)
    for entry in os.listdir(trees / name):
        if not _is_ordinary(root / entry):
            _point(root / entry, f".current/{entry}")
    _point(current, f".trees/{name}")
    with suppress(OSError):  # the load stands from here on
        _sync(root)
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


def _sync(path: Path) -> None:
    """Waits until a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
