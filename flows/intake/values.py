"""Values as programs print them, in the form that the contract wants: seconds, months, words, ids that are made or hidden."""

import calendar
import hashlib
import re
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache

from flows.base.errors import ConfigError
from flows.base.settings import Settings
from flows.intake.names import names, units_of, word
from raw_views.contact_key import Identifiers, KeyTrouble, contact_key

CLOCK = re.compile(r"(?:(\d+):)?(\d{1,3}):(\d{2})(?:[.,]\d+)?")
PARTS = re.compile(r"(\d+)\s*(ч|час\w*|h|hours?|hr|м|мин\w*|m|min\w*|с|сек\w*|s|sec\w*)\b\.?", re.IGNORECASE)
SECONDS = {"ч": 3600, "h": 3600, "м": 60, "m": 60, "с": 1, "s": 1}
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
DAY = re.compile(
    r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{1,2}-\d{1,2}(?:[ T]\d{1,2}:\d{2}.*)?|\d{1,2}[./]\d{1,2}[./]\d{4} .*"
)
PHONE = re.compile(r"\+?[\d\s()\-]{7,20}")


def number(text: str) -> Decimal | None:
    """A number as people write it: 1 234,50 ₽. None if it is none, or may be read in two ways."""
    bare = re.sub(r"[\s\u00a0\u202f'₽]|руб\.?|rub", "", text.strip(), flags=re.IGNORECASE)
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+\.\d+|-?\d{1,3}(,\d{3}){2,}", bare):
        bare = bare.replace(",", "")
    elif re.fullmatch(r"-?\d{1,3}(\.\d{3})+,\d+", bare):
        bare = bare.replace(".", "")
    try:
        return Decimal(bare.replace(",", "."))
    except InvalidOperation:
        return None


def shown(value: Decimal) -> str:
    """A number without an exponent and without noughts at its end."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def seconds(text: str) -> str | None:
    """A span of time in seconds: 00:01:34, 1:34, 1 мин 34 сек, 94. None if it is none."""
    text = text.strip()
    if clock := CLOCK.fullmatch(text):
        return str(int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + int(clock[3]))
    parts = PARTS.findall(text)
    if parts and not PARTS.sub("", text).strip(" ,"):
        return str(sum(int(count) * SECONDS[unit[0].lower()] for count, unit in parts))
    found = number(re.sub(r"\s*(сек\w*|с|sec|s)\.?$", "", text, flags=re.IGNORECASE))
    return None if found is None else shown(found)


def month_number(text: str) -> int | None:
    """Which month a word names, in full or by three letters and more: сентябрь, сентября, сен, сент. None if it names none."""
    return next(
        (
            no
            for no, forms in names()["months"].items()
            if len(text) > 2 and any(form.startswith(text) for form in forms)
        ),
        None,
    )


def month(text: str) -> str | None:
    """The first day of a month: сентябрь 2025, сен.25, 09.2025, 2025-09, 01.09.2025. None if it is none."""
    low = word(text)
    if found := re.fullmatch(r"(?:\d{1,2}\s)?([a-zа-я]{3,9})[.\s,-]*(?:(\d{4})|(\d{2}))(?:\s*г(?:ода)?)?", low):
        number_of = month_number(found[1])
        return f"{found[2] or '20' + found[3]}-{number_of:02}-01" if number_of else None
    if re.fullmatch(r"[2-7]\d{4}(?:[.,]\d+)?", low):  # a day as Excel counts it: 46266
        return (date(1899, 12, 30) + timedelta(days=int(low[:5]))).replace(day=1).isoformat()
    for pattern, year, place in (
        (r"(\d{4})[-./](\d{1,2})(?:[-./]\d{1,2})?(?:[ t].*)?", 1, 2),
        (r"(?:\d{1,2}[./-])?(\d{1,2})[./-](\d{4})(?:\s.*)?", 2, 1),
    ):
        if (found := re.fullmatch(pattern, low)) and 1 <= int(found[place]) <= 12:
            return f"{found[year]}-{int(found[place]):02}-01"
    return None


@lru_cache(maxsize=10_000)
def period_of(header: str) -> tuple[str, int | None, int] | None:
    """The period that a column is named after: (grain, year if it is told, number in the year); None if it is none.

    Read are январь 2026, план на янв. 26, 2026-01, 01.01.2026, 31.01.2026, 1 кв. 2026, Q1 2026, IV квартал, 2026 год.
    """
    text = word(units_of(header)[0])
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?:[ t].*)?", text):
        return _month(int(found[1]), int(found[2]), found[3])
    if found := re.fullmatch(r"(?:(\d{1,2})[./-])?(\d{1,2})[./-](\d{4})", text):
        return _month(int(found[3]), int(found[2]), found[1])
    parts = re.findall(r"\d+|[^\W\d_]+", text)
    parts = [part for part in parts if part not in names()["periods"]["beside"]]
    quarters = [part for part in parts if part in names()["periods"]["quarter"]]
    months = [told for part in parts if (told := month_number(part))]
    left = [part for part in parts if part not in quarters and not month_number(part)]
    if any(not part.isdigit() and not (quarters and part in ROMAN) for part in left) or len(quarters) + len(months) > 1:
        return None
    years = [int(part) for part in left if re.fullmatch(r"20\d\d", part)]
    rest = [ROMAN.get(part) or int(part) for part in left if not re.fullmatch(r"20\d\d", part)]
    if months:
        if rest == months:  # 1. Январь
            rest = []
        if not years and len(rest) == 1 and 20 <= rest[0] <= 99:  # янв.26
            years, rest = [2000 + rest[0]], []
        return ("month", years[0] if years else None, months[0]) if len(years) < 2 and not rest else None
    if quarters:
        if not years and len(rest) == 2 and 20 <= rest[1] <= 99:  # Q1'26
            years, rest = [2000 + rest[1]], rest[:1]
        is_one = len(rest) == 1 and 1 <= rest[0] <= 4 and len(years) < 2
        return ("quarter", years[0] if years else None, rest[0]) if is_one else None
    return ("year", years[0], 1) if len(years) == 1 and not rest else None


def _month(year: int, number: int, day: str | None) -> tuple[str, int, int] | None:
    """A month that is told by its first or its last day, or by no day; None for any other day."""
    if not 1 <= number <= 12 or not 2000 <= year < 2100:
        return None
    ends = (1, calendar.monthrange(year, number)[1])
    return ("month", year, number) if day is None or int(day) in ends else None


@cache
def _identifiers() -> Identifiers:
    try:
        return Identifiers(contact_key(Settings.read().folder))
    except KeyTrouble as error:
        raise ConfigError(str(error)) from None


def hashed(text: str) -> str:
    """What tells who a customer is and may not be in a mart (a name, a phone, an e-mail), as a hash with the secret of the installation.

    A number stays as it is: it is an id.
    """
    if looks_like_phone(text) and re.search(r"[+()\s-]|^[78]\d{10}$", text):
        told = "phone:" + re.sub(r"\D", "", text)[-10:]
    elif re.fullmatch(r"\d{1,18}", text):
        return text
    else:
        told = "name:" + word(text)
    return "c_" + _identifiers().of(told)[:20]


def made(texts: list[str]) -> str:
    """An id made of what tells a record apart. It says nothing of the texts: they are hashed with the installation's secret."""
    return "r_" + _identifiers().of("row:" + hashlib.sha256("\x1f".join(texts).encode()).hexdigest())[:20]


def looks_like_phone(text: str) -> bool:
    """Whether a text may be a phone number."""
    return bool(PHONE.fullmatch(text)) and 7 <= len(re.sub(r"\D", "", text)) <= 15
