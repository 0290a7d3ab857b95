"""CSV as people have it, read line by line into Parquet files whose columns are all text.

The format is taken from the file: UTF-8 with or without a byte order mark, UTF-16 with one, or cp1251; comma,
semicolon, tab or pipe; any line ending. A broken line is left out and named, and reading goes on with the next line
that is whole.
"""

import codecs
import csv
import io
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

DELIMITERS = ",;\t|"
LONGEST_FIELD = 16 << 20  # characters; more than that is a quote that nobody closed
SAMPLE_LINES = 100
CAREFUL_RECORDS = 500  # so many after a fault are read one by one
GROUP_BLOCKS = 16  # a row group of the Parquet file holds as many blocks
HEAD_BYTES = 4096
BLOCK_BYTES = 1 << 20

MISPLACED = "unclosed or misplaced quote"
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
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"ORC", "an ORC file"),
    (b"Obj\x01", "an Avro file"),
)


class Unreadable(Exception):
    """The whole file is left out.

    Args:
        reason: why, without any of the file's values.
        lasting: False if the same bytes may be readable another time.
    """

    def __init__(self, reason: str, lasting: bool = True):
        super().__init__(reason)
        self.lasting = lasting


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
    start = head[:64].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "an HTML or XML document"
    if start.startswith((b'{"', b"[{", b"{\n", b"{\r")):
        return "JSON"
    if head.count(0) * 10 > len(head):
        even, odd = head[::2].count(0), head[1::2].count(0)
        if max(even, odd) > 4 * (min(even, odd) + 1) or (len(head) < 40 and min(even, odd) == 0):
            return "UTF-16 text without a byte order mark"
        return "binary data"
    return None


def head_of(path: str | os.PathLike) -> bytes:
    """A file's first bytes.

    Raises:
        Unreadable: it can't be opened or is empty.
    """
    try:
        with open(path, "rb") as stream:
            head = stream.read(HEAD_BYTES)
    except OSError as error:
        raise Unreadable(f"can't be read ({error.strerror})", lasting=False) from None
    if not head:
        raise Unreadable("empty file (0 bytes)")
    return head


def _blocks(path: str | os.PathLike) -> Iterator[bytes]:
    with open(path, "rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            yield block


def _decoded(path: str | os.PathLike, encoding: str, errors: str) -> Iterator[str]:
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
        Unreadable: it can't be opened, is empty, or is no text at all.
        OSError: reading it failed half-way.
    """
    head = head_of(path)
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


def _width(line: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([line.replace("\r", "")], delimiter=delimiter), []))
    except csv.Error:  # a field beyond all measure
        return 0


def _is_title(lines: list[str]) -> bool:
    """Whether the first line is one quoted field, and the second has several names."""
    if len(lines) < 2 or not re.fullmatch(r'"(?:[^"]|"")+"\s*', lines[0]) or lines[1][0] in "+-0123456789":
        return False
    return any(_width(lines[1], delimiter) > 1 for delimiter in DELIMITERS)


def _guess_delimiter(lines: list[str]) -> str:
    """The delimiter that splits the first line, and then most others into as many fields."""

    def score(delimiter: str) -> tuple[bool, int, int]:
        widths = [_width(line, delimiter) for line in lines]
        return widths[0] > 1, widths.count(widths[0]), widths[0]

    return max(DELIMITERS, key=score)


def _paired(lines: list[str]) -> bool:
    return sum(line.count('"') for line in lines) % 2 == 0


class _Reader:
    """The records of an open CSV text, each with the line where it starts, the broken ones with a reason."""

    def __init__(self, stream: io.TextIOWrapper, form: Format):
        self.stream = stream
        self.form = form
        self.misfit = re.compile("[\ud800-\udfff\ufffd]" if form.encoding == "utf-16" else "[\ud800-\udfff]")
        self.line = 1  # where the next record starts
        self.taken: list[str] = []  # the lines of the record being read
        self.ahead: list[str] = []  # lines to be read before the stream goes on, the nearest last
        self.delimiter = ","
        self.lost = False  # whether the last lines were broken: the next may still be a part of them

    def header(self) -> list[str]:
        """The column names, trimmed, '' where there is none. Settles the delimiter."""
        sample = list(islice(self.stream, SAMPLE_LINES))
        self.ahead.extend(reversed(sample))
        if not any(line.strip() for line in sample):
            raise Unreadable("no header: the file has no text")
        if _is_title(sample):  # a report's name
            self._leave_line()
            sample = sample[1:]
        if match := re.fullmatch(r"sep=(.)[\r\n]*", sample[0]):  # Excel's own hint
            self.delimiter = match[1]
            self._leave_line()
        elif not sample[0].strip():
            raise Unreadable(f"no header: line {self.line} is empty")
        else:
            self.delimiter = _guess_delimiter([line for line in sample if line.strip()])
        try:
            names = next(self._parse(self._feed()), [])
        except csv.Error as error:
            raise Unreadable(f"the header in line {self.line} can't be read: {self._reason(error)}") from None
        if problem := self._problem(self.taken):
            raise Unreadable(f"the header in line {self.line} can't be read: {problem}")
        self._step(len(self.taken))
        names = [name.strip() for name in names]
        if not any(names):
            raise Unreadable(f"no header: line {self.line - 1} has no column names")
        return names

    def blocks(self, width: int) -> Iterator[tuple[list[int], list[str], list[tuple[int, str]]]]:
        """The rest of the file, a part at a time: the lines of its records, their fields one after another, and
        (line, reason) of the broken ones. Lines without a fault are split at once; at a fault some go one by one."""
        while block := self.ahead[::-1] or self.stream.readlines(BLOCK_BYTES):
            lines, fields, used = ([], [], 0) if self.lost or self._problem(block) else self._whole(block, width)
            self.ahead[:] = block[used:][::-1]
            self.line += used
            rejects = []
            for line, found in islice(self._records(width), CAREFUL_RECORDS):
                if type(found) is str:
                    rejects.append((line, found))
                else:
                    lines.append(line)
                    fields += found
            yield lines, fields, rejects

    def _parse(self, lines: Iterable[str]) -> Iterator[list[str]]:
        return csv.reader(lines, delimiter=self.delimiter, strict=True)

    def _whole(self, block: list[str], width: int) -> tuple[list[int], list[str], int]:
        """Where each record of a block starts, all their fields, how many lines that were: up to the first fault."""
        starts: list[int] = []
        fields: list[str] = []  # flat: lists of lists would keep the garbage collector busy
        used = 0
        reader = self._parse(block)
        try:
            for row in reader:
                if len(row) != width and (len(row) != width + 1 or row.pop()):
                    break
                if reader.line_num > used + 1 and not _paired(block[used : reader.line_num]):
                    break
                fields += row
                starts.append(self.line + used)
                used = reader.line_num
        except csv.Error:
            pass
        return starts, fields, used

    def _records(self, width: int) -> Iterator[tuple[int, list[str] | str]]:
        """(line, fields) of each whole record, (line, reason) of each broken one, until no line is ahead; blank
        lines are passed over.

        A record whose quotes do not close as they should, or that swallowed whole lines by a stray quote, costs its
        first line alone: those after it are tried anew. The end of a broken record may look like a record then; its
        unpaired quote gives it away.
        """
        taken = self.taken
        while self.ahead:
            try:
                for row in self._parse(self._feed()):
                    line, lines, fields = self.line, len(taken), len(row)
                    if fields == width + 1 and not row[-1]:
                        row.pop()
                        fields = width
                    found = self._problem(taken) or row
                    if (lines > 1 or self.lost) and not _paired(taken):
                        found = found if found is not row else MISPLACED
                        lines = 1
                    elif found is row and fields != width:
                        found = f"{fields} fields instead of {width}" if fields > 1 or "".join(row).strip() else None
                        if any(self._whole([part], width)[2] and _paired([part]) for part in taken[1:]):
                            lines = 1
                    cut = lines < len(taken)
                    self.lost = cut or (self.lost and found is not row)
                    self._step(lines)
                    if found is not None:
                        yield line, found
                    if cut or not self.ahead:
                        break
            except csv.Error as error:
                line, reason = self.line, self._problem(taken) or self._reason(error)
                self._step(1)
                self.lost = True
                yield line, reason

    def _leave_line(self) -> None:
        self.ahead.pop()
        self.line += 1

    def _feed(self) -> Iterator[str]:
        while line := self.ahead.pop() if self.ahead else self.stream.readline():
            self.taken.append(line)
            yield line

    def _step(self, lines: int) -> None:
        """Leaves the first `lines` of the taken lines behind and puts the rest back."""
        self.ahead.extend(reversed(self.taken[lines:]))
        self.line += lines
        self.taken.clear()

    def _problem(self, lines: list[str]) -> str | None:
        if self.form.suspicious:
            text = "".join(lines)
            if self.misfit.search(text):
                return f"bytes that are not {ENCODING_NAMES[self.form.encoding]}"
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
        return MISPLACED


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
        OSError: the target can't be written.
    """
    try:
        form = detect(path)
    except OSError as error:
        raise Unreadable(f"can't be read ({error.strerror})", lasting=False) from None
    csv.field_size_limit(max(csv.field_size_limit(), LONGEST_FIELD))
    errors = "replace" if form.encoding == "utf-16" else "surrogateescape"
    with io.TextIOWrapper(open(path, "rb"), form.encoding, errors, newline=form.newline) as stream:
        reader = _Reader(stream, form)
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
    with pq.ParquetWriter(target, schema, compression="zstd") as writer:
        waiting: list[pa.RecordBatch] = []
        for lines, fields, rejects in reader.blocks(len(names)):
            result.rejects += rejects
            if lines:
                columns = [pa.array(fields[at :: len(names)], pa.string()) for at in kept]
                columns = [pc.if_else(pc.equal(column, ""), nothing, column) for column in columns]
                same = pa.repeat(pa.scalar(0, pa.int32()), len(lines))
                columns += [pa.DictionaryArray.from_arrays(same, [raw_file]), pa.array(lines, pa.int64())]
                waiting.append(pa.record_batch(columns, schema=schema))
                result.rows += len(lines)
            if len(waiting) == GROUP_BLOCKS:
                writer.write_table(pa.Table.from_batches(waiting))
                waiting.clear()
        if waiting:
            writer.write_table(pa.Table.from_batches(waiting))
    return result
