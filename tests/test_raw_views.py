"""Raw views: whatever lies in a raw root becomes views of text columns, and what can't be read is named."""

import csv
import datetime as dt
import decimal
import gzip
import json
import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from raw_views import cache, csv_files, scan  # noqa: E402
from raw_views.land import land_raw_root  # noqa: E402
from raw_views.plugin import Plugin  # noqa: E402

SECRET = "Пушкина 7-999"  # a value; no message, reason or error may hold it


class Landing:
    """A raw root in a test's folder, with the tables `files.leads` (lead_id, name, amount) and `files.deals`."""

    def __init__(self, folder: Path):
        self.root, self.cache = folder / "raw", folder / "cache"
        self.root.mkdir()
        self.declared = [
            {"source": "files", "schema": "raw_files", "table": "leads", "columns": ["lead_id", "name", "amount"],
             "required": ["lead_id"], "totals": ["итого", "total", "total rows"]},
            {"source": "files", "schema": "raw_files", "table": "deals", "columns": ["deal_id"], "required": []},
        ]  # fmt: skip

    def write(self, name: str, content: bytes | str | pa.Table, table: str = "files/leads") -> Path:
        path = self.root / table / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, pa.Table):
            pq.write_table(content, path)
        else:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def call(self) -> dict:
        text = land_raw_root(str(self.root), str(self.cache), json.dumps(self.declared))
        return json.loads(text)

    def land(self) -> "Landing":
        result = self.call()
        assert result["error"] is None
        self.messages = result["messages"]
        self.engine = duckdb.connect(":memory:")
        self.engine.execute("set timezone = 'Asia/Tokyo'")
        self.engine.execute(result["ddl"])
        return self

    def rows(self, query: str = "select lead_id, name, amount from raw_files.leads order by _raw_file, _raw_row"):
        return self.engine.execute(query).fetchall()

    def numbers(self) -> list[int]:
        return [row for (row,) in self.rows("select _raw_row from raw_files.leads order by all")]

    def rejects(self) -> list[tuple]:
        return self.rows("select raw_file, raw_row, reason from raw_views.rejected_lines order by all")

    def reason(self) -> str:
        """The reason of the one file that was left out."""
        [(_, row, reason)] = self.rejects()
        assert row is None
        assert self.rows("select row_count, readable from raw_views.files") == [(0, False)]
        assert self.rows() == []
        assert any(reason in message for message in self.messages)
        return reason


@pytest.fixture
def raw(tmp_path: Path) -> Landing:
    return Landing(tmp_path)


# CSV: formats


def test_any_format_reads_the_same(raw):
    lines = (("lead_id", "name", "amount"), ("1", "Анна «А»", "10.5"), ("2", "", "20"))
    names = []
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1251"):
        for newline in ("\n", "\r\n", "\r"):
            for delimiter in ",;\t|":
                names.append(f"files/leads/{encoding} {newline!a} {delimiter!a}.csv")
                text = newline.join(delimiter.join(line) for line in lines) + newline
                raw.write(Path(names[-1]).name, text.encode(encoding))
    raw.land()
    assert raw.rejects() == []
    assert set(raw.rows("select raw_file, row_count, readable from raw_views.files")) == {
        (name, 2, True) for name in names
    }
    for name in names:
        found = raw.engine.execute(
            "select lead_id, name, amount, _raw_row from raw_files.leads where _raw_file = ?", [name]
        )
        assert sorted(found.fetchall()) == [("1", "Анна «А»", "10.5", 2), ("2", None, "20", 3)], name


def test_utf16_big_endian(raw):
    raw.write("a.csv", b"\xfe\xff" + "lead_id;name\n1;Анна\n".encode("utf-16-be"))
    assert raw.land().rows() == [("1", "Анна", None)]


def test_quotes_hold_delimiters_newlines_and_quotes(raw):
    raw.write(
        "a.csv", 'lead_id,name,amount\n1,"a,b",1\n2,"line one\nline two\n\nline four",2\n3,"say ""hi""",3\n4,x"y,4\n'
    )
    raw.land()
    assert [name for _, name, _ in raw.rows()] == ["a,b", "line one\nline two\n\nline four", 'say "hi"', 'x"y']
    assert raw.numbers() == [2, 3, 7, 8]  # the line where each record starts
    assert raw.rejects() == []


def test_header_is_trimmed_and_matched_without_case(raw):
    raw.write("a.csv", " LEAD_ID , Name,Extra, amount \n1,a,x,2\n")
    raw.land()
    assert raw.rows() == [("1", "a", "2")]
    assert [name for name, *_ in raw.rows("describe raw_files.leads")] == [
        "lead_id", "name", "amount", "_raw_file", "_raw_row", "_raw_decimals"]  # fmt: skip


def test_header_only_is_an_empty_table(raw):
    raw.write("a.csv", "lead_id,name\n")
    raw.land()
    assert raw.rows() == []
    assert raw.rejects() == []
    assert raw.rows("select row_count, readable from raw_views.files") == [(0, True)]


def test_no_newline_at_the_end_blank_lines_and_trailing_delimiters(raw):
    raw.write("a.csv", "lead_id;name;amount;\n\n1;a;1;\n   \n2;b;2\n3;c;3;\n\n4;d;4")
    raw.land()
    assert [lead for lead, *_ in raw.rows()] == ["1", "2", "3", "4"]
    assert raw.numbers() == [3, 5, 6, 8]
    assert raw.rejects() == []


def test_excel_separator_hint(raw):
    raw.write("a.csv", "sep=;\r\nlead_id;name\r\n1;a,b\r\n")
    raw.land()
    assert raw.rows() == [("1", "a,b", None)]
    assert raw.numbers() == [3]


@pytest.mark.parametrize("delimiter", "\t,;")
def test_title_of_a_report_is_no_header(raw, delimiter):
    lines = (("lead_id", "name", "amount"), ("1", "a", "2"), ("3", "b", "4"))
    table = "".join(delimiter.join(line) + "\n" for line in lines)
    raw.write("a.csv", '"spend by day (2026-05-02 - 2026-05-03)"\n' + table + "Total rows: 2\n")
    raw.land()
    assert raw.rows() == [("1", "a", "2"), ("3", "b", "4")]
    assert raw.numbers() == [3, 4]
    assert raw.rejects() == [("files/leads/a.csv", 5, "a total, no record")]


@pytest.mark.parametrize(
    "above",
    [
        "Заказы за период;;\n",
        "Отчёт; январь; 2026\nОрганизация: ООО «А», ИНН 77\n\n;;\n",
        '"Отчёт ""Заказы""\nза январь";;\nname\n',
        "sep=;\n",
        "\n\n",
    ],
)
def test_header_is_looked_for_below_title_lines(raw, above):
    """What stands above the line with the table's column names is no row and no reject."""
    raw.write("a.csv", "\ufeff" + above + "lead_id;name;amount\n1;a;2\n")
    raw.land()
    assert raw.rows() == [("1", "a", "2")]
    assert raw.numbers() == [above.count("\n") + 2]
    assert raw.rejects() == []


def test_header_is_the_line_with_most_names(raw):
    raw.write("a.csv", "report,name,by,day\nlead_id,name,amount\n1,lead_id,name\n")
    assert raw.land().rows() == [("1", "lead_id", "name")]


def test_totals_blank_lines_and_the_header_again(raw):
    """A total is rejected by its line; a product called Total 9000 has its id and is a record."""
    raw.declared[0]["columns"] = ["name", "lead_id", "amount"]
    lines = ("a,1,2", ",,", "Итого:,,2", "Итого по отделу 5,,2", "name,lead_id,amount", " Name , lead_id,amount", "b,2,3",
             "Total 9000,3,4", "Totally,4,5", "ИТОГО,9,9", "Total rows: 5")  # fmt: skip
    raw.write("a.csv", "name,lead_id,amount\n" + "\n".join(lines) + "\n")
    raw.land()
    assert [name for _, name, _ in raw.rows()] == ["a", " Name ", "b", "Total 9000", "Totally"]
    total, again = "a total, no record", "the header again, no record"
    assert [(line, reason) for _, line, reason in raw.rejects()] == [
        (4, total), (5, total), (6, again), (11, total), (12, total)]  # fmt: skip


# CSV: encodings and signs


def test_cyrillic_encodings_are_told_apart(raw):
    for number, encoding in enumerate(("cp1251", "cp866", "koi8-r", "utf-16-le", "utf-16-be")):
        raw.write(f"{number} mixed.csv", "lead_id;name\n1;Анна Ёлкина\n2;№ 5, ООО «Луч»\n".encode(encoding, "replace"))
        raw.write(f"{number} upper.csv", "lead_id;name\n1;МОСКВА\n2;УФА\n3;КофеМаркет\n".encode(encoding))
    raw.land()
    assert raw.rejects() == []
    assert [name for _, name, _ in raw.rows()].count("Анна Ёлкина") == 5
    assert [name for _, name, _ in raw.rows() if name in ("МОСКВА", "УФА")] == ["МОСКВА", "УФА"] * 5


def test_a_line_in_another_encoding_is_left_out(raw):
    lines = ["lead_id;name", *(f"{number};Анна" for number in range(2, 12))]
    for name, main, other in (
        ("a", "cp1251", "utf-8"),
        ("b", "cp1251", "cp866"),
        ("c", "cp866", "cp1251"),
        ("d", "utf-8", "cp1251"),
    ):
        raw.write(
            f"{name}.csv", "\n".join(lines).encode(main) + "\n12;Борис Петров\n".encode(other) + "13;Яна\n".encode(main)
        )
    raw.land()
    names = {"a": "cp1251", "b": "cp1251", "c": "cp866", "d": "UTF-8"}
    assert raw.rejects() == [
        (f"files/leads/{name}.csv", 12, f"bytes that are not {encoding}") for name, encoding in names.items()
    ]
    assert [name for _, name, _ in raw.rows()] == [*["Анна"] * 10, "Яна"] * 4


def test_text_is_composed_and_has_no_invisible_signs(raw):
    """й in two signs is one, in the header too; zero-width signs and byte order marks within the text go."""
    raw.declared[0]["columns"] = ["lead_id", "ной", "amount"]
    raw.write("a.csv", "\ufeff\u200blead_id,но\u0438\u0306,amount\n1,Со\u0301н\u200b \ufeffАндреи\u0306,\u202a5\n")
    assert raw.land().rows('select lead_id, "ной", amount from raw_files.leads') == [("1", "Со\u0301н Андрей", "5")]


def test_decimal_sign_of_a_file_is_noted(raw):
    """1,234 is a thousand where another number has a point for its decimals. Files without such numbers have no note; a
    number of a numeric column never looks like one of them."""
    raw.declared[0]["columns"] = ["lead_id", "name", "amount"]
    raw.write("1.csv", 'lead_id,name,amount\n1,a,"1,234"\n2,b,"1,234,567.00"\n')
    raw.write("2.csv", "lead_id;name;amount\n1;a;1.000\n2;12,5;1.234,56\n")
    raw.write("3.csv", "lead_id;amount\n1;1,234\n2;100\n")
    raw.write("4.csv", "lead_id;amount\n1;12,34\n2;0.125\n")
    raw.write("5.parquet", leads(name=["1,234", "0,5"], amount=[1.234, 2.5]))
    raw.land()
    assert raw.rows("select distinct left(parse_filename(_raw_file), 1), _raw_decimals from raw_files.leads order by 1") == [
        ("1", "|.amount|"), ("2", "|,amount|,name|"), ("3", "|"), ("4", None), ("5", "|,name|")]  # fmt: skip
    assert raw.rows("select amount from raw_files.leads where _raw_file like '%parquet' order by all") == [
        ("1.2340",),
        ("2.5",),
    ]


def test_other_columns_are_kept_where_asked_for(raw):
    raw.declared[0]["columns"].append("rest")
    raw.declared[0]["rest"] = "rest"
    raw.write("a.csv", "lead_id,Age,name,keyword\n1,AGE_18_24,a,чай\n")
    raw.write("b.csv", "lead_id\n2\n")
    assert raw.land().rows("select rest from raw_files.leads order by lead_id") == [
        ('{"Age":"AGE_18_24","keyword":"чай"}',), (None,)]  # fmt: skip


def test_quoted_header_of_one_column_is_no_title(raw):
    raw.write("a.csv", '"amount"\n10,5\n11\n')
    raw.write("b.csv", '"amount"\n"x, y"\n')
    raw.land()
    assert [amount for _, _, amount in raw.rows()] == ["10,5", "11", "x, y"]


def test_one_column_needs_no_delimiter(raw):
    raw.write("a.csv", "amount\n10,5\n11\n\n12;0\n")
    raw.land()
    assert [amount for _, _, amount in raw.rows()] == ["10,5", "11", "12;0"]
    assert raw.numbers() == [2, 3, 5]


def test_delimiter_is_the_one_that_splits_the_rows(raw):
    raw.write("a.csv", "lead_id;name, first, last;amount\n" + "1;a;2\n" * 3)
    assert [(lead, amount) for lead, _, amount in raw.land().rows()] == [("1", "2")] * 3


def test_column_without_a_name_is_left_out_with_a_note(raw):
    raw.write("a.csv", ",lead_id,name\n0,1,a\n1,2,b\n")
    raw.land()
    assert raw.rows() == [("1", "a", None), ("2", "b", None)]
    assert any("column 1 has no name" in message for message in raw.messages)


def test_columns_of_the_raw_views_themselves_do_not_clash(raw):
    raw.write("a.csv", "_raw_row,lead_id,_RAW_FILE\n77,1,zz\n")
    raw.land()
    assert raw.rows("select lead_id, _raw_file, _raw_row from raw_files.leads") == [("1", "files/leads/a.csv", 2)]


def test_every_line_of_a_long_file_is_there(raw):
    """More lines than the sample that settles the format, and more than one block."""
    wide = "x" * 300
    count = 2 * csv_files.BLOCK_BYTES // 300
    lines = [f'{number},"{wide}\n",1' if number % 7 == 0 else f"{number},{wide},1" for number in range(count)]
    raw.write("a.csv", "lead_id,name,amount\n" + "\n".join(lines))
    raw.land()
    found = raw.rows("select cast(lead_id as int), _raw_row from raw_files.leads order by 1")
    expected, line = [], 2
    for number in range(count):
        expected.append((number, line))
        line += 2 if number % 7 == 0 else 1
    assert found == expected
    assert raw.rejects() == []


# CSV: broken lines


def test_wrong_number_of_fields(raw):
    raw.write("a.csv", "lead_id,name,amount\n1,a,1\n2,b\n3,c,3,4\n4,d,4\n")
    raw.land()
    assert raw.numbers() == [2, 5]
    assert raw.rejects() == [
        ("files/leads/a.csv", 3, "2 fields instead of 3"),
        ("files/leads/a.csv", 4, "4 fields instead of 3"),
    ]
    assert any("2 lines left out (line 3, 4)" in message for message in raw.messages)


@pytest.mark.parametrize("broken", ['2,"b,2', '2,b,"2', '"2,b,2', '2,"b"x,2', '2,"b'])
def test_unclosed_quote_costs_its_line_alone(raw, broken):
    following = {
        "no quote at all": "3,c,3\n4,d,4\n",
        "an opening quote": '3,"c",3\n4,d,4\n',
        "a quote at the end": '3,c,3\n4,d,"4"\n',
        "an empty field in quotes": '3,c,3\n4,"",4\n',
        "a record of two lines": '3,"c\nc",3\n4,d,4\n',
        "quotes within a field": '3,c ""c"",3\n4,"d ""d""",4\n',
    }
    for name, after in following.items():
        raw.write(f"{name}.csv", f"lead_id,name,amount\n1,a,1\n{broken}\n{after}5,e,5\n6,f,6\n")
    raw.land()
    assert {(name, line) for name, line, _ in raw.rejects()} == {(f"files/leads/{name}.csv", 3) for name in following}
    assert all("quote" in reason or "fields instead of 3" in reason for _, _, reason in raw.rejects())
    for name in following:
        found = raw.engine.execute(
            "select lead_id from raw_files.leads where _raw_file = ?", [f"files/leads/{name}.csv"]
        )
        assert sorted(found.fetchall()) == [(lead,) for lead in "13456"], name


def test_broken_quotes_one_after_another_and_at_the_end(raw):
    raw.write("a.csv", 'lead_id,name,amount\n1,"a,1\n2,"b,2\n3,c,3\n4,"d,4\n')
    raw.land()
    assert raw.numbers() == [4]
    assert [line for _, line, _ in raw.rejects()] == [2, 3, 5]


def test_broken_record_of_several_lines_counts_once(raw):
    raw.write("a.csv", 'lead_id,name,amount\n1,"a\nb",1,9\n2,b,2\n')
    raw.land()
    assert raw.rows() == [("2", "b", "2")]
    assert raw.numbers() == [4]
    assert raw.rejects() == [("files/leads/a.csv", 2, "4 fields instead of 3")]


def test_end_of_a_broken_record_is_no_row(raw):
    raw.write("a.csv", 'lead_id,name,amount\n1,"a"x\nb",1,9\n2,b,2\n')
    raw.write("b.csv", 'lead_id,name,amount\n1,"a\nb"c,1,9\n2,5" pipe,2\n')
    raw.land()
    assert raw.rows() == [("2", "b", "2")]
    assert [(name[-5:], line) for name, line, _ in raw.rejects()] == [
        ("a.csv", 2), ("a.csv", 3), ("b.csv", 2), ("b.csv", 3), ("b.csv", 4)]  # fmt: skip


def test_many_broken_lines_in_a_long_file(raw):
    """Every line is either a row or a reject, whatever part of the file it is in."""
    broken = {5, 6, 7, 1500, 4000, 9999, *range(20_000, 21_200)}
    lines = [f'{at},"x,1' if at in broken else f"{at},имя,1" for at in range(2, 30_000)]
    raw.write("a.csv", "lead_id,name,amount\n" + "\n".join(lines) + "\n")
    raw.land()
    assert raw.rows("select count(*), bool_and(cast(lead_id as int) = _raw_row) from raw_files.leads") == [
        (29_998 - len(broken), True)
    ]
    assert {line for _, line, _ in raw.rejects()} == broken


def test_quote_that_swallows_a_whole_file_is_quick(raw):
    text = "lead_id,name,amount\n1,a,1\n" + '2,"b,2\n' + f"3,{'c' * 90},3\n" * 100_000
    raw.write("a.csv", text)
    started = time.monotonic()
    raw.land()
    assert raw.rows("select count(*) from raw_files.leads") == [(100_001,)]
    assert raw.rejects() == [("files/leads/a.csv", 3, "unclosed quote")]
    assert time.monotonic() - started < 10


def test_long_field_is_a_value(raw):
    raw.write("a.csv", f'lead_id,name\n1,"{"ж" * 300_000}"\n')
    assert raw.land().rows("select length(name) from raw_files.leads") == [(300_000,)]


def test_field_beyond_all_measure_is_a_reject(raw, monkeypatch):
    monkeypatch.setattr(csv_files, "LONGEST_FIELD", 0)
    limit = csv.field_size_limit(1000)
    try:
        raw.write("a.csv", f'lead_id,name\n1,"{"ж" * 2000}"\n2,b\n')
        raw.write("b.csv", f"{'ж' * 2000}\n2,b\n")
        raw.land()
    finally:
        csv.field_size_limit(limit)
    assert raw.rows() == [("2", "b", None)]
    assert [(name, line) for name, line, _ in raw.rejects()] == [("files/leads/a.csv", 2), ("files/leads/b.csv", None)]


def test_bytes_that_do_not_decode(raw):
    good = "lead_id,name\n1,Анна\n".encode()
    raw.write("utf8.csv", good + b"2,\xff\xfe\n" + "3,Борис\n".encode())
    raw.write("bom.csv", b"\xef\xbb\xbf" + b"lead_id,name\n1,a\n2,\xff\n3,b\n")
    raw.write("cp1251.csv", "lead_id,name\n1,Анна\n".encode("cp1251") + b"2,\x98\n" + "3,Борис\n".encode("cp1251"))
    raw.write("utf16.csv", b"\xff\xfe" + "lead_id,name\n1,Анна\n2,".encode("utf-16-le") + b"\x00\xdc" + "\n3,Борис\n".encode("utf-16-le"))  # fmt: skip
    raw.land()
    assert raw.rejects() == [
        ("files/leads/bom.csv", 3, "bytes that are not UTF-8"),
        ("files/leads/cp1251.csv", 3, "bytes that are not cp1251"),
        ("files/leads/utf16.csv", 3, "bytes that are not UTF-16"),
        ("files/leads/utf8.csv", 3, "bytes that are not UTF-8"),
    ]
    assert [row[:2] for row in raw.rows()] == [
        ("1", "a"), ("3", "b"), *[("1", "Анна"), ("3", "Борис")] * 3]  # fmt: skip


def test_nul_bytes_cost_their_line(raw):
    raw.write("a.csv", "lead_id,name\n" + "1,a\n" * 2000 + "2,\0\0\0\n" + "3,c\n")
    raw.land()
    assert raw.rejects() == [("files/leads/a.csv", 2002, "NUL bytes")]
    assert raw.rows("select count(*) from raw_files.leads") == [(2001,)]


def test_carriage_return_in_a_line(raw):
    raw.write("a.csv", 'lead_id,name,amount\n1,a\ra,1\n2,"b\rb",2\n3,c,3\r\n')
    raw.land()
    assert raw.rows() == [("2", "b\rb", "2"), ("3", "c", "3")]
    assert raw.numbers() == [3, 4]
    assert [line for _, line, _ in raw.rejects()] == [2]


# CSV: whole files that are left out


def test_files_that_are_no_tables(raw):
    cases = [
        (b"", "empty file (0 bytes)"),
        (b"\xef\xbb\xbf", "no header: the file has no text"),
        (b"\n\n  \n", "no header: the file has no text"),
        (b"\nanother,thing\n1,a\n", "no header: line 1 is empty"),
        (b",,\n1,a,2\n", "no header: line 1 has no column names"),
        (f"17,{SECRET},5\n18,b,6\n".encode(), "no header, or another table's: none of its 3 column names is"),
        (f"lead_id,{SECRET},{SECRET}\n".encode(), "columns 2 and 3 of the header have the same name"),
        (b"lead_id,name, NAME \n1,a,b\n", "columns 2 and 3 of the header have the same name"),
        (b'lead_id,"name\n1,a\n', "the header in line 1 can't be read: unclosed quote"),
        (b"lead_id,na\0me\n1,a\n" * 9, "the header in line 1 can't be read: NUL bytes"),
        (b"PK\x03\x04\x14\x00\x06\x00[Content_Types].xml", "not CSV text: it looks like an Excel workbook (xlsx)"),
        (b"PK\x03\x04\x14\x00\x06\x00", "not CSV text: it looks like a ZIP archive"),
        (b"\x1f\x8b\x08\x00", "not CSV text: it looks like a gzip file"),
        (b"PAR1\x15\x04", "not CSV text: it looks like a Parquet file"),
        (b" <!DOCTYPE html><html>", "not CSV text: it looks like an HTML or XML document"),
        (b'\xef\xbb\xbf[{"lead_id": 1}]', "not CSV text: it looks like JSON"),
        (b"\x07\x00\x00\x00\x01" * 40, "not CSV text: it looks like binary data"),
        (bytes(range(256)) * 20, ""),
        ("lead_id,name\n1,Müller\n2,Straße\n".encode("cp1252"), "unknown encoding"),
        ("lead_id,name\n1,山田太郎\n2,東京都\n".encode("shift_jis"), "unknown encoding"),
    ]
    for number, (content, _) in enumerate(cases):
        raw.write(f"{number:02}.csv", content)
    raw.land()
    assert raw.rows() == []
    assert [(name, row) for name, row, _ in raw.rejects()] == [
        (f"files/leads/{number:02}.csv", None) for number in range(len(cases))
    ]
    for (_, _, reason), (_, says) in zip(raw.rejects(), cases):
        assert says in reason
        assert any(reason in message for message in raw.messages)
    assert raw.rows("select distinct row_count, readable from raw_views.files") == [(0, False)]
    assert SECRET not in json.dumps([raw.messages, raw.rejects()], ensure_ascii=False)


# Parquet


def leads(ids=("1", "2"), **more) -> pa.Table:
    return pa.table({"lead_id": list(ids), **more})


def test_every_type_becomes_text(raw):
    at = dt.datetime(2024, 1, 31, 22, 30, 0, 5)
    columns = {
        "text": pa.array(["а'б", None]),
        "nothing": pa.nulls(2),
        "whole": pa.array([2**53 + 1, None]),
        "unsigned": pa.array([2**64 - 1, 0], pa.uint64()),
        "truth": pa.array([True, False]),
        "money": pa.array([decimal.Decimal("10.50"), None]),
        "day": pa.array([dt.date(2024, 2, 29), None]),
        "moment": pa.array([at, None], pa.timestamp("us", "UTC")),
        "local": pa.array([at, None], pa.timestamp("ns", "Europe/Moscow")),
        "naive": pa.array([at, None], pa.timestamp("us")),
        "bytes": pa.array(["имя".encode(), b"\xff\x00"]),
        "double": pa.array([1e21, -1.5e-9]),
        "id": pa.array([123.0, 0.1]),
        "precise": pa.array([1.2345678901234567e16, float("-inf")]),
        "empty": pa.array([float("nan"), 31.0]),
        "list": pa.array([[1, 2], None]),
        "struct": pa.array([{"a": 1, "b": "ж"}, None]),
        "map": pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int64())),
        "coded": pa.array(["x", "y"]).dictionary_encode(),
        "ym:s:visitID": pa.array([7, 8]),
        'quo"te': pa.array([1, 2]),
    }
    expected = {
        "text": ("а'б", None),
        "nothing": (None, None),
        "whole": ("9007199254740993", None),
        "unsigned": ("18446744073709551615", "0"),
        "truth": ("true", "false"),
        "money": ("10.50", None),
        "day": ("2024-02-29", None),
        "moment": ("2024-01-31 22:30:00.000005+00", None),
        "local": ("2024-01-31 22:30:00.000005+00", None),
        "naive": ("2024-01-31 22:30:00.000005", None),
        "bytes": ("имя", "FF00"),
        "double": ("1000000000000000000000", "-0.0000000015"),
        "id": ("123", "0.1"),
        "precise": ("12345678901234568", "-inf"),
        "empty": (None, "31"),
        "list": ("[1,2]", None),
        "struct": ('{"a":1,"b":"ж"}', None),
        "map": ('{"k":1}', None),
        "coded": ("x", "y"),
        "ym:s:visitID": ("7", "8"),
        'quo"te': ("1", "2"),
    }
    raw.declared[0]["columns"] = list(columns)
    raw.declared[0]["required"] = []
    raw.write("a.parquet", pa.table(columns))
    raw.land()
    [*first, number_1], [*second, number_2] = raw.rows(
        "select * exclude (_raw_file, _raw_decimals) from raw_files.leads"
    )
    assert dict(zip(columns, zip(first, second))) == expected
    assert (number_1, number_2) == (1, 2)
    assert {kind for name, kind, *_ in raw.rows("describe raw_files.leads") if name != "_raw_row"} == {"VARCHAR"}
    assert raw.rows("select typeof(_raw_row) from raw_files.leads limit 1") == [("BIGINT",)]


def test_schema_drift_is_one_table(raw):
    raw.write("1.parquet", leads([1, 2], amount=[1.5, 2.0]))
    raw.write("2.parquet", leads(["3"], AMOUNT=[[1]], extra=["x"]))
    raw.write("3.parquet", pa.table({"amount": [4], "Lead_ID": [4.0]}))
    raw.write("4.csv", "amount;lead_id;name\n5,5;5;e\n")
    raw.land()
    assert raw.rows() == [
        ("1", None, "1.5"), ("2", None, "2"), ("3", None, "[1]"), ("4", None, "4"), ("5", "e", "5,5")]  # fmt: skip
    assert raw.rows("select raw_file, row_count from raw_views.files order by 1") == raw.rows(
        "select _raw_file, count(*) from raw_files.leads group by 1 order by 1"
    )


def test_columns_of_another_style_or_name(raw):
    raw.declared[0]["columns"] = ["LEAD_ID", "createdTime", "ym:s:lastSource", "_deleted"]
    raw.declared[0]["required"] = ["LEAD_ID", "createdTime"]
    raw.declared[0]["also"] = {"createdTime": ["created", "made"], "ym:s:lastSource": ["ym:s:cross_device_lastSource"]}
    raw.write("1.parquet", pa.table({"leadId": ["1"], "created_time": ["a"], "made": ["no"], "deleted": ["no"]}))
    raw.write("2.csv", "lead_id,made,created,YM:S:crossDeviceLastSource,_DELETED\n2,no,b,ad,Y\n")
    raw.write("3.csv", "leadid,LEAD_ID,MADE\nno,3,c\n")
    raw.land()
    assert raw.rows("select * exclude (_raw_file, _raw_row, _raw_decimals) from raw_files.leads order by all") == [
        ("1", "a", None, None), ("2", "b", "ad", "Y"), ("3", "c", None, None)]  # fmt: skip
    assert raw.messages == []


def test_row_numbers_count_within_each_file(raw):
    for name in ("1", "2"):
        pq.write_table(leads(map(str, range(10))), raw.write(f"{name}.parquet", ""), row_group_size=3)
    raw.land()
    assert raw.rows("select distinct cast(lead_id as int) + 1 = _raw_row from raw_files.leads") == [(True,)]
    assert raw.rows("select count(*), count(distinct _raw_file) from raw_files.leads") == [(20, 2)]


def test_declared_column_appears_once(raw):
    raw.declared[0]["columns"] = ["lead_id", "LEAD_ID", "_raw_row", "name", "_RAW_FILE"]
    raw.write("a.parquet", leads(["1"], LEAD_ID=["2"]))
    raw.land()
    assert [name for name, *_ in raw.rows("describe raw_files.leads")] == [
        "lead_id", "name", "_raw_file", "_raw_row", "_raw_decimals"]  # fmt: skip
    assert raw.rows("select lead_id, _raw_row from raw_files.leads") == [("1", 1)]


def test_strange_file_names(raw):
    names = ["отчёт 'за январь' (1).parquet", "d'Arc; drop.csv", "x[1]*?.parquet", "день=2024-01-01/часть.csv",
             "lead_id=9/a.parquet", "UPPER.CSV"]  # fmt: skip
    for number, name in enumerate(names):
        raw.write(name, f"lead_id\n{number}\n" if name.lower().endswith("csv") else leads([number]))
    raw.land()
    assert sorted(raw.rows("select lead_id, _raw_file from raw_files.leads")) == [
        (str(number), f"files/leads/{name}") for number, name in enumerate(names)
    ]


def test_columns_named_like_the_reader_s_own(raw):
    raw.write("a.parquet", leads(["1"], filename=["mine"], name=["a"]))
    raw.write("b.parquet", leads(["2"], file_row_number=[5]))
    raw.land()
    assert raw.rows("select lead_id, _raw_file from raw_files.leads") == [("1", "files/leads/a.parquet")]
    [(name, row, reason)] = raw.rejects()
    assert (name, row) == ("files/leads/b.parquet", None)
    assert "file_row_number" in reason


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def hole(content: bytes) -> bytes:
    middle = len(content) // 3
    return content[:middle] + bytes(200) + content[middle + 200 :]


@pytest.mark.parametrize("damage", [cut, hole, lambda content: b"", lambda content: b"lead_id,name\n1,a\n"])
def test_damaged_parquet_is_left_out_and_named(raw, damage):
    whole = raw.write("good.parquet", leads(["1"]))
    path = raw.write("bad.parquet", leads([f"{SECRET} {number}" for number in range(5_000)]))
    path.write_bytes(damage(path.read_bytes()))
    raw.land()
    assert raw.rows("select lead_id, _raw_file from raw_files.leads") == [("1", f"files/leads/{whole.name}")]
    [(name, row, reason)] = raw.rejects()
    assert (name, row) == ("files/leads/bad.parquet", None)
    assert "Parquet" in reason or "empty" in reason
    assert SECRET not in json.dumps([raw.messages, reason], ensure_ascii=False)
    assert raw.rows("select raw_file, row_count, readable from raw_views.files order by 1") == [
        ("files/leads/bad.parquet", 0, False), ("files/leads/good.parquet", 1, True)]  # fmt: skip


def test_text_that_is_not_utf8_does_not_break_the_view(raw):
    broken = pa.Array.from_buffers(pa.string(), 1, pa.array([b"Kuh\xff"], pa.binary()).buffers())
    raw.write("bad.parquet", pa.table({"lead_id": broken}))
    raw.write("good.parquet", leads(["1"]))
    raw.land()
    assert raw.rows() == [("1", None, None)]
    [(_, _, reason)] = raw.rejects()
    assert "not UTF-8" in reason
    assert "Kuh" not in json.dumps(raw.messages)


def test_engine_that_died_is_opened_anew():
    engine = scan.Engine()
    engine.execute("create table kept (x int)")
    assert engine.execute("select count(*) from kept").fetchone() == (0,)
    engine._connection.close()
    assert engine.execute("select 7").fetchone() == (7,)


def test_damage_in_random_places(raw):
    """Whatever the damage, either the file is named or its view can be read."""
    whole = raw.write("a.parquet", leads(map(str, range(500)), name=[["x"]] * 500, amount=[1.5] * 500)).read_bytes()
    place = random.Random(1)
    for number in range(60):
        content = bytearray(whole)
        for _ in range(place.randint(1, 4)):
            content[place.randrange(len(content))] = place.randrange(256)
        raw.write(f"{number}.parquet", bytes(content))
    raw.land()
    assert raw.rows("select count(*), count(distinct _raw_file) from raw_files.leads") == raw.rows(
        "select sum(row_count), count(*) filter (readable) from raw_views.files"
    )
    assert len(raw.rejects()) + raw.rows("select count(distinct _raw_file) from raw_files.leads")[0][0] == 61


def test_parquet_of_another_table_is_left_out(raw):
    raw.write("a.parquet", pa.table({"x": [1]}))
    assert "none of its 1 column names" in raw.land().reason()


def test_missing_required_column_is_a_message(raw):
    raw.write("a.csv", f"name,amount\n{SECRET},1\n")
    raw.write("b.parquet", pa.table({"name": pa.array([], pa.string())}))  # no rows, nothing is missing
    raw.land()
    assert raw.rows() == [(None, SECRET, "1")]
    [message] = raw.messages
    assert message == "files/leads/a.csv: no column lead_id, which is required; its columns are name, amount"


def test_unknown_names_are_not_shown_where_they_may_be_data(raw):
    raw.write("a.csv", f"name,{SECRET},17,x@y.ru\nb,c,d,e\n")
    [message] = raw.land().messages
    assert message.endswith("which is required; its columns are name and 3 more")


def test_no_files_is_an_empty_table(raw):
    (raw.root / "files" / "leads").mkdir(parents=True)
    raw.land()
    for table in ("leads", "deals"):
        assert raw.rows(f"select count(*) from raw_files.{table}") == [(0,)]
        kinds = {name: kind for name, kind, *_ in raw.rows(f"describe raw_files.{table}")}
        assert kinds.pop("_raw_row") == "BIGINT"
        assert set(kinds.values()) == {"VARCHAR"}
    assert raw.rejects() == []
    assert raw.messages == []


def test_hundreds_of_files(raw):
    for number in range(120):
        raw.write(f"{number}.parquet", leads([number], **({"name": ["a"]} if number % 3 else {})))
        raw.write(f"{number}.csv", f"lead_id\n{number}\n")
    raw.land()
    assert raw.rows("select count(*), count(distinct _raw_file) from raw_files.leads") == [(240, 240)]
    started = time.monotonic()
    raw.land()
    assert time.monotonic() - started < 4


# The raw root itself


def test_raw_root_that_is_not_there(raw):
    raw.root = raw.root / "нет"
    error = raw.call()["error"]
    assert str(raw.root) in error and "does not exist" in error and "KPI_RAW_ROOT" in error


def test_raw_root_that_is_a_file(raw):
    raw.root = raw.write("a.csv", "lead_id\n")
    error = raw.call()["error"]
    assert str(raw.root) in error and "not a folder" in error and "KPI_RAW_ROOT" in error


def test_folder_that_can_not_be_listed(raw, monkeypatch):
    closed = raw.write("a.csv", "lead_id\n1\n").parent
    listed = os.scandir

    def refuse(path):
        if str(path) == str(closed):
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(scan.os, "scandir", refuse)
    error = raw.call()["error"]
    assert str(closed) in error and "Permission denied" in error and "KPI_RAW_ROOT" in error


def test_what_is_ignored_and_what_is_told(raw):
    for name in (".hidden.csv", "._a.csv", "_dlt_load.parquet", "a.csv.tmp", "b.parquet.part", "_SUCCESS"):
        raw.write(name, "not read")
    raw.write("a.csv", "not read", "files/leads/_dlt_state")
    raw.write("a.csv", "not read", "files/.git")
    raw.write("a.csv", "lead_id\n1\n")
    raw.land()
    assert raw.messages == []
    assert raw.rows("select raw_file from raw_views.files") == [("files/leads/a.csv",)]

    raw.write("book.xlsx", "x")
    raw.write("a.csv.gz", "x")
    raw.write("b.csv.gz", "x")
    raw.write("a.csv", "lead_id\n2\n", "files/lead")
    raw.write("a.csv", "lead_id\n2\n", "file/leads")
    raw.write("a.csv", "lead_id\n2\n", "Files/leads")
    raw.write("stray.csv", "lead_id\n2\n", "files")
    raw.write("stray.csv", "lead_id\n2\n", ".")
    raw.land()
    text = "\n".join(raw.messages)
    assert raw.rows() == [("1", None, None)]
    assert len(raw.messages) == 7
    assert "files/lead/: not read, no such table of files; the nearest known name is leads" in text
    assert "file/: not read, no such source; the nearest known name is files" in text
    assert "Files/: not read, no such source; the nearest known name is files" in text
    assert "files/leads/book.xlsx: not read, .xlsx files are neither" in text
    assert "files/leads/a.csv.gz and 1 more: not read" in text
    assert "files/stray.csv: not read" in text
    assert "\nstray.csv: not read" in text


def test_tables_are_of_one_load_though_a_loader_switches_meanwhile(raw, monkeypatch):
    """Deals are listed first, then a load with one more file in each table takes over."""
    for load, names in (("1", ["a.csv"]), ("2", ["a.csv", "b.csv"])):
        for table in ("deals", "leads"):
            folder = raw.root / ".trees" / load / "files" / table
            folder.mkdir(parents=True)
            for name in names:
                (folder / name).write_text("lead_id,deal_id\n1,1\n")

    def switch(load):
        (raw.root / "new").symlink_to(f".trees/{load}")
        os.replace(raw.root / "new", raw.root / ".current")

    switch("1")
    (raw.root / "files").symlink_to(".current/files")
    walk = scan._walk

    def walk_and_switch(*arguments):
        walk(*arguments)
        switch("2")

    monkeypatch.setattr(scan, "_walk", walk_and_switch)
    tables = [scan.Table("files", "raw_files", name, ("lead_id", "deal_id"), ()) for name in ("deals", "leads")]
    found, _ = scan.find(str(raw.root), tables)
    assert [file.raw_file for file in found] == ["files/deals/a.csv", "files/leads/a.csv"]
    found, _ = scan.find(str(raw.root), tables)
    assert len(found) == 4


def test_links_are_followed_once(raw, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a.csv").write_text("lead_id\n1\n")
    (raw.root / "files").mkdir()
    (raw.root / "files" / "leads").symlink_to(elsewhere)
    (elsewhere / "loop").symlink_to(elsewhere)
    (elsewhere / "gone.csv").symlink_to(elsewhere / "nothing")
    for circle in (elsewhere / "circle", elsewhere / "circle.csv", raw.root / "files" / "deals", raw.root / "circle"):
        circle.symlink_to(circle)
    raw.land()
    assert raw.rows() == [("1", None, None)]
    named = {name: reason for name, _, reason in raw.rejects()}
    assert set(named) == {"files/leads/gone.csv", "files/leads/circle.csv"}
    assert all("can't be read" in reason for reason in named.values())


def test_pipe_is_not_waited_for(raw):
    raw.write("a.csv", "lead_id\n1\n")
    os.mkfifo(raw.root / "files" / "leads" / "b.csv")
    raw.land()
    assert raw.rejects() == [("files/leads/b.csv", None, "not a regular file")]


def test_file_name_that_is_no_text(raw):
    raw.write("a.csv", "lead_id\n1\n")
    with open(os.fsencode(raw.root / "files" / "leads") + b"/\xff.csv", "w") as stream:
        stream.write("lead_id\n2\n")
    raw.land()
    assert raw.rows() == [("1", None, None)]
    assert raw.rejects() == [("files/leads/\ufffd.csv", None, "the file's name is not UTF-8")]


@pytest.mark.parametrize("count", [1000, 10_000])
def test_columns_without_number_are_refused_at_once(raw, count):
    names = ["lead_id", *(f"c{number}" for number in range(count - 1))]
    raw.write("a.csv", ",".join(names) + "\n" + ",".join("1" * count) + "\n")
    raw.write("b.parquet", pa.table([pa.array(["2"])] * count, names))
    raw.write("c.csv", "lead_id\n3\n")
    begun = time.monotonic()
    raw.land()
    assert time.monotonic() - begun < 30
    if count == 1000:
        assert [row[0] for row in raw.rows()] == ["1", "2", "3"]
        return
    assert [row[0] for row in raw.rows()] == ["3"]
    assert raw.rejects() == [
        ("files/leads/a.csv", None, "10000 columns in its header; at most 1000 are read"),
        ("files/leads/b.parquet", None, "10000 columns; at most 1000 are read"),
    ]


def test_file_names_as_long_as_can_be(raw):
    raw.write("x" * 251 + ".csv", "lead_id\n1\n")
    raw.write("y" * 247 + ".parquet", leads(["2"]))
    raw.land()
    assert [row[0] for row in raw.rows()] == ["1", "2"]


def test_odd_column_names_of_parquet(raw):
    one = pa.array(["1"])
    raw.write("a.parquet", pa.table([one, one], ["lead_id", "lead_id"]))
    path = raw.root / "files" / "leads" / "b.parquet"
    pq.write_table(pa.table([one, one], ["lead_id", "nameX"]), path, store_schema=False)
    path.write_bytes(path.read_bytes().replace(b"nameX", b"name\xff"))
    raw.write("c.parquet", pa.table([one, one, one], ["lead_id", "na\0me", ""]))
    raw.write("d.parquet", leads(["4"]))
    raw.land()
    assert raw.rows("select lead_id, _raw_file from raw_files.leads order by all")[-1] == ("4", "files/leads/d.parquet")
    told = {name: reason for name, _, reason in raw.rejects()}
    assert told["files/leads/a.parquet"] == "columns 1 and 2 have the same name"
    assert told["files/leads/b.parquet"].startswith("damaged or cut short Parquet file")


def test_nul_in_parquet_is_replaced_and_its_rows_are_named(raw):
    raw.write("a.parquet", leads(["1", "2", "3"], name=["a\0b", None, f"\0{SECRET}"]))
    raw.write("b.parquet", leads(["4"], name=["c"]))
    raw.land()
    assert [row[1] for row in raw.rows()] == ["a\ufffdb", None, f"\ufffd{SECRET}", "c"]
    assert raw.messages == ["files/leads/a.parquet: 2 rows hold NUL, which is read as \ufffd (row 1, 3)"]
    raw.land()  # from the cache
    assert raw.messages == ["files/leads/a.parquet: 2 rows hold NUL, which is read as \ufffd (row 1, 3)"]


def test_cells_of_any_depth_are_text(raw):
    deep = "[" * 100_000 + "]" * 100_000
    raw.write("a.csv", f"lead_id,name\n1,{deep}\n")
    raw.write("b.parquet", leads(["2"], name=[deep]))
    raw.land()
    assert [row[1] for row in raw.rows()] == [deep, deep]
    query = "select json_extract(try_cast(name as json), '$[*]') is not null from raw_files.leads"  # as the models read lists
    assert raw.rows(query) == [(True,), (True,)]


def test_raw_root_is_only_read(raw):
    raw.write("a.csv", "lead_id\n1\n")
    raw.write("b.parquet", leads())
    raw.write("c.csv", "")

    def state():
        return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in raw.root.rglob("*")}

    before = state()
    raw.land()
    assert state() == before


# The cache


@pytest.fixture
def reads(monkeypatch) -> list[str]:
    """The files that were really read, not answered from the cache."""
    names: list[str] = []
    convert, prove = csv_files.convert, scan.prove_parquet
    monkeypatch.setattr(csv_files, "convert", lambda path, *more: names.append(Path(path).name) or convert(path, *more))
    monkeypatch.setattr(scan, "prove_parquet", lambda path, *more: names.append(Path(path).name) or prove(path, *more))
    return names


def test_a_file_is_read_once_until_it_changes(raw, reads):
    a = raw.write("a.csv", "lead_id,name\n1,a\n2\n")
    raw.write("b.parquet", leads(["5"]))
    raw.write("c.csv", b"\x1f\x8b")
    raw.land()
    assert sorted(reads) == ["a.csv", "b.parquet", "c.csv"]
    first = raw.rows(), raw.rejects(), raw.messages
    reads.clear()
    raw.land()
    assert reads == []
    assert (raw.rows(), raw.rejects(), raw.messages) == first
    os.utime(a)  # touched
    raw.land()
    assert reads == ["a.csv"]
    assert (raw.rows(), raw.rejects(), raw.messages) == first
    stat = a.stat()
    a.write_text("lead_id,name\n7,a\n2\n")  # same size
    os.utime(a, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    assert raw.land().rows()[0] == ("7", "a", None)
    assert reads == ["a.csv", "a.csv"]


def test_two_raw_roots_share_a_cache_folder(raw, tmp_path):
    (tmp_path / "other").mkdir()
    other = Landing(tmp_path / "other")
    other.cache = raw.cache
    for landing, lead in ((raw, 1), (other, 2)):
        os.utime(landing.write("a.csv", f"lead_id\n{lead}\n"), ns=(10**18, 10**18))
    assert [raw.land().rows(), other.land().rows(), raw.land().rows()] == [
        [("1", None, None)], [("2", None, None)], [("1", None, None)]]  # fmt: skip


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:-3],
        lambda content: content[: len(content) // 2] + b"\x07" + content[len(content) // 2 + 1 :],
        lambda content: None,
    ],
)
def test_damaged_cache_is_made_again(raw, damage):
    raw.write("a.csv", "lead_id,name\n1,a\n2\n")
    raw.write("b.parquet", leads(["5"]))
    raw.land()
    expected = raw.rows(), raw.rejects()
    raw.engine.close()
    for path in [path for path in raw.cache.rglob("*") if path.is_file()]:
        content = damage(path.read_bytes())
        path.unlink() if content is None else path.write_bytes(content)
        raw.land()
        assert (raw.rows(), raw.rejects()) == expected
        assert path.exists()


def test_altered_verdict_is_not_believed(raw, reads):
    raw.write("a.csv", "lead_id,name\n1,a\n")
    raw.land()
    [(path, content)] = [
        (path, text) for path in raw.cache.rglob("*.json") if '"rows": 1' in (text := path.read_text())
    ]
    path.write_text(content.replace('"rows": 1', '"rows": 9'))
    reads.clear()
    raw.land()
    assert reads == ["a.csv"]
    assert raw.rows("select row_count from raw_views.files") == [(1,)]


def test_stale_entries_go_and_foreign_files_stay(raw):
    a = raw.write("a.csv", "lead_id\n1\n")
    raw.land()
    old = {path for path in raw.cache.rglob("*") if path.is_file()}
    unfinished = next(iter(old)).with_name("0.tmp")
    unfinished.write_text("half")
    foreign = raw.cache / "mine.parquet"
    foreign.write_text("keep")
    a.write_text("lead_id\n22\n")
    raw.land()
    assert all(path.exists() for path in old), "a build that still reads the old views must not lose its files"
    for path in (*old, unfinished, foreign):
        os.utime(path, (1, 1))
    raw.land()
    assert not unfinished.exists()
    assert foreign.exists()
    kept = {path for path in old if path.exists()}
    # the two lists are as before and still used, the old entry of the file is gone
    assert sorted(path.suffix for path in old - kept) == [".json", ".parquet"]
    assert len(kept) == 4
    assert raw.rows() == [("22", None, None)]


def test_cache_folder_that_can_not_be_made(raw):
    raw.write("a.csv", "lead_id\n1\n")
    raw.cache.write_text("a file")
    error = raw.call()["error"]
    assert str(raw.cache) in error and "cache" in error


def test_file_that_changes_while_it_is_read(raw, monkeypatch):
    path = raw.write("a.csv", "lead_id\n1\n")
    convert = csv_files.convert

    def slow(*arguments):
        done = convert(*arguments)
        with open(path, "a") as stream:
            stream.write("2\n")
        return done

    monkeypatch.setattr(csv_files, "convert", slow)
    raw.land()
    assert "changed while it was read" in raw.reason()
    monkeypatch.undo()
    assert [lead for lead, *_ in raw.land().rows()] == ["1", "2"]


def test_passing_error_is_not_remembered(raw, monkeypatch):
    path = raw.write("a.csv", "lead_id\n1\n")
    head = csv_files.head_of

    def refuse(name):
        raise csv_files.Unreadable("can't be read (Permission denied)", lasting=False)

    monkeypatch.setattr(csv_files, "head_of", refuse)
    raw.land()
    assert raw.reason() == "can't be read (Permission denied)"
    monkeypatch.setattr(csv_files, "head_of", head)
    assert path.exists()
    assert raw.land().rows() == [("1", None, None)]


def _land_in_a_process(root, cache, declared, start, answers):
    start.wait()
    answers.put(land_raw_root(root, cache, declared))


def test_processes_share_a_cache(raw):
    for number in range(15):
        raw.write(f"{number}.csv", "lead_id,name\n" + f"{number},a\n" * 2000 + "x\n")
        raw.write(f"{number}.parquet", leads([number]))
    context = multiprocessing.get_context("fork")
    start, answers = context.Barrier(3), context.Queue()
    arguments = (str(raw.root), str(raw.cache), json.dumps(raw.declared), start, answers)
    workers = [context.Process(target=_land_in_a_process, args=arguments) for _ in range(3)]
    for worker in workers:
        worker.start()
    results = [json.loads(answers.get(timeout=60)) for _ in workers]
    for worker in workers:
        worker.join(10)
    for result in results:
        assert result["error"] is None
        engine = duckdb.connect(":memory:")
        engine.execute(result["ddl"])
        assert engine.execute("select count(*) from raw_files.leads").fetchone() == (15 * 2001,)
        assert engine.execute("select count(*) from raw_views.rejected_lines").fetchone() == (15,)
    assert not list(raw.cache.rglob("*.tmp"))


def _land_until_killed(raw):
    write = pq.ParquetWriter.write_table

    def killed(self, table):
        write(self, table)
        os.kill(os.getpid(), signal.SIGKILL)

    pq.ParquetWriter.write_table = killed
    raw.call()


def test_killed_in_the_middle_of_a_conversion(raw):
    raw.write("a.csv", "lead_id,name,amount\n" + "1,abcdefgh,2\n" * 1000)
    process = multiprocessing.get_context("fork").Process(target=_land_until_killed, args=(raw,))
    process.start()
    process.join(30)
    assert process.exitcode == -signal.SIGKILL
    [unfinished] = [path for path in raw.cache.rglob("*") if path.is_file()]
    assert unfinished.suffix == ".tmp"
    raw.land()
    assert raw.rows("select count(*), count(distinct _raw_row) from raw_files.leads") == [(1000, 1000)]
    os.utime(unfinished, (1, 1))
    raw.land()
    assert not unfinished.exists()


def test_other_code_reads_anew(raw, reads, monkeypatch):
    raw.write("a.csv", "lead_id\n1\n")
    raw.land()
    reads.clear()
    real = cache.checksum
    monkeypatch.setattr(cache, "checksum", lambda path: real(path) + str(path).endswith("csv_files.py"))
    raw.land()
    assert reads == ["a.csv"]


# The plugin


def test_sql_function_and_several_connections(raw):
    raw.write("a.csv", "lead_id\n1\n")
    engine = duckdb.connect(":memory:")
    plugin = Plugin("raw_views", {})
    plugin.configure_connection(engine)
    plugin.configure_connection(engine.cursor())
    arguments = [str(raw.root), str(raw.cache), json.dumps(raw.declared)]
    results: list[dict] = []

    def ask():
        text = engine.cursor().execute("select land_raw_root(?, ?, ?)", arguments).fetchone()[0]
        results.append(json.loads(text))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result["error"] for result in results] == [None] * 3
    for statement in filter(str.strip, results[0]["ddl"].split(";\n")):
        engine.execute(statement)
    engine.execute(results[1]["ddl"])  # again: the views are replaced
    assert engine.execute("select lead_id from raw_files.leads").fetchall() == [("1",)]


@pytest.mark.parametrize("arguments", [(None, "c", "[]"), ("r", None, "[]"), ("r", "c", None), ("", "", "")])
def test_missing_arguments_are_an_error_text(arguments):
    engine = duckdb.connect(":memory:")
    Plugin("raw_views", {}).configure_connection(engine)
    result = json.loads(engine.execute("select land_raw_root(?, ?, ?)", list(arguments)).fetchone()[0])
    assert "KPI_RAW_ROOT" in result["error"]
    assert result["ddl"] == ""


def test_unexpected_error_is_a_text_without_values(raw, monkeypatch):
    def fail(*_):
        raise RuntimeError(f"cell {SECRET}")

    monkeypatch.setattr(scan, "find", fail)
    error = raw.call()["error"]
    assert "RuntimeError" in error and str(raw.root) in error
    assert SECRET not in error


def test_second_run_stays_light(raw):
    """With nothing new to read, neither pyarrow nor pandas is loaded."""
    raw.write("a.csv", "lead_id,name\n1,a\n2\n")
    raw.write("b.parquet", leads())
    code = (
        "import json, sys; sys.path.insert(0, sys.argv[1]); from raw_views.land import land;"
        "assert land(sys.argv[2], sys.argv[3], json.loads(sys.argv[4]))['error'] is None;"
        "print(*sorted({'pyarrow', 'pandas'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", code, str(ROOT), str(raw.root), str(raw.cache), json.dumps(raw.declared)]
    raw.land()
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.split() == []


def test_csv_limits_of_the_process_are_never_lowered(raw):
    raw.write("a.csv", "lead_id\n1\n")
    before = csv.field_size_limit(1 << 30)
    try:
        raw.land()
        assert csv.field_size_limit() == 1 << 30
    finally:
        csv.field_size_limit(max(before, csv_files.LONGEST_FIELD))


def test_json_lines_are_read(raw):
    """Nested values are JSON, numbers keep their digits, a key that comes later is a column; what is no object is named."""
    lines = [
        '\ufeff{"lead_id":"1","name":null,"amount":1.50}',
        "",
        '{"lead_id":20000000000000001,"name":{"ключ": [1.0, true, null]}}',
        '{"lead_id":"3"',
        '["4"]',
        '{"lead_id":"5","name":"a\\u0000b\\ud83d","amount":1e3}',
    ]
    text = "\n".join(lines).encode()
    raw.write("a.jsonl", text)
    raw.write("b.json.gz", gzip.compress(text))
    raw.write("c.json", "[\n]")
    raw.write("d.json.gz", gzip.compress(text)[:-9])
    raw.land()
    rows = [("1", None, "1.50"), ("20000000000000001", '{"ключ":["1.0",true,null]}', None), ("5", "a\ufffdb?", "1e3")]
    assert raw.rows() == rows + rows
    assert raw.rows("select _raw_file, _raw_row from raw_files.leads where lead_id = '5' order by all") == [
        ("files/leads/a.jsonl", 6), ("files/leads/b.json.gz", 6),
    ]  # fmt: skip
    assert raw.rejects() == [
        ("files/leads/a.jsonl", 4, "no JSON object"), ("files/leads/a.jsonl", 5, "no JSON object"),
        ("files/leads/b.json.gz", 4, "no JSON object"), ("files/leads/b.json.gz", 5, "no JSON object"),
        ("files/leads/c.json", None, "not JSON with a record in each line"),
        ("files/leads/d.json.gz", None, "damaged or cut short gzip file"),
    ]  # fmt: skip
