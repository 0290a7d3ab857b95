"""Reports with groups, as 1C prints them: customers, their documents, the products of these."""

import pytest
from openpyxl import Workbook
from openpyxl.styles import Alignment

from flows.intake.plan import plan

HEAD = [["Продажи"], ["Период: 01.09.2026 - 30.09.2026"], []]
NAMES = [["Контрагент", "Количество", "Цена", "Стоимость продаж"], ["Документ реализации"], ["Номенклатура"]]
LINES = [  # the level, and the line; worked by hand: 200 + 75,50 = 275,50, the other customer bought for 40
    (0, ["ООО Заря", 5, None, "275,50"]),
    (1, ["Реализация товаров и услуг 00УТ-000007 от 10.09.2026 12:00:00", 2, None, "200,00"]),
    (2, ["Кабель", 1, 150, "150,00"]),
    (2, ["Вилка", 1, 50, "50,00"]),
    (1, ["Реализация товаров и услуг 00УТ-000008 от 11.09.2026 9:30:00", 3, None, "75,50"]),
    (2, ["Кабель", 3, 25.17, "75,50"]),
    (0, ["ИП Волков", 1, None, "40,00"]),
    (1, ["Реализация товаров и услуг 00УТ-000009 от 12.09.2026 18:00:00", 1, None, "40,00"]),
    (2, ["Розетка", 1, 40, "40,00"]),
]
TOTAL = ["Итого", 6, None, "315,50"]


def report(path, how: str, lines=LINES, total=TOTAL, names=NAMES):
    """A file whose levels are told by its outline, by indents, by blanks or by the sums alone."""
    if how == "text":
        rows = [*HEAD, *names, *([f"{'    ' * level}{line[0]}", *line[1:]] for level, line in lines), total]
        path = path.with_suffix(".csv")
        path.write_text(
            "\n".join(";".join(str(cell or "") for cell in [*row, None, None, None][:4]) for row in rows), "cp1251"
        )
        return path
    book = Workbook()
    sheet = book.active
    for row in (*HEAD, *names):
        sheet.append(row)
    for level, line in lines:
        sheet.append(line)
        if how == "outline":
            sheet.row_dimensions[sheet.max_row].outlineLevel = level
        elif how == "indent":
            sheet.cell(sheet.max_row, 1).alignment = Alignment(indent=2 * level)
    sheet.append(total)
    if how == "outline":  # the measures' names reach over the names of the levels
        for letter in "BCD":
            sheet.merge_cells(f"{letter}4:{letter}{3 + len(names)}")
    book.save(path)
    return path


@pytest.mark.parametrize("how", ["outline", "indent", "text", "sums"])
def test_innermost_lines_know_their_groups(tmp_path, how):
    (told,) = plan([report(tmp_path / "отчет.xlsx", how)])
    assert told.is_taken, told.problems
    orders, lines, customers = told.outcome.tables
    assert [(row[0], row[1], row[3]) for _, row in orders.rows] == [
        ("00УТ-000007", "10.09.2026 12:00:00", "200"),
        ("00УТ-000008", "11.09.2026 9:30:00", "75.5"),
        ("00УТ-000009", "12.09.2026 18:00:00", "40"),
    ]
    found = [dict(zip(lines.columns, row)) for _, row in lines.rows]
    assert [(one["order_id"], one["product_name"], one["quantity"]) for one in found] == [
        ("00УТ-000007", "Кабель", "1"),
        ("00УТ-000007", "Вилка", "1"),
        ("00УТ-000008", "Кабель", "3"),
        ("00УТ-000009", "Розетка", "1"),
    ]
    assert [line for line, _ in lines.rows] == [9, 10, 12, 15]  # as the user's program counts
    assert len(customers.rows) == 2
    assert how == "text" or "its lines add up to the total of Стоимость продаж, line 16" in told.notes


@pytest.mark.parametrize(
    "change, trouble",
    [
        (
            {"total": ["Итого", 6, None, "415,50"]},
            "add up to 315.5 of Стоимость продаж, and its total, line 16, says 415.5",
        ),
        ({"lines": [*LINES[:3], *LINES[4:]]}, "below line 8 do not add up to its Стоимость продаж"),
        ({"names": NAMES[:2]}, "its lines stand on 3 levels, and its head names 2: Контрагент, Документ реализации"),
    ],
    ids=["another total", "a lost line", "a level without a name"],
)
def test_a_report_that_does_not_add_up_is_not_taken(tmp_path, change, trouble):
    (told,) = plan([report(tmp_path / "отчет.xlsx", "outline", **change)])
    assert not told.is_taken
    assert any(trouble in problem for problem in told.problems), told.problems


def test_an_outline_of_a_list_makes_no_report_of_it(tmp_path):
    book = Workbook()
    sheet = book.active
    sheet.append(["Номер заказа", "Дата заказа", "Сумма"])
    for number in (1, 2, 3):
        sheet.append([number, "01.09.2026", 100 * number])
        sheet.row_dimensions[number + 1].outlineLevel = number % 2
    book.save(tmp_path / "заказы.xlsx")
    (told,) = plan([tmp_path / "заказы.xlsx"])
    assert told.is_taken and len(told.outcome.tables[0].rows) == 3
