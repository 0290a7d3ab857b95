"""Long tables lie in a file: what comes of them is what comes of short ones."""

import pytest
from openpyxl import Workbook

from flows.intake import lines, load, rows, sheets
from flows.intake.lines import Lines
from flows.intake.plan import plan

LONG = 50


@pytest.fixture
def _little_memory(monkeypatch):
    for module in (lines, load, rows, sheets):
        monkeypatch.setattr(module, "IN_MEMORY", 7)
    monkeypatch.setattr(lines, "BATCH", 3)


def _files(folder):
    header = ["ID", "Дата создания", "Ответственный", "Клиент", "Стадия", "Сумма"]
    records = [
        [
            str(at),
            f"{1 + at % 28:02}.09.2025",
            f"М{at % 3}",
            f" Клиент {at % 11} ",
            "Новая",
            None if at % 5 else str(at),
        ]
        for at in range(LONG)
    ]
    text = [header, *([cell or "" for cell in one] for one in records), ["Итого", "", "", "", "", "9"]]
    (folder / "Сделки.csv").write_text("\n".join(";".join(one) for one in text), "utf-8")
    book = Workbook()
    book.active.append(["Сделки за год"])
    for one in (header, *records):
        book.active.append(one)
    book.active.merge_cells("C3:C5")
    book.save(folder / "Сделки.xlsx")
    return [folder / "Сделки.csv", folder / "Сделки.xlsx"]


def _told(paths):
    return [
        [
            (one.label, one.notes, one.problems),
            *((table.entity, list(table.rows), table.filled) for table in one.outcome.tables),
        ]
        for one in plan(paths)
    ]


def test_a_long_table_gives_what_a_short_one_does(tmp_path, monkeypatch):
    paths = _files(tmp_path)
    short = _told(paths)
    for module in (lines, rows, sheets):
        monkeypatch.setattr(module, "IN_MEMORY", 7)
    monkeypatch.setattr(lines, "BATCH", 3)
    assert all(isinstance(one.sheet.rows, Lines) for one in plan(paths))
    assert _told(paths) == short and len(short[0][1][1]) == LONG


@pytest.mark.usefixtures("_little_memory")
def test_lines_are_read_as_a_list_is():
    many = Lines(2)
    told = [(at, [str(at), None if at % 2 else "x"]) for at in range(20)]
    for one in told:
        many.append(one)
    assert list(many) == told == list(many) and len(many) == 20 and many == told
    assert many[:4] == told[:4] and many[3] == told[3] and many[-1] == told[-1]
    assert list(many.column(1)) == ["x"] * 10
    with pytest.raises(IndexError):
        many[20]
