"""The gates take for a value of a type what the models read as one, as far as a pattern can tell."""

import duckdb
import pytest

from flows.gates.raw import PATTERNS

READ = {
    "money": [
        "1234.50", "-5", "+5", ".5", "1 234,50", "1\u00a0234,50 руб.", "84\u2009000,00 ₽", "144,000.00 RUB", "1'234.50", "(100,00)",
        "100,00-", "\u2212100,00", "-$100", "$ 1,234.50", "(100,00) ₽", "1e5",
    ],
    "number": ["12", "610\u202f000", "0,125", "(5)", "\u22125"],
    "percent": ["50", "50%", "50,00 %"],
    "timestamp": ["2026-01-31 22:30:00 UTC", "2026-01-31T22:30:00Z", "02.01.24 10:38:54", "11.01.2024, 09:27:02", "45298,815891204"],
    "date": ["2024-01-31T21:00:00Z", "1 января 2024 г.", "31/01/2026", "45302"],
}  # fmt: skip
UNREAD = {
    "money": ["договорная", "2026-01-31 22:30:00", "F", "5 тыс.", "12O 000,00"],
    "number": ["5 ₽", "abc"],
    "percent": ["a%"],
    "timestamp": ["N", "1234.50", "140"],
    "date": ["завтра", "1234.50"],
}


@pytest.mark.parametrize("kind", READ)
def test_what_the_models_read_is_no_alarm(kind):
    def fits(value: str) -> bool:
        return duckdb.execute(f"select regexp_full_match(?, '(?:{PATTERNS[kind]})')", [value]).fetchone()[0]

    assert [value for value in READ[kind] if not fits(value)] == []
    assert [value for value in UNREAD[kind] if fits(value)] == []
