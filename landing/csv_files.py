"""CSV as people have it, read line by line into Parquet files whose columns are all text.

The format is taken from the file: UTF-8 with or without a byte order mark, UTF-16 with one, or cp1251; comma,
semicolon, tab or pipe; any line ending. A broken line is left out and named, and reading goes on with the next line
that is whole.
"""

import csv
import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

VERSION = 1  # raise it when the same bytes would give another result: what was converted before is then made again
DELIMITERS = ",;\t|"
LONGEST_FIELD = 16 << 20  # characters; more than that is a quote that nobody closed
BATCH_ROWS = 50_000
BATCH_CHARACTERS = 32 << 20
HEAD_BYTES = 4096
BLOCK_BYTES = 1 << 20

ENCODING_NAMES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "cp1251": "cp1251"}
MAGIC = (
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip file"),
    (b"PAR1", "a Parquet file"),
    (b"BZh", "a bzip2 file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard file"),
    (b"\xfd7zXZ\x00", "an xz file"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (xls)"),
    (b"%PDF", "a PDF document"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"ORC", "an ORC file"),
    (b"Obj\x01", "an Avro file"),
)


class Unreadable(Exception):
    """The whole file is left out; the text is the reason, without any of the file's values."""


@dataclass
class Format:
    """How a file is written: its encoding (a Python name), its line ending, and whether some bytes do not fit."""

    encoding: str
    newline: str
    suspicious: bool


@dataclass
class Converted:
    """What came of a file.

    rows: records written; columns: their names, in order; rejects: (line, reason) of every line left out;
    notes: what the file's owner should know.
    """

    rows: int = 0
    columns: list[str] = field(default_factory=list)
    rejects: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def looks_like(head: bytes) -> str | None:
    """What a file's first bytes say that it is, in words; None if they may be text."""
    for magic, name in MAGIC:
        if head.startswith(magic):
            if magic == b"PK\x03\x04" and b"[Content_Types].xml" in head:
                return "an Excel workbook (xlsx)"
            return name
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    if head.count(0) * 10 > len(head):
        even, odd = head[::2].count(0), head[1::2].count(0)
        if max(even, odd) > 4 * (min(even, odd) + 1) or (len(head) < 40 and min(even, odd) == 0):
            return "UTF-16 text without a byte order mark"
        return "binary data"
    return None


def _blocks(path: str | os.PathLike) -> Iterator[bytes]:
    with open(path, "rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            yield block


def _decoded(path: str | os.PathLike, encoding: str, errors: str) -> Iterator[str]:
    import codecs

    decoder = codecs.getincrementaldecoder(encoding)(errors)
    for block in _blocks(path):
        yield decoder.decode(block)
    yield decoder.decode(b"", True)


def _fits(path: str | os.PathLike, encoding: str) -> bool:
    try:
        for _ in _decoded(path, encoding, "strict"):
            pass
    except UnicodeDecodeError:
        return False
    return True


def detect(path: str | os.PathLike) -> Format:
    """Reads a file's bytes through and says how it is written.

    Without a byte order mark a file is UTF-8 if most of its bytes beyond ASCII are: a damaged byte here and there
    costs its line, not the meaning of all others. Else it is cp1251.

    Raises:
        Unreadable: it is empty, or no text at all.
        OSError: it can't be read.
    """
    with open(path, "rb") as stream:
        head = stream.read(HEAD_BYTES)
    if not head:
        raise Unreadable("empty file (0 bytes)")
    if other := looks_like(head):
        raise Unreadable(f"not CSV text: it looks like {other}")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        feeds = nuls = False
        for text in _decoded(path, "utf-16", "replace"):
            feeds, nuls = feeds or "\n" in text, nuls or "\0" in text
        return Format("utf-16", "\n" if feeds else "\r", nuls or not _fits(path, "utf-16"))

    feeds = nuls = False
    for block in _blocks(path):
        feeds, nuls = feeds or b"\n" in block, nuls or b"\0" in block
    newline = "\n" if feeds else "\r"
    if head.startswith(b"\xef\xbb\xbf"):
        return Format("utf-8-sig", newline, nuls or not _fits(path, "utf-8-sig"))
    if _fits(path, "utf-8"):
        return Format("utf-8", newline, nuls)
    whole = stray = 0
    for text in _decoded(path, "utf-8", "surrogateescape"):
        clean = text.encode("utf-8", "ignore").decode("utf-8")
        stray += len(text) - len(clean)
        whole += len(clean) - len(clean.encode("ascii", "ignore"))
    if whole > stray:
        return Format("utf-8", newline, True)
    return Format("cp1251", newline, nuls or not _fits(path, "cp1251"))


def _guess_delimiter(lines: list[str]) -> str:
    """The delimiter that splits the first line, and then most others into as many fields."""

    def score(delimiter: str) -> tuple[bool, int, int]:
        widths = [len(next(csv.reader([line], delimiter=delimiter), [])) for line in lines]
        return widths[0] > 1, widths.count(widths[0]), widths[0]

    return max(DELIMITERS, key=score)


class _Reader:
    """The records of an open CSV text, each with the line where it starts, the broken ones with a reason."""

    def __init__(self, stream: Iterator[str], encoding: str, suspicious: bool):
        self.stream = stream
        self.encoding = encoding
        self.suspicious = suspicious
        self.misfit = re.compile("[\ud800-\udfff\ufffd]" if encoding == "utf-16" else "[\ud800-\udfff]")
        self.line = 1  # where the next record starts
        self.taken: list[str] = []  # the lines of the record being read
        self.ahead: list[str] = []  # lines to be read (again) before the stream goes on, the nearest last
        self.characters = 0
        self.delimiter = ","

    def _feed(self) -> Iterator[str]:
        taken, ahead, stream = self.taken, self.ahead, self.stream
        while True:
            if ahead:
                line = ahead.pop()
            else:
                line = next(stream, None)
                if line is None:
                    return
                self.characters += len(line)
            taken.append(line)
            yield line

    def _step(self, lines: int) -> None:
        """Leaves the first `lines` of the taken lines behind and puts the rest back."""
        self.ahead.extend(reversed(self.taken[lines:]))
        self.line += lines
        self.taken.clear()

    def header(self) -> list[str]:
        """The column names, trimmed, '' where there is none. Settles the delimiter."""
        sample = [line for line, _ in zip(self.stream, range(100))]
        self.ahead.extend(reversed(sample))
        if not any(line.strip() for line in sample):
            raise Unreadable("no header: the file has no text")
        if match := re.fullmatch(r"\ufeff?sep=(.)[\r\n]*", sample[0]):  # Excel's own hint
            self.delimiter = match[1]
            self.ahead.pop()
            self.line = 2
        elif not sample[0].strip():
            raise Unreadable("no header: line 1 is empty")
        else:
            self.delimiter = _guess_delimiter([line for line in sample if line.strip()])
        try:
            names = next(csv.reader(self._feed(), delimiter=self.delimiter, strict=True), [])
        except csv.Error as error:
            raise Unreadable(f"the header in line {self.line} can't be read: {self._reason(error)}") from None
        if problem := self._problem():
            raise Unreadable(f"the header in line {self.line} can't be read: {problem}")
        self._step(len(self.taken))
        names = [name.strip() for name in names]
        if not any(names):
            raise Unreadable("no header: line 1 has no column names")
        return names

    def _problem(self) -> str | None:
        if self.suspicious:
            text = "".join(self.taken)
            if self.misfit.search(text):
                return f"bytes that are not {ENCODING_NAMES[self.encoding]}"
            if "\0" in text:
                return "NUL bytes"
        return None

    @staticmethod
    def _reason(error: csv.Error) -> str:
        text = str(error)
        if "unexpected end of data" in text or "field limit" in text:
            return "unclosed quote"
        if "new-line character" in text:
            return "a carriage return outside quotes"
        return "unclosed or misplaced quote"

    def _fits(self, line: str, width: int) -> bool:
        try:
            row = next(csv.reader([line], delimiter=self.delimiter, strict=True), [])
        except csv.Error:
            return False
        return len(row) == width or (len(row) == width + 1 and not row[-1])

    def records(self, width: int) -> Iterator[tuple[int, list[str] | str]]:
        """(line, fields) of each whole record, (line, reason) of each broken one; blank lines are passed over.

        A record is broken if a quote does not close as it should: its first line is left out then, and the lines
        after it are tried anew. A record that swallowed lines by a stray quote shows by its number of fields: it is
        cut before the first of its lines that is whole by itself.
        """
        taken = self.taken
        while True:
            try:
                for row in csv.reader(self._feed(), delimiter=self.delimiter, strict=True):
                    fields = len(row)
                    if fields == width + 1 and not row[-1]:
                        row.pop()
                        fields = width
                    if fields == width and not self.suspicious:
                        yield self.line, row
                    elif problem := self._problem():
                        yield self.line, problem
                    elif fields == width:
                        yield self.line, row
                    elif fields > 1 or (fields and row[0].strip()):
                        yield self.line, f"{fields} fields instead of {width}"
                        whole = (at for at in range(1, len(taken)) if self._fits(taken[at], width))
                        if cut := next(whole, 0):
                            self._step(cut)
                            break
                    self.line += len(taken)
                    taken.clear()
                else:
                    return
            except csv.Error as error:
                yield self.line, self._problem() or self._reason(error)
                self._step(1)


def convert(path: str | os.PathLike, raw_file: str, target: str | os.PathLike) -> Converted:
    """Reads a CSV file into a Parquet file.

    Args:
        path: the CSV file.
        raw_file: its name for people, written into every row as `_raw_file`.
        target: the Parquet file to write: the CSV's named columns as text (an empty field is null), `_raw_file`, and
            `_raw_row`, the line where the record starts (the header is line 1).

    Returns:
        What came of it; `rejects` names every line that is not in the target.

    Raises:
        Unreadable: the file as a whole can't be used.
        OSError: it can't be read, or the target can't be written.
    """
    form = detect(path)
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_FIELD))
    errors = "replace" if form.encoding == "utf-16" else "surrogateescape"
    with io.TextIOWrapper(open(path, "rb"), form.encoding, errors, newline=form.newline) as stream:
        reader = _Reader(stream, form.encoding, form.suspicious)
        names = reader.header()
        if not names[-1]:
            names.pop()
        return _write(reader, names, raw_file, Path(target))


def _write(reader: _Reader, names: list[str], raw_file: str, target: Path) -> Converted:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    result = Converted()
    seen: dict[str, int] = {}
    for position, name in enumerate(names, 1):
        if name and (first := seen.setdefault(name.lower(), position)) != position:
            raise Unreadable(f"columns {first} and {position} of the header have the same name")
        if not name:
            result.notes.append(f"column {position} has no name in the header and is left out")
    kept = [at for at, name in enumerate(names) if name and name.lower() not in ("_raw_file", "_raw_row")]
    result.columns = [names[at] for at in kept]

    repeated = pa.dictionary(pa.int32(), pa.string())
    schema = pa.schema(
        [(name, pa.string()) for name in result.columns] + [("_raw_file", repeated), ("_raw_row", pa.int64())]
    )
    nothing = pa.scalar(None, pa.string())
    rows: list[list[str]] = []
    lines: list[int] = []
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:

        def flush() -> None:
            fields = list(zip(*rows))
            columns = []
            for at in kept:
                column = pa.array(fields[at], pa.string())
                columns.append(pc.if_else(pc.equal(column, ""), nothing, column))
            columns.append(pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int32()), len(rows)), [raw_file]))
            columns.append(pa.array(lines, pa.int64()))
            writer.write_table(pa.table(columns, schema=schema))
            result.rows += len(rows)
            rows.clear()
            lines.clear()
            reader.characters = 0

        for line, found in reader.records(len(names)):
            if type(found) is str:
                result.rejects.append((line, found))
                continue
            rows.append(found)
            lines.append(line)
            if len(rows) >= BATCH_ROWS or reader.characters >= BATCH_CHARACTERS:
                flush()
        if rows:
            flush()
    return result
