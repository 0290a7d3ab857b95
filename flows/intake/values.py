"""Values as programs print them, in the form that the contract wants: seconds, months, words, ids that are made or hidden."""

import hashlib
import re
from decimal import Decimal, InvalidOperation
from functools import cache

from flows.base.errors import ConfigError
from flows.base.settings import Settings
from flows.intake.names import names, word
from raw_views.contact_key import Identifiers, KeyTrouble, contact_key

CLOCK = re.compile(r"(?:(\d+):)?(\d{1,3}):(\d{2})(?:[.,]\d+)?")
PARTS = re.compile(r"(\d+)\s*(ч|час\w*|h|hours?|hr|м|мин\w*|m|min\w*|с|сек\w*|s|sec\w*)\b\.?", re.IGNORECASE)
SECONDS = {"ч": 3600, "h": 3600, "м": 60, "m": 60, "с": 1, "s": 1}
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


def month(text: str) -> str | None:
    """The first day of a month: сентябрь 2025, сен.25, 09.2025, 2025-09, 01.09.2025. None if it is none."""
    low = word(text)
    if found := re.fullmatch(r"(?:\d{1,2}\s)?([a-zа-я]{3,9})[.\s,-]*(?:(\d{4})|(\d{2}))(?:\s*г(?:ода)?)?", low):
        number_of = next((no for no, starts in names()["months"].items() if found[1].startswith(tuple(starts))), None)
        return f"{found[2] or '20' + found[3]}-{number_of:02}-01" if number_of else None
    for pattern, year, place in (
        (r"(\d{4})[-./](\d{1,2})(?:[-./]\d{1,2})?(?:[ t].*)?", 1, 2),
        (r"(?:\d{1,2}[./-])?(\d{1,2})[./-](\d{4})(?:\s.*)?", 2, 1),
    ):
        if (found := re.fullmatch(pattern, low)) and 1 <= int(found[place]) <= 12:
            return f"{found[year]}-{int(found[place]):02}-01"
    return None


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
