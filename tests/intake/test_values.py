"""Single values: spans of time, months, numbers, words, names of columns, ids that are made or hidden."""

import pytest

from flows.intake import names
from flows.intake.values import hashed, made, month, number, seconds


@pytest.mark.parametrize(
    ("text", "told"),
    [("00:01:34", "94"), ("1:34", "94"), ("1:02:03", "3723"),
     ("1 мин 34 сек", "94"), ("2 ч 5 мин", "7500"), ("94", "94"), ("94 сек.", "94"), ("12,5", "12.5"),
     ("долго", None), ("00:01:34 и ещё", None)],
)  # fmt: skip
def test_seconds(text, told):
    assert seconds(text) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [("сентябрь 2025", "2025-09-01"), ("Сент. 2025", "2025-09-01"), ("мая 2025 г.", "2025-05-01"),
     ("март 2025", "2025-03-01"), ("янв.25", "2025-01-01"),
     ("September 2025", "2025-09-01"), ("09.2025", "2025-09-01"),
     ("2025-09", "2025-09-01"), ("15.09.2025", "2025-09-01"), ("2025-09-15 00:00:00", "2025-09-01"),
     ("13.2025", None), ("III квартал 2025", None), ("2025", None)],
)  # fmt: skip
def test_months(text, told):
    assert month(text) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [("1 234,50 ₽", "1234.50"), ("1,234,567.5", "1234567.5"), ("1.234,5", "1234.5"), ("-5", "-5"), ("пять", None)],
)
def test_numbers(text, told):
    assert (number(text) is None) if told is None else str(number(text)) == told


@pytest.mark.parametrize(
    ("entity", "header", "column", "times", "is_guess"),
    [("deals", "Дата создания сделки", "created_at", 1, False),
     ("deals", "СУММА, тыс. руб.", "amount", 1000, False),
     ("calls", "Длительность, мин", "talk_seconds", 60, False),
     ("ad_spend", "Расход (руб.)", "cost", 1, False),
     ("leads", "contact.phone", "phone", 1, False),
     ("deals", "OwnerId", "employee_id", 1, False),
     ("calls", "Сотрудник смены", "employee_id", 1, True),       # it begins like a known name
     ("deals", "Ответсвенный менеджер", "employee_id", 1, True)],  # a slip of the pen
)  # fmt: skip
def test_names_of_columns(entity, header, column, times, is_guess):
    found = names.meaning(entity, header)
    assert (found.column, found.times, found.is_guess) == (column, times, is_guess)


@pytest.mark.parametrize("header", ["Кем создана сделка", "Примечание", "CTR (%)", "Ср. цена клика (руб.)", "Теги"])
def test_names_that_mean_nothing(header):
    assert names.meaning("deals", header) is None and names.meaning("ad_spend", header) is None


def test_every_word_of_the_dictionary_belongs_to_the_contract():
    for entity, told in names.names()["entities"].items():
        assert set(told["columns"]) | set(told.get("made", ())) | set(told.get("constants", ())) <= set(
            names.columns_of(entity)
        ), entity
    every = {column for entity in names.contract() for column in names.columns_of(entity)}
    assert set(names.names()["columns"]) <= every
    for entity in names.contract().values():
        for column in entity.columns:
            no_records = names.names()["entities"].get(entity.name, {}).get("without", {}).get(column.name, ())
            meant = set(names.words(entity.name, column.name).values()) - set(no_records)
            assert not column.values or meant <= set(column.values), (entity.name, column.name)


def test_who_a_customer_is_stays_hidden():
    """A phone has one id however it is written, a name another; a number is an id already."""
    assert hashed("+7 (900) 123-45-67") == hashed("8 900 123-45-67") != hashed("8 900 123-45-68")
    assert hashed("ООО «Ромашка»") == hashed("ооо «ромашка» ") and "ромашка" not in hashed("ООО «Ромашка»").lower()
    assert hashed("501") == "501"
    assert made(["01.07.2025", "анна"]) == made(["01.07.2025", "анна"]) != made(["01.07.2025а", "нна"])
