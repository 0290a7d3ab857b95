"""The README's way for one's own data: exports of an amoCRM, a sales department and a 1C, made anew here, go to five answers by its commands."""

import os
import re
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from openpyxl import Workbook

from tests.warehouse import PROJECT

OLGA, TIMUR = "Ольга Ветрова", "Тимур Агеев"
# id, budget, who, created, closed, stage, company, phone, utm_source
DEALS = [
    (501, 100000, OLGA, "03.07.2025 10:00:00", "20.07.2025 12:00:00", "Успешно реализовано", "Завод Прогресс", "yandex"),
    (502, "200 000", OLGA, "08.07.2025 11:30:00", "15.08.2025 09:00:00", "Успешно реализовано", "ТД Полюс", "yandex"),
    (503, 300000, OLGA, "10.07.2025 15:00:00", "01.09.2025 16:00:00", "Успешно реализовано", "Кафе Утро", "vk"),
    (504, 80000, OLGA, "21.07.2025 12:00:00", "05.08.2025 10:00:00", "Закрыто и не реализовано", "Отель Берег", "yandex"),
    (505, 50000, TIMUR, "04.08.2025 10:00:00", "18.08.2025 10:00:00", "Успешно реализовано", "Школа 7", "vk"),
    (506, 90000, TIMUR, "11.08.2025 10:00:00", "12.09.2025 10:00:00", "Закрыто и не реализовано", "", "yandex"),
    (507, 70000, TIMUR, "02.09.2025 10:00:00", "не закрыта", "Счёт выставлен", "ИП Дроздов", "vk"),
]  # fmt: skip


def amocrm(folder: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["Выгрузка сделок, отдел продаж"])
    sheet.append([])
    sheet.append(
        ["ID", "Название сделки", "Бюджет", "Ответственный", "Дата создания сделки", "Кем создана сделка", "Дата закрытия", "Теги", "Этап сделки",
         "Воронка", "Полное имя контакта", "Компания", "Рабочий телефон", "utm_source", "utm_medium", "Примечание", "Примечание"]
    )  # fmt: skip
    for number, (deal, budget, who, created, closed, stage, company, source) in enumerate(DEALS):
        sheet.append(
            [deal, f"Заявка {deal}", budget, who, created, who, closed, "", stage, "Основная", f"Контакт {number}", company,
             f"+7 911 000-00-0{number}",
             source, "cpc", "", ""]
        )  # fmt: skip
    book.save(folder / "amocrm_export_2025-10-02.xlsx")


def department(folder: Path) -> None:
    book = Workbook()
    calls = book.active
    calls.title = "Журнал звонков"
    calls.append(["Звонки отдела, III квартал"])
    calls.append(
        [
            "Дата и время звонка (МСК)",
            "Сотрудник отдела",
            "Телефон абонента",
            "Тип звонка (вх/исх)",
            "Длительность разговора",
            "Результат звонка",
        ]
    )
    for day, who, kind, talk, result in [
        ("07.07.2025 10:05", OLGA, "входящий", "00:03:20", "принят"),
        ("08.07.2025 11:00", OLGA, "исходящий", "00:01:34", "принят"),
        ("09.07.2025 12:00", OLGA, "исходящий", "00:00:00", "нет ответа"),
        ("05.08.2025 09:30", TIMUR, "входящий", "00:00:40", "принят"),
        ("06.08.2025 09:40", TIMUR, "исходящий", "00:02:00", "принят"),
    ]:
        calls.append([day, who, "8 (911) 000-00-01", kind, talk, result])
    expenses = book.create_sheet("Затраты")
    expenses.append(["Месяц", "Статья расходов отдела", "Сумма, тыс. руб."])
    for month in ("июль 2025", "август 2025", "сентябрь 2025"):
        expenses.append([month, "Зарплата менеджеров", 150])
    expenses.append(["Итого", None, 450])
    book.save(folder / "Отдел.xlsx")


def one_c(folder: Path) -> None:
    lines = [
        "Реализация по покупателям",
        "Период: III квартал 2025 г.",
        "",
        "Дата документа;№ документа;Покупатель;Товар;Кол-во;Сумма, руб.;Себестоимость, руб.",
        "14.07.2025;РТ-00011;Столовая Лето;Стол обеденный;2;20 000,00;12 000,00",
        "14.07.2025;РТ-00011;Столовая Лето;Стул мягкий;8;24 000,00;16 000,00",
        "19.08.2025;РТ-00012;Дом отдыха Бор;Стул мягкий;10;30 000,00;20 000,00",
        "Итого по подразделению;;;;20;74 000,00;48 000,00",
        "Итого;;;;20;74 000,00;48 000,00",
    ]
    (folder / "Реализация 3 кв.csv").write_bytes("\r\n".join(lines).encode("cp1251"))


def ads(folder: Path) -> None:
    lines = [
        "День;Название кампании;Показы;Клики;Расход (руб.)",
        "05.07.2025;Поиск;900;30;6 000,00",
        "06.08.2025;Поиск;700;20;2 000,00",
    ]
    (folder / "Директ по дням.csv").write_text("\n".join([*lines, "Всего;;1600;50;8 000,00"]), "utf-8-sig")


def plans(folder: Path) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["План продаж отдела"])
    sheet.append(["Показатель", "Менеджер", "июль 2025", "август 2025", "сентябрь 2025", "Итого"])
    sheet.append(["Количество продаж", OLGA, 2, 1, 1, 4])
    sheet.append(["Количество продаж", TIMUR, None, 1, 1, 2])
    sheet.append(["Итого", None, 2, 2, 2, 6])
    book.save(folder / "План 2025.xlsx")


def own_data(readme: str) -> str:
    """The part of a README on one's own data."""
    parts = re.split(r"^## ", (PROJECT / readme).read_text("utf-8"), flags=re.MULTILINE)
    return next(part for part in parts if part.startswith(("Your own data", "Ваши данные")))


@pytest.fixture(scope="module")
def walked(tmp_path_factory):
    """What the README's commands and its questions print, one after the other, and the warehouse that they make."""
    home = tmp_path_factory.mktemp("home")
    exports = home / "exports"
    exports.mkdir()
    for make in (amocrm, department, one_c, ads, plans):
        make(exports)
    part = own_data("README.md")
    (home / "answers.py").write_text(re.search(r"```python\n(.*?)```", part, re.DOTALL)[1], "utf-8")
    commands = "".join(re.findall(r"```sh\n(.*?)```", part, re.DOTALL)).replace("uv run ", "")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KPI_")}
    environment |= {
        "HOME": str(home),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "DBT_TARGET_PATH": str(home / "target"),
        "DBT_LOG_PATH": str(home / "logs"),
        "DO_NOT_TRACK": "1",
    }
    script = f"set -e\n{commands}\npython {home}/answers.py\n"
    done = subprocess.run(["bash", "-c", script], cwd=PROJECT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-3000:]
    with duckdb.connect(str(home / "kpi" / "kpi.duckdb"), read_only=True) as warehouse:
        yield done.stdout, warehouse


def values(warehouse, kpi: str, dimension: str = "all") -> dict:
    query = """select dimension_value, round(value, 2) from marts.kpi_values where kpi_id = ? and dimension = ?
        and period_grain = 'quarter' and period_start = date '2025-07-01' and value <> 0"""
    return dict(warehouse.execute(query, [kpi, dimension]).fetchall())


def test_the_files_are_taken_whole(walked):
    printed, warehouse = walked
    assert "6 of 6 tables can be loaded." in printed and "6 of 6 tables loaded." in printed
    rows = dict(
        warehouse.execute("select table_name, sum(accepted_rows) from marts.source_tie_out group by 1").fetchall()
    )
    assert rows == {
        "deals": 7,
        "leads": 7,
        "customers": 9,
        "calls": 5,
        "expenses": 3,
        "orders": 2,
        "order_lines": 3,
        "ad_spend": 2,
        "targets": 5,
    }
    assert warehouse.execute("select count(*) from quality.rejected_rows").fetchall() == [(0,)]


def test_five_answers(walked):
    """Counted by hand from the exports above; a quarter of 2025 is complete on any day."""
    printed, warehouse = walked
    assert values(warehouse, "leads_new", "channel") == {"yandex_direct": 4, "vk_ads": 3}
    assert values(warehouse, "cpl", "channel")["yandex_direct"] == 2000  # 8 000 for 4 leads
    assert values(warehouse, "win_rate", "manager") == {OLGA: 0.75, TIMUR: 0.5}  # 3 of 4 and 1 of 2 deals that ended
    assert values(warehouse, "avg_deal_size", "manager") == {OLGA: 200000, TIMUR: 50000}
    assert values(warehouse, "revenue") == {"all": 650000 + 74000}  # four deals won, two documents of 1C
    assert values(warehouse, "gross_profit") == {"all": 74000 - 48000}
    products = values(warehouse, "revenue", "product")
    assert products["Стул мягкий"] == 54000 and products["Стол обеденный"] == 20000
    assert values(warehouse, "calls_count", "manager") == {OLGA: 3, TIMUR: 2}
    assert values(warehouse, "conversations_count", "manager") == {OLGA: 2, TIMUR: 1}  # of a minute and more
    # whoever is named in the CRM's export, in the log of calls and in the plan is one employee
    employees = warehouse.execute("select employee_id from marts.dim_employees order by 1").fetchall()
    assert employees == [(f"files:{OLGA}",), (f"files:{TIMUR}",)]
    for said in ("Which channels bring leads", "Стул мягкий", "yandex_direct: 4 leads meet a spend of 8,000"):
        assert said in printed


def test_the_pipeline_has_a_worth_without_a_table_of_stages(walked):
    """Deal 507 of 70 000 waits for the payment of an invoice: a proposal, half of which is won by default."""
    _, warehouse = walked
    worth = """select round(sum(weighted_amount), 2) from marts.pipeline_daily
        where event_date = (select max(event_date) from marts.pipeline_daily)"""
    assert warehouse.execute(worth).fetchone() == (35000,)
    found = "select subject from quality.findings where finding = 'stage whose chance of a win is supposed from its funnel step'"
    assert [subject.split(" = ")[1] for (subject,) in warehouse.execute(found).fetchall()] == ["0.5"]


def test_plans_of_months_meet_the_facts(walked):
    """Olga's plan of the quarter is 2 + 1 + 1 = 4 sales, Timur's 1 + 1 = 2; the whole is their 6, not the 12 with the totals.

    In September Timur sold nothing: his plan of one sale stands there beside 0.
    """
    _, warehouse = walked
    query = """select dimension_value, value, target_value from marts.kpi_values where kpi_id = 'sales_count' and dimension in ('manager', 'all')
        and period_grain = 'quarter' and period_start = date '2025-07-01' and target_value is not null"""
    found = {name: (value, target) for name, value, target in warehouse.execute(query).fetchall()}
    assert found == {OLGA: (3, 4), TIMUR: (1, 2), "all": (6, 6)}
    query = query.replace("quarter", "month").replace("2025-07-01", "2025-09-01")
    found = {name: (value, target) for name, value, target in warehouse.execute(query).fetchall()}
    assert found == {OLGA: (1, 1), TIMUR: (0, 1), "all": (1, 2)}


def test_status_says_what_is_missing(walked):
    printed, _ = walked
    why = next(part for part in printed.split("\n\n") if "without it: nps" in part)
    assert why.strip().splitlines()[0] == "No rows of reviews, survey_responses: marts.response_events is made of them"
    assert "vk_ads: 3 leads, and no ad spend" in printed
    assert "4 sales are deals, of 650,000" in printed and "2 sales are orders, of 74,000" in printed
    assert "0 of the orders name their deal" in printed
    assert "deals: 7 rows, 7 name a customer, 7 name a manager, 7 name a channel" in printed


def test_no_customer_is_named_in_what_is_printed_or_in_the_marts(walked):
    printed, warehouse = walked
    tables = [
        name
        for (name,) in warehouse.execute(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        ).fetchall()
    ]
    texts = [str(row) for table in tables for row in warehouse.execute(f"select * from marts.{table}").fetchall()]
    assert len(texts) > 1000
    for told in ("Контакт 5", "000-00-05", "Завод Прогресс", "Столовая Лето"):
        assert told not in printed
        assert not any(told in text for text in texts)


@pytest.mark.parametrize("readme", ["README.md", "README.ru.md"])
def test_a_readme_has_the_commands(readme):
    for command in ("kpi check ~/exports", "kpi import ~/exports", "dbt build", "kpi status", "python answers.py"):
        assert f"uv run {command}" in own_data(readme)
