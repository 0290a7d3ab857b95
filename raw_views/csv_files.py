"""CSV as people have it, read line by line into Parquet files whose columns are all text.

The format is taken from the file: UTF-8 or UTF-16 with or without a byte order mark, or a Cyrillic one-byte encoding;
comma, semicolon, tab or pipe; any line ending. The header is the line that has the table's column names; what stands
above it is a report's title. A broken line, a total and the header printed again are left out and named, a blank line
is passed over, and reading goes on with the next line that is whole. Text comes composed (NFC), without invisible signs.
"""

import codecs
import csv
import io
import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

DELIMITERS = ",;\t|"
LONGEST_FIELD = 16 << 20  # characters; more than that is a quote that nobody closed
MOST_COLUMNS = 1000  # of a table; with more of them the views take minutes
SAMPLE_LINES = 100
CAREFUL_RECORDS = 500  # so many after a fault are read one by one
GROUP_BLOCKS = 16  # a row group of the Parquet file holds as many blocks
HEAD_BYTES = 4096
BLOCK_BYTES = 1 << 20
SAMPLE_BYTES = 1 << 16  # of the lines with bytes beyond ASCII, enough to tell a one-byte encoding

MISPLACED = "unclosed or misplaced quote"
TOTAL = "a total, no record"
HEADER_AGAIN = "the header again, no record"
UNKNOWN_ENCODING = "unknown encoding: it is neither UTF-8 nor UTF-16, nor Cyrillic text in cp1251, cp866, KOI8-R or Mac Cyrillic; save it as UTF-8"
ENCODING_NAMES = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1251": "cp1251",
    "cp866": "cp866",
    "koi8-r": "KOI8-R",
    "mac-cyrillic": "Mac Cyrillic",
}
ONE_BYTE = ("cp1251", "cp866", "koi8-r", "mac-cyrillic")  # the likeliest first
CYRILLIC = "А-Яа-яЁёІіЇїЄєҐґЎў"
PRINTED = "«»„“”‘’‚–—−…•№§©®™°±·€₽\xa0"  # what people print beside letters
ONE_WORD = re.compile(  # as words are written: Анна, анна, АННА, КофеМаркет
    "[А-ЯЁІЇЄҐЎ]?[а-яёіїєґў]+|[А-ЯЁІЇЄҐЎ]+|(?:[А-ЯЁІЇЄҐЎ][а-яёіїєґў]{2,})+"
)
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
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

    @property
    def errors(self) -> str:
        """What becomes of bytes that do not fit; all but UTF-16 can be written again as they were."""
        return "replace" if self.encoding.startswith("utf-16") else "surrogateescape"

    def opened(self, path: str | os.PathLike) -> io.TextIOWrapper:
        """The file, open to be read in this format."""
        return io.TextIOWrapper(open(path, "rb"), self.encoding, self.errors, newline=self.newline)


@dataclass(frozen=True)
class Expected:
    """What a table's files should hold.

    names: the columns' names, each as `one_word` makes it; required: those of them that every record has; totals: the
    words, in lower case, that a line of totals begins with.
    """

    names: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()
    totals: tuple[str, ...] = ()

    def known(self, names: Iterable[str]) -> int:
        """How many of a line's fields are names of the table's columns."""
        return len(self.names.intersection(map(one_word, names)))


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


def one_word(name: str) -> str:
    """A column's name whatever its case and style: OWNER_ID, ownerId."""
    return re.sub(r"(?<=[^\W_])_(?=[^\W_])", "", composed(name).strip().lower())


def composed(text: str) -> str:
    """Text with its letters composed (NFC), without signs that nobody sees."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", INVISIBLE.sub("", text))


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
    if _unmarked_utf16(head):
        return "UTF-16 text without a byte order mark"
    return "binary data" if head.count(0) * 10 > len(head) else None


def _unmarked_utf16(head: bytes) -> str | None:
    """The encoding of UTF-16 text without a byte order mark: ASCII has a zero byte on one side, and the text is of
    Latin or Cyrillic letters."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if not max(even, odd) > 4 * min(even, odd):
        return None
    encoding = "utf-16-le" if odd > even else "utf-16-be"
    text = head[: len(head) // 2 * 2].decode(encoding, "replace")
    known = len(re.findall("[\t\n\r -\u052f\u2010-\u2044\u20a0-\u20bf\u2116\ufeff]", text))
    return encoding if known >= 0.9 * len(text) else None


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


def _cyrillic(text: str) -> float:
    """How much of a text beyond ASCII is Cyrillic words as people write them, from 0 to 1."""
    good = all_of_it = 0
    for word in re.findall(r"[^\W\d_]+", text):
        if not word.isascii():
            all_of_it += len(word)
            good += len(word) if ONE_WORD.fullmatch(word) else 0
    strange = len(re.sub(rf"[\x00-\x7f\w{PRINTED}]", "", text))
    return good / (all_of_it + strange) if all_of_it + strange else 0.9


def _one_byte(sample: bytes) -> str | None:
    """The one-byte encoding in which a text is Cyrillic; None if it is in none of those known here. Of several that
    give words, the one with more of the letters that are common in them."""

    def score(encoding: str) -> tuple[float, int]:
        text = sample.decode(encoding, "replace")
        return round(_cyrillic(text), 1), len(re.findall("[оеаинтсрвлОЕАИНТСРВЛ]", text))

    best = max(ONE_BYTE, key=score)
    return best if score(best)[0] >= 0.7 else None


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def detect(path: str | os.PathLike) -> Format:
    """Reads a file's bytes through and says how it is written.

    Without a byte order mark a file is UTF-8 if most of its bytes beyond ASCII are: a damaged byte here and there
    costs its line, not the meaning of all others. Else it is the one-byte encoding in which its words are Cyrillic.

    Raises:
        Unreadable: it can't be opened, is empty, is no text at all, or in an encoding that is not known here.
        OSError: reading it failed half-way.
    """
    head = head_of(path)
    wide = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else _unmarked_utf16(head)
    if wide:
        feeds = nuls = False
        for text in _decoded(path, wide, "replace"):
            feeds, nuls = feeds or "\n" in text, nuls or "\0" in text
        return Format(wide, "\n" if feeds else "\r", nuls or not _fits(path, wide))
    if other := looks_like(head):
        raise Unreadable(f"not CSV text: it looks like {other}")

    feeds = nuls = False
    sample = b""
    for block in _blocks(path):
        feeds, nuls = feeds or b"\n" in block, nuls or b"\0" in block
        if len(sample) < SAMPLE_BYTES and not block.isascii():
            sample += b"\n".join(line for line in re.split(rb"[\r\n]+", block) if not _is_utf8(line)) + b"\n"
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
    encoding = _one_byte(sample[:SAMPLE_BYTES])
    if encoding is None:
        raise Unreadable(UNKNOWN_ENCODING)
    return Format(encoding, newline, True)


def _width(line: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([line.replace("\r", "")], delimiter=delimiter), []))
    except csv.Error:  # a field beyond all measure
        return 0


def _first_record(lines: list[str], delimiter: str) -> list[str]:
    try:
        return next(csv.reader(lines, delimiter=delimiter, strict=True), [])
    except csv.Error:
        return []


def _guess_delimiter(lines: list[str], delimiters: str) -> str:
    """The delimiter that splits the first line, and then most others into as many fields."""

    def score(delimiter: str) -> tuple[bool, int, int]:
        widths = [_width(line, delimiter) for line in lines]
        return widths[0] > 1, widths.count(widths[0]), widths[0]

    return max(delimiters, key=score)


def _paired(lines: list[str]) -> bool:
    return sum(line.count('"') for line in lines) % 2 == 0


class _Composed:
    """The lines of an open text, composed."""

    def __init__(self, stream: io.TextIOWrapper):
        self.stream = stream

    def readline(self) -> str:
        return composed(self.stream.readline())

    def readlines(self, size: int) -> list[str]:
        lines = self.stream.readlines(size)
        text = "".join(lines)
        if text.isascii() or not (INVISIBLE.search(text) or not unicodedata.is_normalized("NFC", text)):
            return lines
        return [composed(line) for line in lines]


class _Reader:
    """The records of an open CSV text, each with the line where it starts, the broken ones with a reason."""

    def __init__(self, stream: io.TextIOWrapper, form: Format, expected: Expected):
        self.stream = _Composed(stream)
        self.form = form
        self.expected = expected
        if form.encoding in ONE_BYTE:  # any sign but Cyrillic letters and what is printed beside them is looked at
            self.misfit = re.compile(rf"[^\x01-\x7f{CYRILLIC}{PRINTED}]")
        else:
            self.misfit = re.compile("[\ud800-\udfff\ufffd\0]")
        words = "|".join(map(re.escape, sorted(expected.totals, key=len, reverse=True)))
        self.total = re.compile(rf"(?:{words})(?:\s*:.*|(\W.*)?)", re.IGNORECASE | re.DOTALL) if words else None
        self.initials = {" "}  # what the first field of a line that is no record begins with
        self.names: list[str] = []
        self.needed: list[int] = []  # where the columns stand that every record has
        self.line = 1  # where the next record starts
        self.taken: list[str] = []  # the lines of the record being read
        self.ahead: list[str] = []  # lines to be read before the stream goes on, the nearest last
        self.delimiter = ","
        self.lost = False  # whether the last lines were broken: the next may still be a part of them

    def header(self) -> list[str]:
        """The column names, trimmed, '' where there is none. Settles the delimiter."""
        sample = [line for line in (self.stream.readline() for _ in range(SAMPLE_LINES)) if line]
        self.ahead.extend(reversed(sample))
        if not any(line.strip() for line in sample):
            raise Unreadable("no header: the file has no text")
        hint = re.fullmatch(r"sep=(.)[\r\n]*", sample[0])  # Excel's own
        at, delimiters = self._find_header(sample, hint[1] if hint else DELIMITERS)
        if not sample[at].strip():
            raise Unreadable(f"no header: line {at + 1} is empty")
        for _ in range(at):
            self._leave_line()
        self.delimiter = _guess_delimiter([line for line in sample[at:] if line.strip()], delimiters)
        try:
            names: list = next(self._parse(self._feed()), [])
        except csv.Error as error:
            raise Unreadable(f"the header in line {self.line} can't be read: {self._reason(error)}") from None
        if problem := self._problem(self.taken):
            raise Unreadable(f"the header in line {self.line} can't be read: {problem}")
        self._step(len(self.taken))
        names = [name.strip() for name in names]
        if not any(names):
            raise Unreadable(f"no header: line {self.line - 1} has no column names")
        if not names[-1]:
            names.pop()
        self.names = names
        self.needed = [place for place, name in enumerate(names) if one_word(name) in self.expected.required]
        starts = {word[0] for word in (*self.expected.totals, next(filter(None, names)))}
        self.initials |= {case for start in starts for case in (start.lower(), start.upper())}
        return names

    def _find_header(self, sample: list[str], delimiters: str) -> tuple[int, str]:
        """The line with most of the table's column names, the first of equals, and the delimiters that part them so.
        Below the first line, one name among others that nobody knows may be a value."""
        best, found = 0, (1 if len(delimiters) == 1 and len(sample) > 1 else 0, delimiters)
        for at, line in enumerate(sample):
            if not line.strip():
                continue
            known = {}
            for delimiter in delimiters:
                names = [name for name in _first_record(sample[at:], delimiter) if name.strip()]
                count = self.expected.known(names)
                known[delimiter] = count if at == 0 or count > 1 or count == len(names) else 0
            if max(known.values()) > best:
                best = max(known.values())
                found = at, "".join(delimiter for delimiter in delimiters if known[delimiter] == best)
        return found

    def blocks(self, width: int) -> Iterator[tuple[list[int], list[str], list[tuple[int, str]]]]:
        """The rest of the file, a part at a time: the lines of its records, their fields one after another, and
        (line, reason) of the broken ones. Lines without a fault are split at once; at a fault some go one by one."""
        while block := self.ahead[::-1] or self.stream.readlines(BLOCK_BYTES):
            lines, fields, used = ([], [], 0) if self.lost or self._is_suspicious(block) else self._whole(block, width)
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

    def _parse(self, lines: Iterable[str]):  # a reader of csv, which has no public type
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
                if (not row[0] or row[0][0] in self.initials) and self._aside(row) is not None:
                    break
                fields += row
                starts.append(self.line + used)
                used = reader.line_num
        except csv.Error:
            pass
        return starts, fields, used

    def _aside(self, row: list[str]) -> str | None:
        """Why a whole record is none: '' for a blank line, a reason for the header and for totals; None for a record.

        A line of totals begins with a word for them. Where more words follow, it is one if it lacks what every
        record has: a product may be called "Total 9000".
        """
        first = next(filter(None, map(str.strip, row)), "")
        if not first:
            return ""
        if [field.strip() for field in row] == self.names:
            return HEADER_AGAIN
        if self.total and (match := self.total.fullmatch(first)):
            lacking = len(row) != len(self.names) or any(not row[place].strip() for place in self.needed)
            return TOTAL if lacking or not match[1] else None
        return None

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
                    elif found is row and (aside := self._aside(row)) is not None:
                        found = aside or None
                    elif found is row and fields != width:
                        found = f"{fields} fields instead of {width}"
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

    def _is_suspicious(self, lines: list[str]) -> bool:
        return self.form.suspicious and self.misfit.search("".join(lines)) is not None

    def _problem(self, lines: list[str]) -> str | None:
        if not self._is_suspicious(lines):
            return None
        text = "".join(lines)
        if "\0" in text:
            return "NUL bytes"
        if self.form.encoding in ONE_BYTE and not self._is_foreign(text):
            return None
        return f"bytes that are not {ENCODING_NAMES[self.form.encoding]}"

    def _is_foreign(self, text: str) -> bool:
        """Whether a part of a one-byte file is not in the file's encoding: it has bytes that mean nothing there, is
        UTF-8, or is Cyrillic in another encoding only."""
        content = text.encode(self.form.encoding, "surrogateescape")
        if re.search("[\ud800-\udfff]", text):
            return True
        if _is_utf8(content):
            return True
        return _one_byte(content) not in (None, self.form.encoding) and _cyrillic(text) < 0.5

    @staticmethod
    def _reason(error: csv.Error) -> str:
        text = str(error)
        if "unexpected end of data" in text or "field limit" in text:
            return "unclosed quote"
        if "new-line character" in text:
            return "a carriage return outside quotes"
        return MISPLACED


def convert(
    path: str | os.PathLike,
    raw_file: str,
    target: str | os.PathLike,
    expected: Expected = Expected(),
    number_names: bool = False,
) -> Converted:
    """Reads a CSV file into a Parquet file.

    Args:
        path: the CSV file.
        raw_file: its name for people, written into every row as `_raw_file`.
        target: the Parquet file to write: the CSV's named columns as text (an empty field is null), `_raw_file`, and
            `_raw_row`, the line where the record starts (the first line is 1).
        expected: the table's column names, by which the header is found, and the words of totals.
        number_names: whether columns of the same name are told apart by numbers (Source, Source 2); else such a file is refused.

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
    with form.opened(path) as stream:
        reader = _Reader(stream, form, expected)
        names = reader.header()
        return _write(reader, told_apart(names) if number_names else names, raw_file, Path(target))


def told_apart(names: list[str]) -> list[str]:
    """Names with a number behind each that stood there before."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name.lower()] = seen.get(name.lower(), 0) + 1
        result.append(f"{name} {seen[name.lower()]}" if name and seen[name.lower()] > 1 else name)
    return result


def layout(path: str | os.PathLike, expected: Expected = Expected()) -> tuple[Format, str, list[str]]:
    """How a file is written, its delimiter, and its column names.

    Args:
        path: the CSV file.
        expected: as for `convert`.

    Raises:
        Unreadable: as `convert`.
    """
    form = detect(path)
    with form.opened(path) as stream:
        reader = _Reader(stream, form, expected)
        names = reader.header()
        return form, reader.delimiter, names


def _write(reader: _Reader, names: list[str], raw_file: str, target: Path) -> Converted:
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    result = Converted()
    if len(names) > MOST_COLUMNS:
        raise Unreadable(f"{len(names)} columns in its header; at most {MOST_COLUMNS} are read")
    seen: dict[str, int] = {}
    for position, name in enumerate(names, 1):
        if name and (first := seen.setdefault(name.lower(), position)) != position:
            raise Unreadable(f"columns {first} and {position} of the header have the same name")
        if not name:
            result.notes.append(f"column {position} has no name in the header and is left out")
    kept = [
        at for at, name in enumerate(names) if name and name.lower() not in ("_raw_file", "_raw_row", "_raw_decimals")
    ]
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
