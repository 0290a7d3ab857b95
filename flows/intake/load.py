"""Planned sheets are loaded into the raw root, whole or not at all."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from flows.base.private import private_files
from flows.extract.commit import OWN_FOLDERS, Load, state_of
from flows.extract.common import Deadline, LoadReport, Run, Settings
from flows.intake.lines import IN_MEMORY, Line
from flows.intake.mapping import Table
from flows.intake.names import contract
from flows.intake.plan import Planned
from flows.intake.rows import Rows, rows_of
from raw_views.scan import printable

SOURCE = "files"
GONE = "is_deleted"
LINE = "_raw_row"
LONGEST_NAME = 180  # bytes of a file's name that are kept
LOADED = re.compile(r"[^.]+\.\d+(\.\d+)?-")  # the load and the numbers of sheet and column, before the label


def is_first(root: Path, entity: str) -> bool:
    """Whether the raw root has no file of an entity yet."""
    folder = root / SOURCE / entity
    return not folder.is_dir() or not any(path.suffix.lower() in (".csv", ".parquet") for path in folder.rglob("*"))


def tell_first(load: Load) -> None:
    """Says which tables come for the first time, and what that means for past days."""
    if first := [entity for entity in load.report.rows if is_first(load.root, entity)]:
        load.report.notes.append(
            f"first load of {', '.join(first)}: it is history, so its rows bear no day of loading, and a past as-of day (KPI_AS_OF)"
            " knows of them what their own days tell"
        )


def load(planned: list[Planned], root: Path) -> LoadReport:
    """Loads what can be taken of files that stay where they are.

    Args:
        planned: see `plan`; those with problems are passed over.
        root: the raw root.

    Raises:
        Busy, ConfigError: as `flows.extract.load`.
    """
    run = Run(SOURCE, root.absolute(), datetime.now(UTC), None, None, Settings(), Deadline(Settings().load_seconds))
    with private_files(*(run.root / name for name in OWN_FOLDERS)), Load(run) as one:
        for number, sheet in enumerate(sheet for sheet in planned if sheet.is_taken):
            add(one, sheet, f"{one.report.load_id}.{number}")
        tell_first(one)
        one.commit(state_of(run.root, SOURCE))
    return one.report


def add(load: Load, planned: Planned, name: str) -> None:
    """Adds the tables of one sheet to a load. `name` begins the names of their files."""
    for rows in planned.outcome.tables:
        gone = _withdrawn(load, planned, rows)
        if rows.rows or gone:
            stamped = not is_first(load.root, rows.entity)
            parts = {place: (rows.columns, part) for place, part in rows.parts()}
            for place, emptied in gone.items():
                columns, part = parts.get(place, (rows.columns, []))
                parts[place] = [*columns, GONE], [*((line, [*cells, None]) for line, cells in part), *emptied]
            for number, (place, (columns, part)) in enumerate(parts.items()):
                column = (
                    f".{number}-{_short(f'{planned.label} [{printable(place)}]')}"
                    if place
                    else f"-{_short(planned.label)}"
                )
                target = load.path_for(SOURCE, rows.entity, f"{name}{column}.parquet")
                _write(columns, part, target, load.loaded_at, stamped)
            count = sum(len(emptied) for emptied in gone.values())
            load.count(rows.entity, len(rows.rows) + count)
            if count:
                cells = "cell is" if count == 1 else "cells are"
                load.report.notes.append(
                    f"{planned.label}: {count} {cells} empty now, and what was told there is withdrawn"
                )


def _withdrawn(load: Load, planned: Planned, rows: Rows) -> dict[str, list[Line]]:
    """The rows that take back what an earlier file of the same name told in cells that are empty now, by their column."""
    if not planned.sheet.empty or rows.entity != planned.entity:
        return {}
    emptied = rows_of(replace(planned.sheet, rows=planned.sheet.empty), planned.mapping).tables[0]
    key = [name for name in contract()[rows.entity].key if name in rows.columns]
    known = _told_before(load, planned.label, rows.entity, key)
    known -= {tuple(cells[rows.columns.index(name)] for name in key) for _, cells in rows.rows}
    places = [emptied.columns.index(name) for name in key]
    gone: dict[str, list[Line]] = {}
    for place, (line, cells) in zip(emptied.places, emptied.rows, strict=True):
        if tuple(cells[at] for at in places) in known:
            told = {name: cells[at] for name, at in zip(key, places)}
            gone.setdefault(place, []).append((line, [*(told.get(name) for name in rows.columns), "yes"]))
    return gone


def _told_before(load: Load, label: str, entity: str, key: list[str]) -> set[tuple[str | None, ...]]:
    """The keys of the rows that earlier files of a name told and did not take back."""
    import pyarrow.parquet as pq

    known: set[tuple[str | None, ...]] = set()
    for path in sorted((load.root / SOURCE / entity).glob("*.parquet")):
        if _is_of(path.stem, label):
            table = pq.read_table(path)
            for row in table.to_pylist() if set(key) <= set(table.column_names) else ():
                own = tuple(row[name] for name in key)
                (known.discard if row.get(GONE) else known.add)(own)
    return known


def _is_of(stem: str, label: str) -> bool:
    """Whether a file of the raw root, by its name without the ending, came of a label: one of the user's files and sheets."""
    loaded, short = LOADED.match(stem), _short(label)
    if not loaded:
        return False
    told = stem[loaded.end() :]
    if loaded[1]:  # a column of periods stands behind
        told = told.rpartition(" -")[0].rstrip("- ")
    return bool(told) and (told == short or len(short.encode()) > LONGEST_NAME // 2 and short.endswith(told))


def _short(label: str) -> str:
    """A file's name as a part of another: the end of it, without what a path can't hold."""
    plain = "".join("-" if sign in '/\\[]*?"<>|:\0' else sign for sign in label).strip("- ")
    return plain.encode()[-LONGEST_NAME:].decode("utf-8", "ignore")


def _write(names: list[str], rows: Iterable[Line], target: Path, loaded_at: str, stamped: bool) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    own = [*names, *(name for name in ("loaded_at",) if name not in names)]
    text = [(name, pa.string()) for name in (*own, "_loaded_at")]
    schema = pa.schema([*text, (LINE, pa.int64())])
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for cells, lines in _columns(rows, len(names)):
            loaded = pa.array([loaded_at] * len(lines), pa.string())
            if len(own) > len(names):
                cells.append(loaded if stamped else pa.nulls(len(lines), pa.string()))
            writer.write_table(pa.table([*cells, loaded, lines], schema=schema))


def _columns(rows: Iterable[Line], width: int) -> Iterator[tuple[list[Any], Any]]:
    """The cells of rows as columns of Arrow, with the numbers of their lines, a part at a time."""
    import pyarrow as pa

    source = iter(rows)
    while True:
        part = list(islice(source, IN_MEMORY))
        if not part:
            return
        yield (
            [pa.array([cells[at] for _, cells in part], pa.string()) for at in range(width)],
            pa.array([line for line, _ in part], pa.int64()),
        )


def keep_original(load: Load, planned: Planned, name: str, place: str) -> None:
    """Keeps a sheet as it came, with the ids by which a person is found who asks to be erased.

    Args:
        load: where to.
        planned: the sheet; it need not be one that is taken.
        name: the beginning of the file's name.
        place: the entity under which it is kept, where it holds none itself.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    sheet = planned.sheet.wide or planned.sheet
    entity = planned.entity or place
    columns: list[str] = []
    ids: Iterator[Line] = iter(())
    if planned.mapping:
        table = planned.mapping.tables[entity]
        told = {column: how for column, how in table.columns.items() if column.endswith("_id")}
        plain = Table(columns=told, constants=table.constants)
        rows = rows_of(sheet, planned.mapping.model_copy(update={"tables": {entity: plain}})).tables[0]
        columns, ids = rows.columns, iter(rows.rows)
    lines = _beside(sheet.rows, ids, [None] * len(columns))
    names = [*(name for name in sheet.header if name not in columns), *columns]
    places = [names.index(name) for name in (*sheet.header, *columns)]
    schema = pa.schema([*((name, pa.string()) for name in names), (LINE, pa.int64())])
    target = load.path_for(".originals", entity, f"{name}-{_short(planned.label)}.parquet")
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        for cells, numbers in _columns(lines, len(places)):
            ordered = dict(zip(places, cells))  # of two of one name the last, which is an id, counts
            writer.write_table(pa.table([*(ordered[at] for at in range(len(names))), numbers], schema=schema))


def _beside(rows: Iterable[Line], ids: Iterator[Line], empty: list[str | None]) -> Iterator[Line]:
    """The lines of a sheet, each with its ids behind it; those that are no record have none."""
    after = next(ids, None)
    for line, cells in rows:
        own = empty
        while after and after[0] == line:
            own, after = after[1], next(ids, None)
        yield line, [*cells, *own]
