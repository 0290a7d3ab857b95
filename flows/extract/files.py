"""Files from an inbox folder, for any system without a loader of its own. Env KPI_INBOX: the folder.

A file is `<inbox>/<entity>/<any name>.csv|.parquet`, or `<inbox>/<entity>.csv`, `<inbox>/<entity>__<anything>.csv`; the
entities are those of the contract. Each becomes a Parquet file of `files/<entity>/`, with `loaded_at` where it has none;
the original is kept as `.originals/<entity>/<load id>-<name>`; the inbox file is removed after the commit alone, and
only if nobody has touched it since. Broken lines of a CSV are named in `control/rejected_lines`. A file that can't be
read, or whose entity is unknown, stays in the inbox, with a warning at every load.
"""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.base.errors import ConfigError, LoadError
from flows.base.settings import setting
from flows.contract import EVERY_ROW, entities
from flows.extract.commit import Load, state_of
from flows.extract.common import LoadReport, Run
from raw_views.scan import printable

if TYPE_CHECKING:
    import pyarrow as pa

UNFINISHED = (".tmp", ".part", ".crdownload")
SUFFIXES = (".csv", ".parquet")
RAW_VIEWS_OWN = ("_raw_file", "_raw_row", "_raw_decimals", "_loaded_at")
LONGEST_NAME = 200  # bytes of a name that are kept; with the load's id before it, a file system takes no more than 255


@dataclass(frozen=True)
class Found:
    """A file of the inbox: its entity, and what shows whether it is touched (path, size, time of change, inode)."""

    path: Path
    entity: str
    mark: tuple[str, int, int, int]

    @property
    def name(self) -> str:
        """The file's name, as text that can be stored."""
        return printable(self.path.name)

    @property
    def short_name(self) -> str:
        """The end of its name, that other signs fit before it."""
        return self.name.encode()[-LONGEST_NAME:].decode("utf-8", "ignore")


def read(load: Load, run: Run) -> dict[str, Any]:
    """Loads every file of the inbox that can be read.

    Args:
        load: where to put them.
        run: what was asked for; the days are not used.

    Returns:
        The marks of the files taken, so that a load killed before it removed them is not repeated.

    Raises:
        ConfigError: KPI_INBOX is not set or is no folder.
        OSError: the disk is full.
    """
    columns = _declared_columns()
    taken_before = {tuple(mark) for mark in state_of(run.root, run.source).get("taken", [])}
    taken: list[Found] = []
    for number, found in enumerate(_inbox(load.warn)):
        if found.mark in taken_before:
            found.path.unlink()
        elif found.entity not in columns:
            load.warn(f"{found.name}: left in the inbox, no entity is called {found.entity}")
        elif _take(load, found, columns[found.entity], f"{load.report.load_id}.{number}"):
            taken.append(found)
    load.afterwards = lambda: _remove(load, taken)
    return {"taken": [found.mark for found in taken]}


def _inbox(warn) -> Iterator[Found]:
    folder = Path(setting("KPI_INBOX"))
    if not folder.is_dir():
        raise ConfigError(f"KPI_INBOX is {folder}, which is no folder", "Make it, or set another one")
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        hidden = any(part.startswith((".", "~", "_")) for part in inner.parts)
        if hidden or path.name.lower().endswith(UNFINISHED) or not path.is_file():
            continue
        if path.suffix.lower() not in SUFFIXES:
            warn(f"{printable(path.name)}: left in the inbox, it is neither .csv nor .parquet")
            continue
        entity = inner.parts[0] if len(inner.parts) > 1 else path.stem.split("__")[0]
        with suppress(FileNotFoundError):  # somebody took it away
            yield Found(path, printable(entity), _mark(path))


def _mark(path: Path) -> tuple[str, int, int, int]:
    status = path.stat()
    return printable(str(path)), status.st_size, status.st_mtime_ns, status.st_ino


def _take(load: Load, found: Found, declared: set[str], name: str) -> bool:
    """Copies a file, normalises the copy, and says whether it was taken. `name` begins the names of what it becomes."""
    from raw_views.csv_files import Unreadable

    original = load.path_for(".originals", found.entity, f"{name}-{found.short_name}")
    target = load.path_for("files", found.entity, f"{name}.parquet")
    try:
        shutil.copyfile(found.path, original)
        if _mark(found.path) != found.mark:
            raise Unreadable("it is being written")
        rows = _normalise(load, found, original, target, declared)
    except (Unreadable, FileNotFoundError, PermissionError) as error:
        why = f"it can't be read ({error.strerror})" if isinstance(error, OSError) else error
    except Exception as error:  # noqa: BLE001 - one file's damage, of whatever kind, stops no other file
        if isinstance(error, LoadError) or getattr(error, "errno", None):
            raise
        why = f"it can't be read ({type(error).__name__})"
    else:
        load.count(found.entity, rows)
        return True
    load.warn(f"{found.name}: left in the inbox, {why}")
    load.drop(original, target)
    return False


def _normalise(load: Load, found: Found, original: Path, target: Path, declared: set[str]) -> int:
    """Writes a file as Parquet with its load stamp, and returns its number of rows.

    Raises:
        Unreadable: it can't be used as a whole.
    """
    from raw_views.csv_files import Unreadable, convert
    from raw_views.scan import Engine, nul_told, prove_parquet

    rejects: list[tuple[int, str]] = []
    source = original
    if original.suffix.lower() == ".csv":
        source = load.folder / "converted.parquet"
        done = convert(original, original.name, source)
        rejects = done.rejects
        notes = done.notes
    else:
        engine = Engine()
        notes = nul_told(str(source), prove_parquet(str(source), engine)[1], engine)
    names, rows = _stamp(source, target, load.loaded_at)
    if not {name.lower() for name in names} & declared:
        raise Unreadable(f"none of its column names is a column of {found.entity}")
    for note in notes:
        load.warn(f"{found.name}: {note}")
    if rejects:
        load.warn(f"{found.name}: {len(rejects)} broken lines left out (control/rejected_lines)")
        raw_file = f".originals/{found.entity}/{original.name}"
        where = {"source_name": "files", "table_name": found.entity, "raw_file": raw_file}
        load.add("rejected_lines", ({**where, "raw_row": line, "reason": why} for line, why in rejects), "control")
    return rows


def _stamp(source: Path, target: Path, loaded_at: str) -> tuple[list[str], int]:
    """Copies a Parquet file, adding the load stamp, and returns the names of its columns and its number of rows.

    Raises:
        Unreadable: two columns have the same name.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    from raw_views.csv_files import Unreadable

    with pq.ParquetFile(source) as parquet:
        low = [name.lower() for name in parquet.schema_arrow.names]
        for place, name in enumerate(low, 1):
            if (first := low.index(name) + 1) < place:
                raise Unreadable(f"columns {first} and {place} have the same name")
        names = [name for name in parquet.schema_arrow.names if name.lower() not in RAW_VIEWS_OWN]
        stamps = ["_loaded_at", *(() if "loaded_at" in low else ("loaded_at",))]
        fields = [parquet.schema_arrow.field(name) for name in names]
        schema = pa.schema([*fields, *(pa.field(name, pa.string()) for name in stamps)])
        with pq.ParquetWriter(target, schema, compression="zstd") as writer:
            for batch in parquet.iter_batches(columns=names):
                writer.write_batch(_stamped(batch, schema, len(stamps), loaded_at))
        return names, parquet.metadata.num_rows


def _stamped(batch: "pa.RecordBatch", schema: "pa.Schema", stamps: int, loaded_at: str) -> "pa.RecordBatch":
    import pyarrow as pa

    stamp = pa.repeat(pa.scalar(loaded_at), batch.num_rows)
    return pa.RecordBatch.from_arrays([*batch.columns, *[stamp] * stamps], schema=schema)


def _remove(load: Load, taken: list[Found]) -> None:
    for found in taken:
        try:
            if _mark(found.path) == found.mark:
                found.path.unlink()
            else:
                load.warn(f"{found.name}: loaded, and changed since; the next load takes it again")
        except OSError as error:
            load.warn(f"{found.name}: loaded, but can't be removed from the inbox ({error.strerror})")


def _declared_columns() -> dict[str, set[str]]:
    """The columns of each entity, as the contract has them."""
    return {
        entity.name: {*EVERY_ROW, "loaded_at", "is_deleted", *(column.name for column in entity.columns)}
        for entity in entities()
    }


def plan(run: Run) -> LoadReport:
    """Lists the files that a load would take; nothing is read, nothing moved.

    Raises:
        ConfigError: KPI_INBOX is not set or is no folder.
    """
    report = LoadReport(run.source)
    columns = _declared_columns()
    for found in _inbox(report.warnings.append):
        known = found.entity in columns
        report.rows |= {found.entity: -1} if known else {}
        size = f"{found.name}: {found.mark[1]} bytes"
        report.warnings.append(f"{size} for {found.entity}" if known else f"{size}, no entity is called {found.entity}")
    return report
