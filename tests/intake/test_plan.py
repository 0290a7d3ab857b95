"""Whole files: what they are taken for, what is refused and why, and what a mapping keeps."""

import json
from datetime import datetime

import pytest
from openpyxl import Workbook

from flows.base.errors import ConfigError
from flows.intake.command import check_files, keep, told
from flows.intake.mapping import read_mapping, shipped
from flows.intake.plan import plan
from flows.intake.questions import settle
from flows.intake.values import period_of


def table(planned, entity):
    rows = next(rows for rows in planned.outcome.tables if rows.entity == entity)
    return [(line, dict(zip(rows.columns, cells))) for line, cells in rows.rows]


def csv(folder, name: str, *lines: str, encoding: str = "utf-8"):
    path = folder / name
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def test_a_workbook_is_read_sheet_by_sheet(tmp_path):
    book = Workbook()
    first = book.active
    first.title = "Звонки"
    first.append(["Журнал"])
    first.append([])
    first.append(["Дата", "Время", "Менеджер", "Номер", "Длительность", "Статус"])
    first.append(["01.09.2025", "10:05", "Анна", "8 900 000-00-01", "00:01:34", "Отвечен"])
    first.append(["01.09.2025", "10:15", "Анна", "8 900 000-00-02", "00:00:00", "Абонент вне сети"])
    second = book.create_sheet("Расходы")
    second.append(["Месяц", "Статья", "Сумма, тыс. руб."])
    second.append(["сентябрь 2025", "Реклама", 95.5])
    second.append(["Итого", None, 95.5])
    book.create_sheet("Пустой")
    book.save(tmp_path / "Отдел.xlsx")
    calls, expenses = plan([tmp_path / "Отдел.xlsx"])
    assert calls.is_taken and calls.entity == "calls"
    line, row = table(calls, "calls")[0]
    assert line == 4  # as Excel counts
    assert row["started_at"] == "01.09.2025 10:05" and row["talk_seconds"] == "94" and row["is_answered"] == "yes"
    assert any("unknown words, 1 of 2: Абонент вне сети (1)" in note for note in calls.notes)
    assert table(expenses, "expenses") == [
        (2, {"month": "2025-09-01", "category": "Реклама", "kind": "direct_acquisition", "amount": "95500"})
    ]
    assert expenses.notes == ["1 line left out, a total, no record: 3"]


def test_a_deal_without_an_id_is_known_by_its_title(tmp_path):
    """Two deals of one day and amount keep their ids when a later export has them in another order."""
    rows = (
        "Название;Создана;Бюджет;Менеджер;Стадия",
        "Окна;01.09.2025;10;Анна;Новая",
        "Двери;01.09.2025;10;Борис;Новая",
    )
    (tmp_path / "later").mkdir()
    (first,) = plan([csv(tmp_path, "сделки.csv", *rows)], "deals")
    (later,) = plan([csv(tmp_path / "later", "сделки.csv", rows[0], rows[2], rows[1])], "deals")
    anna, boris = (row["deal_id"] for _, row in table(first, "deals"))
    assert anna != boris and [row["deal_id"] for _, row in table(later, "deals")] == [boris, anna]


def test_most_values_unknown_is_told_loudly(tmp_path):
    path = csv(
        tmp_path,
        "звонки.csv",
        "Дата;Номер;Статус",
        "01.09.2025 10:00;1;Ах",
        "01.09.2025 10:01;2;Ох",
        "01.09.2025 10:02;3;Отвечен",
    )
    (one,) = plan([path])
    assert "calls.is_answered: MOST VALUES are unknown words, 2 of 3: Ах (1), Ох (1)" in one.notes


def test_a_missing_column_is_named_with_those_that_may_be_it(tmp_path):
    path = csv(
        tmp_path,
        "лиды.csv",
        "ID;Имя;Телефон;Когда пришёл",
        "1;Анна;+7 900 000-00-01;01.09.2025",
        "2;Пётр;+7 900 000-00-02;02.09.2025",
    )
    (one,) = plan([path])
    assert not one.is_taken
    assert one.problems == ["no column for created_at, which every row of leads must have; it may be 'Когда пришёл'"]

    asked = []

    def answer(question, answers):
        asked.append(question)
        return "leads" if "leads" in answers else answers[0]

    assert settle(one, answer) and one.is_taken
    assert asked[-1] == "лиды.csv: which column is leads.created_at?"
    assert [row["created_at"] for _, row in table(one, "leads")] == ["01.09.2025", "02.09.2025"]
    keep(one)
    (again,) = plan([path])
    assert again.is_taken and again.origin.name == "лиды.yml"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_encodings_and_delimiters(tmp_path, encoding, delimiter):
    lines = [
        line.replace(";", delimiter)
        for line in ("Отчёт", "", "Дата;Статья;Сумма", "01.09.2025;Аренда;120 000", "Итого;;120 000")
    ]
    (one,) = plan([csv(tmp_path, "расходы.csv", *lines, encoding=encoding)])
    assert [(line, row["amount"]) for line, row in table(one, "expenses")] == [(4, "120 000")]


def test_json_is_laid_flat(tmp_path):
    records = [
        {
            "id": 7,
            "created_at": "2025-09-01T10:00:00+03:00",
            "status": "Брак",
            "contact": {"name": "Мария", "phone": "+79000000001"},
        }
    ]
    (tmp_path / "заявки.json").write_text(json.dumps({"result": records}), "utf-8")
    (one,) = plan([tmp_path / "заявки.json"])
    ((_, lead),) = table(one, "leads")
    assert lead["lead_id"] == "7" and lead["status_class"] == "rejected" and lead["phone"] == "+79000000001"
    ((_, customer),) = table(one, "customers")
    assert (
        customer["name"] == "Мария"
        and customer["customer_id"] == lead["customer_id"]
        and "Мария" not in customer["customer_id"]
    )


def test_what_cannot_be_read_or_known(tmp_path):
    csv(tmp_path, "x.csv", "foo;bar", "1;2")
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")
    unknown = {one.label: one.problems[0] for one in plan([tmp_path])}
    assert unknown["x.csv"].startswith("no entity has such columns") and "can't be opened" in unknown["broken.xlsx"]
    with pytest.raises(ConfigError, match="no file or folder"):
        check_files([tmp_path / "nowhere"], None)


def test_names_of_employees_become_their_ids(tmp_path):
    csv(tmp_path, "сотрудники.csv", "Код;ФИО;Отдел", "17;Анна Ковалёва;Север", "18;Пётр Сидоров;Юг")
    csv(tmp_path, "лиды.csv", "ID;Дата создания;Ответственный", "1;01.09.2025;Анна Ковалёва", "2;02.09.2025;Новенький")
    leads = next(one for one in plan([tmp_path]) if one.entity == "leads")
    assert [row["employee_id"] for _, row in table(leads, "leads")] == ["17", "Новенький"]


def test_made_ids_are_the_same_in_the_next_export(tmp_path):
    header, rows = (
        "Дата;Номер;Менеджер;Длительность",
        ["01.09.2025 10:00;8 900 000-00-01;А;5"] * 2 + ["02.09.2025 10:00;8 900 000-00-02;Б;7"],
    )
    (first,) = plan([csv(tmp_path, "звонки.csv", header, *rows[:2])])
    (second,) = plan([csv(tmp_path, "звонки 2.csv", header, *rows)])
    ids = [[row["call_id"] for _, row in table(one, "calls")] for one in (first, second)]
    assert len(set(ids[1])) == 3 and ids[1][:2] == ids[0]


@pytest.mark.parametrize(
    ("name", "header", "row", "entity", "expected"),
    [("amocrm_deals", "ID;Название сделки;Бюджет;Дата создания сделки;Дата закрытия;Этап сделки;Компания",
      "5;Заявка;1 000;01.09.2025;не закрыта;Счёт выставлен;ООО А", "deals", {"deal_id": "5", "status": "open", "closed_at": None, "amount": "1 000"}),
     ("amocrm_deals", "Ответственный;Статус сделки;Название сделки;ID;Бюджет сделки, руб.;Дата создания;Дата закрытия;Причина отказа;Основной контакт",
      "Лариса;Закрыто и не реализовано;Шкафы;9102;90 000,00;05.04.2025 10:00;20.05.2025 11:00;Дорого;Лунин Олег", "leads",
      {"lead_id": "9102", "status_class": "rejected", "rejected_at": "20.05.2025 11:00", "converted_at": None, "reject_reason": "Дорого"}),
     ("bitrix24_deals", "ID;Стадия сделки;Дата создания;Сумма;Предполагаемая дата закрытия", "5;Сделка успешна;01.09.2025;1000;05.09.2025", "deals",
      {"status": "won", "closed_at": "05.09.2025"}),
     ("bitrix24_leads", "ID;Название лида;Статус;Создан", "5;Л;Некачественный лид;01.09.2025", "leads", {"status_class": "rejected"}),
     ("hubspot_deals", "Record ID,Deal Name,Deal Stage,Pipeline,Amount,Create Date,Close Date,Deal owner,Associated Company",
      "9003,Roof,Appointment Scheduled,Sales,10.50,2025-12-02 10:00,2026-02-10 12:00,Ann Lee,Acme", "deals",
      {"deal_id": "9003", "status": "open", "closed_at": None, "expected_close_on": "2026-02-10 12:00", "employee_id": "Ann Lee"}),
     ("salesforce_opportunities", "Opportunity ID,Opportunity Name,Stage,Amount,Close Date,Created Date,Opportunity Owner,Account Name",
      "006A,Roof,Closed Won,10,2025-12-02,2025-11-02,Ann Lee,Acme", "deals", {"deal_id": "006A", "status": "won", "closed_at": "2025-12-02"}),
     ("hubspot_deals", "Record ID,Deal Name,Deal Stage,Create Date,Amount,Deal currency code", "1,A,Closed Won,2025-12-02 10:00,5,USD", "deals",
      {"currency": "USD"}),
     ("shopify_orders", "Name,Email,Financial Status,Paid at,Currency,Total,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku",
      "#1001,a@b.example,partially_refunded,2025-09-01 10:00:00 +0300,RUB,300.00,2025-09-01 09:59:00 +0300,2,Cup,100.50,CUP", "order_lines",
      {"order_id": "#1001", "quantity": "2", "amount": "201"}),
     ("1c_sales", "Дата;Номер;Контрагент;Номенклатура;Количество;Сумма", "01.09.2025;Р-1;ООО А;Стол;2;1 000,50", "orders",
      {"order_id": "Р-1", "amount": "1000.5"}),
     ("1c_sales_register", "Регистратор;Контрагент;Номенклатура;Выручка",
      "Реализация товаров и услуг 00УТ-000123 от 12.09.2025 10:15:00;ООО А;Стол;7",
      "orders", {"order_id": "00УТ-000123", "created_at": "12.09.2025 10:15:00"}),
     ("1c_sales_register", "Контрагент;Документ реализации;Номенклатура;Кол-во;Выручка с НДС;Себестоимость продаж",
      "Кафе;Реализация (акт, накладная) 0000-000071 от 11.04.2025 13:05:10;Стул;6;42 000,00;25 200,00", "orders",
      {"order_id": "0000-000071", "created_at": "11.04.2025 13:05:10", "amount": "42000"}),
     ("yandex_direct", "День;№ Кампании;Показы;Клики;Расход (руб.)", "01.09.2025;77;10;1;5,5", "ad_spend",
      {"platform": "yandex_direct", "campaign_id": "77", "cost": "5,5"}),
     ("yandex_direct", "День;№ Кампании;Показы;Клики;Расход с НДС, руб.", "01.09.2025;77;10;1;5,5", "ad_spend",
      {"cost": "5,5", "cost_includes_vat": "yes"}),
     ("yandex_direct", "День;№ Кампании;Показы;Клики;Расход (руб.);С НДС", "01.09.2025;77;10;1;5,5;Нет", "ad_spend", {"cost_includes_vat": "no"}),
     ("vk_ads", "Дата;Название кампании;Показы;Клики;Потрачено с НДС, ₽", "01.09.2025;К;10;1;5", "ad_spend", {"cost": "5", "cost_includes_vat": "yes"}),
     ("vk_ads", "Дата;Название кампании;Показы;Клики;Потрачено, ₽", "01.09.2025;К;10;1;5", "ad_spend", {"platform": "vk_ads", "cost": "5"}),
     ("calls_cloud", "Тип;Время;Кто ответил;Время ответа;Длительность разговора;Статус;Откуда;ID записи",
      "Входящий;01.09.2025 10:00;Анна;00:00:07;00:01:34;Отвечен;+79000000001;r1", "calls",
      {"direction": "in", "wait_seconds": "7", "talk_seconds": "94", "is_answered": "yes"}),
     ("calls_cloud", "Тип;Дата и время;Кто звонил;Кому звонили;Длительность разговора;Статус;ID записи",
      "Исходящий;01.09.2025 10:00;Анна;+79000000001;00:01:34;успешный;r1", "calls", {"direction": "out", "employee_id": "Анна", "phone": "+79000000001"}),
     ("calls_asterisk", "calldate,src,dst,billsec,disposition,uniqueid", "2025-09-01 10:00:00,101,79000000001,94,ANSWERED,17.1", "calls",
      {"direction": "out", "employee_id": "101", "phone": "79000000001"}),
     ("calls_asterisk", "calldate,src,dst,billsec,disposition,uniqueid", "2025-09-01 10:00:00,79000000001,101,94,NO ANSWER,17.1", "calls",
      {"is_answered": "no", "talk_seconds": "94"})],
)  # fmt: skip
def test_shipped_mappings(tmp_path, name, header, row, entity, expected):
    (one,) = plan([csv(tmp_path, "export.csv", header, row)])
    assert one.is_taken and one.origin.stem == name
    ((_, found),) = table(one, entity)
    assert {column: found[column] for column in expected} == expected


@pytest.mark.parametrize(
    ("name", "header", "row", "entity", "expected"),
    [("Опрос NPS.csv", "Дата ответа;Оценка (0-10);Клиент", "05.11.2025;9;ООО А", "survey_responses", {"survey": "nps", "score": "9"}),
     ("csat.csv", "ID ответа;Дата ответа;Балл", "1;05.11.2025;4", "survey_responses", {"survey": "csat", "response_id": "1"}),
     ("Отзывы.csv", "ID отзыва;Дата отзыва;Тональность", "1;05.11.2025;Негативный", "reviews", {"sentiment": "negative"}),
     ("Возвраты.csv", "Дата возврата;Номер заказа;Сумма возврата", "05.11.2025;З-1;1 500,50", "refunds", {"order_id": "З-1", "amount": "1 500,50"}),
     ("КП.csv", "Номер КП;Дата создания;Дата отправки;ID сделки;Сумма", "1;05.11.2025;06.11.2025;7;10", "quotes", {"sent_at": "06.11.2025"}),
     ("Договоры.csv", "Номер договора;Клиент;Действует с;Действует по;Сумма договора", "Д-1;ООО А;01.11.2025;31.10.2026;120 000", "contracts",
      {"contract_id": "Д-1", "starts_on": "01.11.2025", "total_amount": "120 000"}),
     ("deals.csv", "Created Date,Opportunity Name,Stage,Amount", "2025-11-02,Roof,Closed Won,10", "deals", {"status": "won"})],
)  # fmt: skip
def test_the_dictionary_knows(tmp_path, name, header, row, entity, expected):
    (one,) = plan([csv(tmp_path, name, header, row)])
    assert one.is_taken and one.origin is None, one.problems
    ((_, found),) = table(one, entity)
    assert {column: found[column] for column in expected} == expected


def test_an_id_that_is_made_stays_when_the_amount_changes(tmp_path):
    header, made = "Created Date,Opportunity Name,Stage,Amount", []
    for amount in (10, 20):
        (one,) = plan([csv(tmp_path, "deals.csv", header, f"2025-11-02,Roof,Closed Won,{amount}")])
        made.append(table(one, "deals")[0][1]["deal_id"])
    assert made[0] == made[1]


def test_the_direction_tells_who_of_both_is_the_employee(tmp_path):
    """Without a column of the direction, who calls from a short number is a colleague; a call between two colleagues is no call of a customer."""
    lines = ["start,src,dst,duration,disposition"]
    lines += [
        f"2025-11-01 1{hour}:00:00,{who},60,ANSWERED"
        for hour, who in enumerate(["79000000001,101", "102,79000000002", "101,102"])
    ]
    (one,) = plan([csv(tmp_path, "cdr.csv", *lines)])
    assert [(row["direction"], row["employee_id"], row["phone"]) for _, row in table(one, "calls")] == [
        ("in", "101", "79000000001"),
        ("out", "102", "79000000002"),
    ]
    assert one.notes == ["1 line left out, direction is internal, no record: 4"]
    keep(one)
    (again,) = plan([tmp_path / "cdr.csv"])
    assert again.origin and table(again, "calls") == table(one, "calls")


def test_a_page_that_is_called_a_workbook(tmp_path):
    """Bitrix24 exports its lists as HTML by the name of .xls. A cell over two rows stands in both; two people of one name are told by their phones."""
    path = tmp_path / "deal_list.xls"
    path.write_text(
        """<html><head><meta http-equiv="Content-type" content="text/html;charset=UTF-8"></head><body><table border="1">
        <thead><tr><th>ID<th>Название сделки<th>Стадия сделки<th>Сумма<th>Дата создания<th>Контакт<th>Контакт: Рабочий телефон</tr></thead>
        <tr><td>7</td><td>Окна &amp; двери</td><td rowspan="2">Сделка успешна</td><td>1 500.00</td><td>01.09.2025 10:00:00</td><td>Анна</td><td>+79000000001</td></tr>
        <tr><td>8</td><td colspan="1"></td><td>20</td><td>02.09.2025 10:00:00</td><td>Анна</td><td>+79000000002</td></tr></table></body></html>""",
        "utf-8",
    )
    (one,) = plan([path])
    assert one.origin.stem == "bitrix24_deals"
    rows = [row for _, row in table(one, "deals")]
    assert [(row["deal_id"], row["title"], row["status"], row["amount"]) for row in rows] == [
        ("7", "Окна & двери", "won", "1 500.00"),
        ("8", None, "won", "20"),
    ]
    assert len({row["customer_id"] for row in rows}) == 2
    path.write_text("<html><body><p>Сессия истекла, войдите снова</p></body></html>", "utf-8")
    (one,) = plan([path])
    assert one.problems == ["an HTML or XML document without a table is no workbook"]


def test_a_document_without_a_day_in_it_is_a_number_alone(tmp_path):
    header = "Дата документа;Документ реализации;Контрагент;Номенклатура;Кол-во;Сумма"
    (one,) = plan([csv(tmp_path, "Продажи.csv", header, "11.04.2025;РТ-7;Кафе;Стул;6;42 000,00")])
    assert one.is_taken and (one.origin is None or one.origin.stem != "1c_sales_register")
    assert table(one, "orders")[0][1]["order_id"] == "РТ-7"


def test_a_plan_and_its_total(tmp_path):
    """The total stands in the column of months: a word there is no month."""
    lines = ("Месяц;ФИО менеджера;План, тыс. руб.", "апрель 2025;Лариса Мухина;300", "Всего;;300")
    (one,) = plan([csv(tmp_path, "План продаж.csv", *lines)])
    assert [row["value"] for _, row in table(one, "targets")] == ["300000"]
    assert one.notes == ["1 line left out, a total, no record: 3"]


def test_a_plan_with_a_column_a_month(tmp_path):
    """Each filled cell is a plan: 2 managers x 3 months less 1 empty cell = 5 rows; what they come to is 100 + 120 + 80 + 90 + 0 thousand."""
    book = Workbook()
    sheet = book.active
    sheet.append(["План отдела"])
    sheet.append(
        ["Показатель", "Менеджер", "План январь, тыс. руб.", datetime(2026, 2, 1), "1 кв. 2026", "Факт январь", "Итого"]
    )
    sheet.append(["Общий доход", "Лариса Мухина", 100, 120000, None, 7, 220])
    sheet.append(["revenue", "Олег Быков", 80, 90000, 0, None, 170])
    sheet.append(["Итого", None, 180, 210000, 0, None, 390])
    book.save(tmp_path / "План 2026.xlsx")
    (one,) = plan([tmp_path / "План 2026.xlsx"])
    assert one.is_taken and one.entity == "targets"
    rows = table(one, "targets")
    assert [
        (line, row["employee_id"], row["period_grain"], row["period_start"], row["value"]) for line, row in rows
    ] == [
        (3, "Лариса Мухина", "month", "2026-01-01", "100000"),
        (3, "Лариса Мухина", "month", "2026-02-01", "120000"),
        (4, "Олег Быков", "month", "2026-01-01", "80000"),
        (4, "Олег Быков", "month", "2026-02-01", "90000"),
        (4, "Олег Быков", "quarter", "2026-01-01", "0"),
    ]
    assert {row["kpi_id"] for _, row in rows} == {"revenue"}
    assert one.outcome.tables[0].places[:2] == ["C План январь, тыс. руб.", "D 2026-02-01"]
    assert one.ignored() == ["Факт январь", "Итого"]
    assert "1 line left out, a total, no record: 5" in one.notes
    assert not any("NOT SURE" in note for note in one.notes)  # the name of the file tells the year
    kept = keep(one)
    assert read_mapping(kept).periods and (again := plan([tmp_path / "План 2026.xlsx"])[0]).origin == kept
    assert table(again, "targets") == rows and keep(again) == kept


def test_merged_cells_of_a_plan(tmp_path):
    """A header of two lines with the year above the months, and a KPI that is merged over its two managers; a merged number is told once."""
    book = Workbook()
    sheet = book.active
    sheet.append(["Показатель", "Менеджер", "2025"])
    sheet.append([None, None, "Ноябрь", "Декабрь"])
    sheet.append(["Новые лиды", "Анна", 10, 20])
    sheet.append([None, "Пётр", None, 5])
    for cells in ("A1:A2", "B1:B2", "C1:D1", "A3:A4", "C3:C4"):
        sheet.merge_cells(cells)
    book.save(tmp_path / "План.xlsx")
    (one,) = plan([tmp_path / "План.xlsx"])
    assert [(line, *list(row.values())) for line, row in table(one, "targets")] == [
        (3, "2025-11-01", "month", "leads_new", "Анна", "10"),
        (3, "2025-12-01", "month", "leads_new", "Анна", "20"),
        (4, "2025-12-01", "month", "leads_new", "Пётр", "5"),
    ]


def test_columns_of_periods_that_are_not_sure(tmp_path, monkeypatch):
    """A year that nothing tells is that of the as-of day and is said; two columns of one month are refused until the mapping names one."""
    monkeypatch.setenv("KPI_AS_OF", "2027-03-05")
    lines = ("Менеджер;Апрель;Май", "Лариса;1;2")
    (one,) = plan([csv(tmp_path, "План.csv", *lines)])
    assert [row["period_start"] for _, row in table(one, "targets")] == ["2027-04-01", "2027-05-01"]
    assert any(note.startswith("NOT SURE: no year is told with Апрель, Май; 2027 is taken") for note in one.notes)
    (two,) = plan([csv(tmp_path, "План 2026.csv", "Менеджер;Апрель;Май;апр 2026", "Лариса;1;2;3")])
    assert not two.is_taken and two.problems[0].startswith("two columns are the month 2026-04-01: Апрель and апр 2026")
    kept = keep(one)
    kept.write_text(
        kept.read_text("utf-8").replace("by_name: true", "columns: {апр 2026: '', Май: 2 квартал 2026}"), "utf-8"
    )
    (two,) = plan([tmp_path / "План 2026.csv"])
    assert two.is_taken and [
        (row["period_grain"], row["period_start"], row["value"]) for _, row in table(two, "targets")
    ] == [
        ("month", "2026-04-01", "1"),
        ("quarter", "2026-04-01", "2"),
    ]


def test_a_budget_with_a_column_a_month_is_no_plan(tmp_path):
    """The mapping of a plan does not read a budget; a quarter in a budget is told and left out, for expenses are of months."""
    keep(plan([csv(tmp_path, "План 2026.csv", "Отдел;Январь;Февраль", "Север;1;2")])[0])
    (one,) = plan(
        [
            csv(
                tmp_path,
                "Бюджет 2026.csv",
                "Статья;Отдел;Январь;Февраль;1 квартал",
                "Аренда;Север;5;6;11",
                "Всего;;5;6;11",
            )
        ]
    )
    assert one.entity == "expenses" and one.is_taken
    assert [(row["month"], row["category"], row["team"], row["amount"]) for _, row in table(one, "expenses")] == [
        ("2026-01-01", "Аренда", "Север", "5"),
        ("2026-02-01", "Аренда", "Север", "6"),
    ]
    assert any("only months are read here: the columns 1 квартал" in note for note in one.notes)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_dates_of_a_record_are_no_header(tmp_path, suffix):
    rows = ["Код сделки;Старт;Финиш", "5;2026-01-01;2026-02-01", "6;2026-02-01;2026-04-01"]
    path = csv(tmp_path, "x.csv", *rows)
    if suffix == "xlsx":
        book = Workbook()
        for row in rows:
            book.active.append(row.split(";"))
        book.save(path := tmp_path / "x.xlsx")
    (one,) = plan([path])
    assert one.sheet.header == ["Код сделки", "Старт", "Финиш"]


def test_sales_by_months_are_no_plan_until_somebody_says_so(tmp_path):
    path = csv(tmp_path, "Продажи 2025.csv", "Менеджер;Январь;Февраль", "Лариса;1;2")
    (one,) = plan([path])
    assert not one.is_taken and one.problems[-1].startswith("its columns are periods: give --entity targets")
    assert len(table(plan([path], "targets")[0], "targets")) == 2


@pytest.mark.parametrize(
    ("name", "found"),
    [("план на янв. 26", ("month", 2026, 1)), ("31.01.2026", ("month", 2026, 1)), ("2026-01-15", None), ("1. Январь", ("month", None, 1)),
     ("IV кв.", ("quarter", None, 4)), ("Q1'26", ("quarter", 2026, 1)), ("2026 год", ("year", 2026, 1)), ("Итого 2026", None),
     ("факт январь", None), ("маржа 2026", None), ("май", ("month", None, 5)), ("План", None), ("№ 1", None)],
)  # fmt: skip
def test_names_of_columns_of_periods(name, found):
    assert period_of(name) == found


def test_a_telephony_names_the_employee_as_its_subscriber(tmp_path):
    header = "Дата;Время;Направление вызова;Номер клиента;Внутренний абонент;Ожидание ответа;Продолжительность разговора;Итог вызова"
    row = "03.04.2025;10:01:05;Исходящий;79215550101;Лариса Мухина;00:00:08;00:04:10;Успешный"
    (one,) = plan([csv(tmp_path, "cdr.csv", header, row, encoding="cp1251")])
    ((_, call),) = table(one, "calls")
    wanted = {
        "started_at": "03.04.2025 10:01:05",
        "direction": "out",
        "employee_id": "Лариса Мухина",
        "wait_seconds": "8",
        "talk_seconds": "250",
    }
    assert {name: call[name] for name in wanted} == wanted and call["is_answered"] == "yes"


def test_all_shipped_mappings_are_tested():
    tested = {case[0] for case in test_shipped_mappings.pytestmark[0].args[1]}
    assert tested == {path.stem for path, _ in shipped()}


def test_a_mapping_is_kept_edited_and_read_again(tmp_path):
    path = csv(
        tmp_path,
        "выгрузка 2025-09.csv",
        "ID;Название сделки;Бюджет;Дата создания сделки;Этап сделки",
        "5;З;10;01.09.2025;Победа",
        "6;З;20;02.09.2025;Победа",
    )
    (one,) = plan([path])
    kept = keep(one)
    assert kept.name == "выгрузка.yml" and [row["status"] for _, row in table(one, "deals")] == ["open", "open"]
    kept.write_text(kept.read_text("utf-8").replace("status: {", "status: {words: {Победа: won}, ", 1), "utf-8")
    (again,) = plan([csv(tmp_path, "выгрузка 2025-10.csv", *path.read_text("utf-8").splitlines())])
    assert again.origin == kept and [row["status"] for _, row in table(again, "deals")] == ["won", "won"]
    assert "by the mapping" in told(again)
    assert keep(again) == kept and len(list(kept.parent.iterdir())) == 1


@pytest.mark.parametrize(
    ("text", "trouble"),
    [("name: x\ntables: {dealz: {columns: {}}}", "there is no entity dealz"),
     ("name: x\ntables: {deals: {columns: {sum: A}}}", "deals has no column sum"),
     ("name: x\ntables: {deals: {columns: {amount: {from: A, read: cents}}}}", "read"),
     ("name: x\nperiods: {columns: {A: весной}}\ntables: {targets: {columns: {value: <value>}}}", "весной is no month"),
     ("name: [", "is not YAML")],
)  # fmt: skip
def test_a_wrong_mapping_is_told(tmp_path, text, trouble):
    path = tmp_path / "m.yml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=trouble):
        read_mapping(path)
