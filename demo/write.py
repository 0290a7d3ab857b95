"""Writing the raw files: all text, a file a quarter of load, the same bytes every time."""

from __future__ import annotations

import gzip
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from demo import clock
from demo.layouts.files import CSV

# files whose rows tell when they were loaded under the name that the entity contract has for it
STAMPED = {"orders", "order_lines", "refunds"}
ONE_FILE = 20_000  # a table with fewer rows than this is one file
# (source, table), or (source, table, file) of one file alone -> lines to write as they are
Lines = dict[tuple[str, ...], list[str]]


@dataclass(frozen=True)
class Format:
    """How a text file is written: its encoding (a Python name), and what parts its columns."""

    encoding: str
    delimiter: str = ";"


def parquet(frame: pd.DataFrame, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays, delta = {}, {}
    for name in frame.columns:
        values = frame[name].to_numpy(dtype=object)
        arrays[name] = pa.array(values, pa.string())
        if len(frame) > 200 and pc.count_distinct(arrays[name]).as_py() > 0.35 * len(frame):
            delta[name] = "DELTA_BYTE_ARRAY"
    table = pa.table(arrays)
    plain = [n for n in frame.columns if n not in delta]
    pq.write_table(
        table,
        path,
        compression="zstd",
        compression_level=15,
        use_dictionary=plain,
        column_encoding=delta or None,
        write_statistics=False,
        store_schema=False,
        row_group_size=1 << 20,
    )


def csv(frame: pd.DataFrame, path: Path, form: Format, below: list[str], above: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [form.delimiter.join(row) for row in frame.itertuples(index=False)]
    lines = above + [form.delimiter.join(frame.columns)] + rows + below
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(form.encoding))


def tables(
    frames: dict[tuple[str, str], pd.DataFrame],
    raw: Path,
    below: Lines,
    above: Lines,
    formats: dict[tuple[str, str, str], Format],
) -> None:
    """Write every table under raw/<source>/<table>/; `_load` becomes `_loaded_at`, `_file` names a load of its own.

    below, above: lines to add to the end of a table's text files, or above their header, as they are; formats: how single
    files (source, table, file) are written, where it is another way than their table's.
    """
    if raw.exists():
        shutil.rmtree(raw)
    for (source, name), frame in sorted(frames.items()):
        frame = frame.copy()
        load = frame.pop("_load").to_numpy(dtype="int64")
        part = (
            frame.pop("_file").to_numpy(dtype=object) if "_file" in frame else np.full(len(frame), None, dtype=object)
        )
        frame = frame.fillna("").astype(object)
        frame["_loaded_at"] = clock.iso_utc(load).astype(object)
        if source == "files" and name in STAMPED:
            frame["loaded_at"] = frame["_loaded_at"]
        if "_deleted" in frame:
            frame.loc[frame["_deleted"] == "", "_deleted"] = "N"
        months = load.astype("datetime64[s]").astype("datetime64[M]")
        split = (
            (months.astype(int) - months.astype(int) % 3).astype("datetime64[M]").astype(str)
            if len(frame) > ONE_FILE
            else np.full(len(frame), "all")
        )
        files = np.where(pd.isna(part), split, part)
        for file in sorted(set(files.tolist())):
            rows = frame[files == file]
            rows = rows.iloc[np.argsort(load[files == file], kind="stable")]
            folder = raw / source / name
            form = formats.get((source, name, file))
            if form is None and source == "files" and name in CSV:
                form = Format(CSV[name])
            if form is None:
                parquet(rows, folder / f"{file}.parquet")
                continue
            if (source, name, file) in formats:  # a load of its own has the columns that it fills
                rows = rows.loc[:, (rows != "").any()]
            lines = [found.get((source, name, file), found.get((source, name), [])) for found in (below, above)]
            csv(rows, folder / f"{file}.csv", form, *lines)


def text(content: str, path: Path) -> None:
    """Writes a text, packed if the file's name ends in .gz."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode()
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


def report(content: dict, path: Path) -> None:
    text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", path)
