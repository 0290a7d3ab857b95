"""Files from an inbox folder, for any system without a loader of its own. Env KPI_INBOX: the folder.

A file is `<inbox>/<entity>/<any name>.csv|.parquet`, or `<inbox>/<entity>.csv`, `<inbox>/<entity>__<anything>.csv`; the
entities are those of the contract. Each becomes a Parquet file of `files/<entity>/`, with `loaded_at` where it has none;
the original is kept as `.originals/<entity>/<load id>-<name>`; the inbox file is removed after the commit alone, and
only if nobody has touched it since. Broken lines of a CSV are named in `control/rejected_lines`. A file that can't be
read, or whose entity is unknown, stays in the inbox, with a warning at every load.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.extract.commit import Load, state_of
from flows.extract.common import ConfigError, LoadReport, Run, setting

if TYPE_CHECKING:
    import pyarrow as pa

DECLARED = Path(__file__).parents[2] / "models" / "staging" / "files" / "_files__sources.yml"
UNFINISHED = (".tmp", ".part", ".crdownload")
SUFFIXES = (".csv", ".parquet")


@dataclass(frozen=True)
class Found:
    """A file of the inbox: its entity, and what shows whether it is touched (path, size, time of change, inode)."""

    path: Path
    entity: str
    mark: tuple[str, int, int, int]


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
            load.warn(f"{found.path.name}: left in the inbox, no entity is called {found.entity}")
        elif _take(load, found, columns[found.entity], f"{load.report.load_id}.{number}"):
            taken.append(found)
    load.afterwards = lambda: _remove(load, taken)
    return {"taken": [found.mark for found in taken]}


def _inbox(warn) -> Iterator[Found]:
    folder = Path(setting("KPI_INBOX", "The folder into which files are dropped"))
    if not folder.is_dir():
        raise ConfigError(f"KPI_INBOX is {folder}, which is no folder", "Make it, or set another one")
    for path in sorted(folder.rglob("*")):
        inner = path.relative_to(folder)
        hidden = any(part.startswith((".", "~", "_")) for part in inner.parts)
        if hidden or path.name.lower().endswith(UNFINISHED) or not path.is_file():
            continue
        if path.suffix.lower() not in SUFFIXES:
            warn(f"{path.name}: left in the inbox, it is neither .csv nor .parquet")
            continue
        entity = inner.parts[0] if len(inner.parts) > 1 else path.stem.split("__")[0]
        yield Found(path, entity, _mark(path))


def _mark(path: Path) -> tuple[str, int, int, int]:
    status = path.stat()
    return str(path), status.st_size, status.st_mtime_ns, status.st_ino


def _take(load: Load, found: Found, declared: set[str], name: str) -> bool:
    """Copies a file, normalises the copy, and says whether it was taken. `name` begins the names of what it becomes."""
    from landing.csv_files import Unreadable

    original = load.path_for(".originals", found.entity, f"{name}-{found.path.name}")
    target = load.path_for("files", found.entity, f"{name}.parquet")
    try:
        shutil.copyfile(found.path, original)
        if _mark(found.path) != found.mark:
            raise Unreadable("it is being written")
        rows = _normalise(load, found.entity, original, target, declared)
    except (Unreadable, FileNotFoundError) as error:
        load.warn(f"{found.path.name}: left in the inbox, {error}")
        load.drop(original, target)
        return False
    load.count(found.entity, rows)
    return True


def _normalise(load: Load, entity: str, original: Path, target: Path, declared: set[str]) -> int:
    """Writes a file as Parquet with its load stamp, and returns its number of rows.

    Raises:
        Unreadable: it can't be used as a whole.
    """
    import pyarrow as pa

    from landing.csv_files import Unreadable, convert

    rejects: list[tuple[int, str]] = []
    source = original
    if original.suffix.lower() == ".csv":
        source = load.folder / "converted.parquet"
        done = convert(original, original.name, source)
        rejects = done.rejects
        for note in done.notes:
            load.warn(f"{original.name}: {note}")
    try:
        names, rows = _stamp(source, target, load.loaded_at)
    except (pa.ArrowException, OSError) as error:
        if getattr(error, "errno", None):
            raise
        raise Unreadable("damaged or cut short Parquet file") from None
    if not {name.lower() for name in names} & declared:
        raise Unreadable(f"none of its column names is a column of {entity}")
    if rejects:
        load.warn(f"{original.name}: {len(rejects)} broken lines left out (control/rejected_lines)")
        where = {"source_name": "files", "table_name": entity, "raw_file": f".originals/{entity}/{original.name}"}
        load.add("rejected_lines", ({**where, "raw_row": line, "reason": why} for line, why in rejects), "control")
    return rows


def _stamp(source: Path, target: Path, loaded_at: str) -> tuple[list[str], int]:
    """Copies a Parquet file, adding the load stamp, and returns the names of its columns and its number of rows."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(source, page_checksum_verification=True) as parquet:
        names = [name for name in parquet.schema_arrow.names if name not in ("_raw_file", "_raw_row", "_loaded_at")]
        stamps = ["_loaded_at", *(() if "loaded_at" in names else ("loaded_at",))]
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
                load.warn(f"{found.path.name}: loaded, and changed since; the next load takes it again")
        except OSError as error:
            load.warn(f"{found.path.name}: loaded, but can't be removed from the inbox ({error.strerror})")


def _declared_columns() -> dict[str, set[str]]:
    """The columns of each entity, as the warehouse declares them."""
    import yaml

    quick = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    declared = yaml.load(DECLARED.read_text("utf-8"), quick)
    tables = next(source["tables"] for source in declared["sources"] if source["name"] == "files")
    return {table["name"]: {column["name"].lower() for column in table["columns"]} for table in tables}


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
        size = f"{os.path.basename(found.path)}: {found.mark[1]} bytes"
        report.warnings.append(f"{size} for {found.entity}" if known else f"{size}, no entity is called {found.entity}")
    return report
