"""Writing the raw files: all text, a file a quarter of load, the same bytes every time."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from demo import clock
from demo.layouts.files import CSV

ONE_FILE = 20_000  # a table with fewer rows than this is one file


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


def csv(frame: pd.DataFrame, path: Path, encoding: str, broken: list[str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [";".join(frame.columns)] + [";".join(row) for row in frame.itertuples(index=False)] + broken
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))


def tables(frames: dict[tuple[str, str], pd.DataFrame], raw: Path, broken: dict[tuple[str, str], list[str]]) -> None:
    """Write every table under raw/<source>/<table>/; `_load` becomes `_loaded_at`, `_file` names a load of its own.

    broken: lines to add to the end of a table's CSV file as they are.
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
            if source == "files" and name in CSV:
                csv(rows, folder / f"{file}.csv", CSV[name], broken.get((source, name), []))
            else:
                parquet(rows, folder / f"{file}.parquet")


def text(content: str, path: Path) -> None:
    """Writes a text, packed if the file's name ends in .gz."""
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content.encode()
    path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


def report(content: dict, path: Path) -> None:
    text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", path)
