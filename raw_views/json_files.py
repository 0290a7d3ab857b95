"""JSON with a record in each line, as BigQuery and other programs export it, read into Parquet files whose columns are all text.

A line that is no JSON object is left out and named. Nested values stay JSON; numbers keep the digits that they were written with.
"""

import gzip
import io
import json
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from raw_views.csv_files import MOST_COLUMNS, Converted, Unreadable, head_of, looks_like

SUFFIXES = (".json", ".jsonl", ".ndjson", ".json.gz", ".jsonl.gz", ".ndjson.gz")
BLOCK_LINES = 20_000
NO_OBJECT = "no JSON object"
OURS = ("_raw_file", "_raw_row", "_raw_decimals")


def opened(path: str | os.PathLike) -> gzip.GzipFile | io.BufferedReader:
    """The file, unpacked where it is a gzip file."""
    return gzip.open(path, "rb") if head_of(path).startswith(b"\x1f\x8b") else open(path, "rb")


def record_of(line: bytes) -> dict | None:
    """The object that a line holds, its numbers as text; None if it holds none."""
    try:
        found = json.loads(line, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return None
    return found if type(found) is dict else None


def text_of(value: object) -> str | None:
    """A value as the raw views have it: text as it is, nothing as null, anything nested as JSON."""
    if value is None or type(value) is str:
        return value
    if type(value) is bool:
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _lines(path: str | os.PathLike) -> Iterator[tuple[int, bytes]]:
    """The lines that are not blank, each with its number."""
    with opened(path) as stream:
        for number, line in enumerate(stream, 1):
            if line := line.removeprefix(b"\xef\xbb\xbf").strip():
                yield number, line


def convert(path: str | os.PathLike, raw_file: str, target: str | os.PathLike) -> Converted:
    """Reads a file of JSON lines into a Parquet file.

    Args:
        path: the file, gzipped or not.
        raw_file: its name for people, written into every row as `_raw_file`.
        target: the Parquet file to write: a column of text for each key of the records, `_raw_file`, and `_raw_row`, the number
            of the line.

    Returns:
        What came of it; `rejects` names every line that is not in the target.

    Raises:
        Unreadable: the file as a whole can't be used.
        OSError: the target can't be written.
    """
    try:
        names = _names(path)
        if not names:
            head = looks_like(head_of(path))
            raise Unreadable(f"not JSON with a record in each line{f': it looks like {head}' if head else ''}")
        return _write(path, names, raw_file, Path(target))
    except (EOFError, gzip.BadGzipFile):
        raise Unreadable("damaged or cut short gzip file") from None


def _names(path: str | os.PathLike) -> list[str]:
    """The keys of all records, in the order in which they are first met."""
    names: dict[str, None] = {}
    for _, line in _lines(path):
        names |= dict.fromkeys(record_of(line) or ())
    kept = [name for name in names if name.lower() not in OURS]
    if len(kept) > MOST_COLUMNS:
        raise Unreadable(f"{len(kept)} keys; at most {MOST_COLUMNS} are read")
    if len({name.lower() for name in kept}) < len(kept):
        raise Unreadable("two keys of its records have the same name but for the case")
    return kept


def _write(path: str | os.PathLike, names: list[str], raw_file: str, target: Path) -> Converted:
    import pyarrow as pa
    import pyarrow.parquet as pq

    result = Converted(columns=names)
    schema = pa.schema([*((name, pa.string()) for name in (*names, "_raw_file")), ("_raw_row", pa.int64())])
    lines = _lines(path)
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        while block := list(islice(lines, BLOCK_LINES)):
            records = [(number, record_of(line)) for number, line in block]
            result.rejects += [(number, NO_OBJECT) for number, record in records if record is None]
            kept = [(number, record) for number, record in records if record is not None]
            texts = [[_storable(text_of(record.get(name))) for _, record in kept] for name in names]
            numbers = [number for number, _ in kept]
            writer.write_table(pa.table([*texts, [raw_file] * len(kept), numbers], schema=schema))
            result.rows += len(kept)
    return result


def _storable(text: str | None) -> str | None:
    """Text without NUL and halves of signs, which databases do not take."""
    if text is None or text.isascii() and "\0" not in text:
        return text
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")
