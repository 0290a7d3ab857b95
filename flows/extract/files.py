"""Files from an inbox folder, for any system without a loader of its own. Env KPI_INBOX: the folder.

A file in the contract's own words is `<inbox>/<entity>/<any name>.csv|.parquet`, or `<inbox>/<entity>.csv`,
`<inbox>/<entity>__<anything>.csv`. It becomes a Parquet file of `files/<entity>/`; the original is kept as
`.originals/<entity>/<load id>-<name>`. Broken lines of a CSV are named in `control/rejected_lines`. Any other file, a workbook
too, is read by the mapping that fits it, else by the dictionary (flows/intake); a folder named like an entity says what it
holds. Rows of a table's first load bear no stamp of loading: they are history, and their own days tell when they were.

The inbox file is removed after the commit alone, and only if nobody has touched it since. A file that can't be read, or lacks
a required column, or is of no known entity, stays in the inbox, with a warning at every load.
"""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.base.errors import ConfigError, LoadError
from flows.base.settings import setting
from flows.contract import EVERY_ROW, Entity, entities
from flows.extract.commit import Load, state_of
from flows.extract.common import LoadReport, Run
from flows.intake import load as intake
from flows.intake.plan import Planned
from flows.intake.plan import plan as plan_files
from flows.intake.sheets import SUFFIXES
from raw_views.scan import printable

if TYPE_CHECKING:
    import pyarrow as pa

UNFINISHED = (".tmp", ".part", ".crdownload")
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
        elif _in_own_words(found):
            if _take(load, found, columns[found.entity], f"{load.report.load_id}.{number}"):
                taken.append(found)
        elif _take_others(load, found, f"{load.report.load_id}.{number}"):
            taken.append(found)
    intake.tell_first(load)
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
            warn(f"{printable(path.name)}: left in the inbox, it is none of {', '.join(SUFFIXES)}")
            continue
        entity = inner.parts[0] if len(inner.parts) > 1 else path.stem.split("__")[0]
        with suppress(FileNotFoundError):  # somebody took it away
            yield Found(path, printable(entity), _mark(path))


def _mark(path: Path) -> tuple[str, int, int, int]:
    status = path.stat()
    return printable(str(path)), status.st_size, status.st_mtime_ns, status.st_ino


def _in_own_words(found: Found) -> bool:
    """Whether a file has the contract's own names of all columns that each row must have, or those of rows that are gone."""
    from raw_views.csv_files import Expected, Unreadable, layout, one_word

    entity = next((one for one in entities() if one.name == found.entity), None)
    if entity is None or found.path.suffix.lower() not in (".csv", ".parquet"):
        return False
    try:
        if found.path.suffix.lower() == ".parquet":
            import pyarrow.parquet as pq

            names = pq.read_schema(found.path).names
        else:
            names = layout(
                found.path, Expected(frozenset(one_word(name) for name in _declared_columns()[entity.name]))
            )[2]
    except (Unreadable, OSError, ValueError):
        return True  # whoever takes it says what is wrong
    told = {one_word(name) for name in names}
    return told >= _needed(entity) or {*map(one_word, entity.key), "isdeleted"} <= told


def _needed(entity: Entity) -> set[str]:
    from raw_views.csv_files import one_word

    return {one_word(column.name) for column in entity.columns if "required" in column.flags}


def _take_others(load: Load, found: Found, name: str) -> bool:
    """Takes a file in the words of another program, all its sheets that hold something or none of them."""
    planned = _planned(found)
    taken = [one for one in planned if one.is_taken]
    if not taken or any(one.mapping and not one.is_taken for one in planned):
        for one in (one for one in planned if not one.is_taken):
            load.warn(f"{one.label}: left in the inbox, {'; '.join(one.problems)}")
        return False
    if found.entity not in _declared_columns() and not all(one.origin for one in taken):
        load.warn(
            f"{found.name}: left in the inbox, no mapping is for it; `uv run kpi import` makes one, and loads the file"
        )
        return False
    if _mark(found.path) != found.mark:
        load.warn(f"{found.name}: left in the inbox, it is being written")
        return False
    for number, one in enumerate(planned):
        if one.is_taken:
            intake.add(load, one, f"{name}.{number}")
        intake.keep_original(load, one, f"{name}.{number}", taken[0].entity)
        for note in (*one.problems, *one.notes):
            load.warn(f"{one.label}: {note}")
    return True


def _planned(found: Found) -> list[Planned]:
    return plan_files([found.path], found.entity if found.entity in _declared_columns() else None)


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
    first = intake.is_first(load.root, found.entity)
    names, rows = _stamp(source, target, load.loaded_at, None if first else load.loaded_at)
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


def _stamp(source: Path, target: Path, loaded_at: str, known_from: str | None) -> tuple[list[str], int]:
    """Copies a Parquet file, adding the load stamp, and returns the names of its columns and its number of rows.

    Args:
        source, target: the files.
        loaded_at: the stamp, as `_loaded_at`.
        known_from: what `loaded_at` tells to the models, where the file has no such column; None is history, see above.

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
        rows = ["_raw_row"] if "_raw_row" in parquet.schema_arrow.names else []  # the lines of a CSV
        stamps = {"_loaded_at": loaded_at} | ({} if "loaded_at" in low else {"loaded_at": known_from})
        fields = [parquet.schema_arrow.field(name) for name in (*names, *rows)]
        schema = pa.schema([*fields, *(pa.field(name, pa.string()) for name in stamps)])
        with pq.ParquetWriter(target, schema, compression="zstd") as writer:
            for batch in parquet.iter_batches(columns=[*names, *rows]):
                writer.write_batch(_stamped(batch, schema, list(stamps.values())))
        return names, parquet.metadata.num_rows


def _stamped(batch: "pa.RecordBatch", schema: "pa.Schema", stamps: list[str | None]) -> "pa.RecordBatch":
    import pyarrow as pa

    columns = [pa.repeat(pa.scalar(stamp, pa.string()), batch.num_rows) for stamp in stamps]
    return pa.RecordBatch.from_arrays([*batch.columns, *columns], schema=schema)


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
    for found in _inbox(report.warnings.append):
        size = f"{found.name}: {found.mark[1]} bytes"
        if _in_own_words(found):
            report.rows |= {found.entity: -1}
            report.warnings.append(f"{size} for {found.entity}")
            continue
        for one in _planned(found):
            for rows in one.outcome.tables if one.is_taken else ():
                report.rows[rows.entity] = report.rows.get(rows.entity, 0) + len(rows.rows)
            report.warnings += [f"{one.label}: would be left in the inbox, {problem}" for problem in one.problems]
            report.warnings += [f"{one.label}: {note}" for note in one.notes]
    return report
