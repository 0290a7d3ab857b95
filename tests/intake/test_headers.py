"""Headers over two lines, and files that are not what they seem: read rightly, or refused with what to do."""

import json
import zipfile

import pytest
from openpyxl import Workbook

from flows.intake.command import check_files, keep
from flows.intake.plan import plan
from tests.intake.test_plan import csv, table


def workbook(path, rows, merged=(), title="Лист"):
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    book.save(path)
    return book


PAYMENTS = [
    ["Реестр оплат за 2026 год"],
    ["Заказ", None, "Покупатель", None, "Сумма, тыс. руб.", None, "Менеджер"],
    ["Номер", "Дата", "Наименование", "Телефон", "К оплате", "Скидка", None],
    ["А-1", "02.09.2026", "Ромашка", "+7 900 000-00-01", 5, 1, "Анна"],
    ["А-2", "03.09.2026", "Лютик", "+7 900 000-00-02", 7, 0, "Борис"],
    ["Итого", None, None, None, 12, 1, None],
]
MERGED = ("A2:B2", "C2:D2", "E2:F2", "G2:G3")


def is_right(one):
    assert one.entity == "orders" and one.is_taken
    orders = [
        (line, row["order_id"], row["created_at"], row["amount"], row["employee_id"])
        for line, row in table(one, "orders")
    ]
    assert orders == [(4, "А-1", "02.09.2026", "5000", "Анна"), (5, "А-2", "03.09.2026", "7000", "Борис")]
    assert [row["name"] for _, row in table(one, "customers")] == ["Ромашка", "Лютик"]
    assert [rows.entity for rows in one.outcome.tables] == ["orders", "customers"]  # no name of a customer is a product


@pytest.mark.parametrize("merged", [MERGED, ()])
def test_a_header_over_two_lines(tmp_path, merged):
    """A column of a group bears both names, in the mapping too; merged cells or empty ones tell how far a group reaches."""
    workbook(tmp_path / "оплаты.xlsx", PAYMENTS, merged)
    (one,) = plan([tmp_path / "оплаты.xlsx"])
    is_right(one)
    kept = keep(one).read_text("utf-8")
    assert "order_id: Заказ › Номер" in kept and "Сумма › К оплате, тыс. руб" in kept and "&id" not in kept
    (again,) = plan([tmp_path / "оплаты.xlsx"])
    assert again.origin is not None
    is_right(again)


def test_a_text_with_a_header_over_two_lines(tmp_path):
    lines = [";".join("" if cell is None else str(cell) for cell in row) for row in PAYMENTS]
    (one,) = plan([csv(tmp_path, "оплаты.csv", *lines, encoding="cp1251")])
    is_right(one)


def test_a_day_is_that_of_its_group(tmp_path):
    path = csv(tmp_path, "заказы.csv", "Заказ;;Оплата;", "Номер;Дата;Дата;Сумма", "A1;01.09.2026;03.09.2026;500")
    (one,) = plan([path])
    ((_, row),) = table(one, "orders")
    assert (row["created_at"], row["paid_at"], row["amount"]) == ("01.09.2026", "03.09.2026", "500")


def test_periods_over_two_lines(tmp_path):
    """Of план and факт under a month only the plan is one; a quarter over months tells their year; the title's unit counts for money."""
    rows = [
        ["План продаж отдела"],
        ["Показатель", "Менеджер", "июль 2026", None, "август 2026", None],
        [None, None, "План", "Факт", "План", "Факт"],
        ["Выручка", "Анна", 100, 90, 110, 80],
    ]
    workbook(tmp_path / "план.xlsx", rows, ("A2:A3", "B2:B3", "C2:D2", "E2:F2"))
    (plans,) = plan([tmp_path / "план.xlsx"])
    told = [(row["period_start"], row["value"]) for _, row in table(plans, "targets")]
    assert told == [("2026-07-01", "100"), ("2026-08-01", "110")]
    assert plans.ignored() == ["Факт › июль 2026", "Факт › август 2026"]
    rows = [
        ["Расходы отдела, тыс. руб."],
        ["Статья", "III квартал 2026", None, "Итого", "IV квартал 2026"],
        [None, "июль", "август", None, "октябрь"],
        ["Аренда", 10, 20, 30, 40],
    ]
    workbook(tmp_path / "расходы.xlsx", rows, ("A2:A3", "B2:C2", "D2:D3"))
    (spent,) = plan([tmp_path / "расходы.xlsx"])
    told = [(row["month"], row["amount"]) for _, row in table(spent, "expenses")]
    assert told == [("2026-07-01", "10000"), ("2026-08-01", "20000"), ("2026-10-01", "40000")]


def test_a_header_of_one_line_stays_one(tmp_path):
    """A column without a name above a record, and a title of two cells, are no groups."""
    path = csv(
        tmp_path, "лиды.csv", "Отчёт;за июль;;", "Имя;Телефон;;Дата создания", "Анна;+7 900 000-00-01;x;01.09.2026"
    )
    (one,) = plan([path])
    assert one.sheet.header == ["Имя", "Телефон", "Дата создания"]
    assert [line for line, _ in table(one, "leads")] == [3]


def test_what_a_file_says_of_itself(tmp_path):
    rows = [["Месяц", "Статья", "Сумма", "Сумма"], ["2026-09-01", "Аренда", "=50+50", 1]]
    book = workbook(tmp_path / "расходы.xlsx", rows)
    book.active.sheet_state = "hidden"
    book.create_sheet("Пустой")
    book.save(tmp_path / "расходы.xlsx")
    (one,) = plan([tmp_path / "расходы.xlsx"])
    for note in (
        "the sheet is hidden in the workbook, and is read like any other",
        "1 cells are formulas whose result is not stored, the first is C2",
        "several columns are called Сумма: the first is taken, this one is called Сумма 2 (column D)",
    ):
        assert any(told.startswith(note) for told in one.notes), note

    with zipfile.ZipFile(tmp_path / "архив.csv", "w") as archive:
        archive.writestr("a.csv", "a;b")
    locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000) + "EncryptedPackage".encode("utf-16-le") + bytes(500)
    (tmp_path / "закрыт.xlsx").write_bytes(locked)
    archive, closed = plan([tmp_path / "архив.csv", tmp_path / "закрыт.xlsx"])
    assert archive.problems == ["it is a ZIP archive and no workbook: unpack it, and bring what is inside"]
    assert closed.problems == [
        "the workbook is protected by a password: open it, save it without one, and bring it again"
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
def test_a_page_without_a_charset(tmp_path, encoding):
    page = "<table><tr><td>Месяц<td>Статья<td>Сумма</tr><tr><td>сентябрь 2026<td>Аренда<td>100</tr></table>"
    (tmp_path / "расходы.xls").write_bytes(page.encode(encoding))
    (one,) = plan([tmp_path / "расходы.xls"])
    ((_, row),) = table(one, "expenses")
    assert (row["month"], row["category"]) == ("2026-09-01", "Аренда")


def test_records_within_an_answer(tmp_path):
    answer = {"_page": 1, "_embedded": {"leads": [{"id": 1, "created_at": "2026-09-01T10:00:00+03:00"}]}}
    (tmp_path / "заявки.json").write_text(json.dumps(answer), "utf-8")
    (one,) = plan([tmp_path / "заявки.json"])
    assert [row["lead_id"] for _, row in table(one, "leads")] == ["1"]


def test_who_called_and_a_total_that_has_a_number(tmp_path):
    """The colleague's name says more than the number that rang; below the days of a column a count of lines is no record."""
    lines = (
        "Дата;Время;Тип вызова;Кто звонил;Кому звонили;Сотрудник",
        "01.09.2026;10:05;входящий;79000000001;101;Анна",
        "02.09.2026;10:15;исходящий;101;79000000002;Борис",
        "Всего;;;2;;",
    )
    (one,) = plan([csv(tmp_path, "звонки.csv", *lines)])
    told = [(row["started_at"], row["employee_id"], row["phone"]) for _, row in table(one, "calls")]
    assert told == [("01.09.2026 10:05", "Анна", "79000000001"), ("02.09.2026 10:15", "Борис", "79000000002")]
    rows = [["№ заявки", "Дата заявки", "Ваш телефон"], ["1", "01.09.2026", "+79000000001"], ["Итого", 1, None]]
    workbook(tmp_path / "заявки.xlsx", rows)
    (one,) = plan([tmp_path / "заявки.xlsx"])
    assert [(line, row["phone"]) for line, row in table(one, "leads")] == [(2, "+79000000001")]


def test_a_rejection_names_the_other_file_as_its_owner_does(tmp_path, capsys):
    csv(tmp_path, "лиды 1.csv", "ID;Дата создания;Телефон", "1;01.09.2026;+79000000001")
    csv(tmp_path, "лиды 2.csv", "ID;Дата создания;Телефон", "1;05.09.2026;+79000000002")
    check_files([tmp_path], "leads")
    said = capsys.readouterr().out
    assert "in row 2 of лиды" in said and "parquet" not in said


def test_a_merged_name_over_records_of_words_is_one_line(tmp_path):
    """The first record is no second line of the header, though all of it are words."""
    rows = [
        ["ФИО", None, None, "Телефон", "Источник"],
        ["Иванов", "Пётр", "Ильич", "8 (900) 123-45-67", "Сайт"],
        ["Седова", "Анна", "Львовна", "8 (900) 123-45-68", "Сайт"],
    ]
    workbook(tmp_path / "заявки.xlsx", rows, ("A1:C1",))
    (one,) = plan([tmp_path / "заявки.xlsx"])
    assert not any("Иванов" in column for column in one.sheet.header)


def test_an_answer_with_an_empty_list_has_no_rows(tmp_path):
    """`{"result": [], "total": 0}` is an answer without records, and no record with the columns result and total."""
    (tmp_path / "сделки.json").write_text('{"result": [], "total": 0}', "utf-8")
    (one,) = plan([tmp_path / "сделки.json"])
    assert list(one.sheet.header) == []
