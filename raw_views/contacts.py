"""The phone numbers and e-mail addresses that a cell of contact data tells, each in one spelling."""

import json
import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from html import unescape
from urllib.parse import unquote

import phonenumbers

from raw_views.contact_key import ERASED

# A cell is a multi-field of Bitrix24 ([{"VALUE": …}, …]), a list, or text with one or several contacts in it.
_MULTIFIELD = re.compile(r"""["']VALUE["']\s*:\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,}\]]+)""")
_LIST_ITEM = re.compile(r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,\[\]'"][^,\[\]'"]*""")

# A number is a run of digits with the signs that people group them by. A plus, a letter or any other sign ends it; what
# follows as an extension is too short to be a number.
_PHONE = re.compile(r"\+?\s*\(?\d[\d\s().·‐-―−-]*")
_GROUPING = re.compile(r"[^\d+]")
_ANY_PREFIX = re.compile(r"^00(?=[1-9])")
# What a table program makes of a long number: its last digits are gone (7.9E+10), or a fraction is added (79161112233.0).
_EXPONENT = re.compile(r"[+-]?\d+([.,]\d+)?[eе][+]?\d+", re.IGNORECASE)
_WHOLE = re.compile(r"^(\d+)[.,]0+$")
_NO_ADDRESS = r"\s@<>()\[\]{}\"',;:|/\\«»„“”‘’?&=*!#"
_EMAIL = re.compile(rf"[^{_NO_ADDRESS}]+@[^{_NO_ADDRESS}]+\.[^{_NO_ADDRESS}]*[^\W_]")

# In a text of other things: a number has its plus sign or country code, for ten digits alone are as often an id; and what stands in an
# address may be encoded.
EMAIL_IN_TEXT = re.compile(r"[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+")
_PHONE_FOR_SURE = re.compile(
    r"(?<![\w.+-])(?:(?:\+|%2B)\d(?:[ ().-]|%20|%28|%29){0,2}|[78][ (-]{0,2})\d(?:(?:[ ().-]|%20|%28|%29){0,2}\d){8,13}(?!\d)"
)


def phones_in(cell: str, country: str) -> list[str]:
    """The phone numbers in a cell, as digits in international form, each once and in their order.

    Args:
        cell: the text of the cell.
        country: the ISO code of the country that a number without an international prefix belongs to.

    Returns:
        The numbers that are as long as numbers of their country are; a short, a local or a damaged one is none.
    """
    numbers = [number for text in _texts(cell) for number in _erased(text) or _phones(text, country)]
    return list(dict.fromkeys(numbers))


def emails_in(cell: str) -> list[str]:
    """The e-mail addresses in a cell, in lower case, each once and in their order."""
    addresses = [address for text in _texts(cell) for address in _erased(text) or _emails(text)]
    return list(dict.fromkeys(addresses))


def _emails(text: str) -> list[str]:
    """The addresses in a text that a web page may have encoded: &lt;a@b.ru&gt;, a%40b.ru."""
    text = unescape(text)
    return _EMAIL.findall((unquote(text) if "%40" in text else text).lower())


def mask(text: str, country: str, identifier: Callable[[str], str]) -> str:
    """A text of a report without what looks like an e-mail address or a phone number.

    Args:
        text: the text.
        country: as for `phones_in`.
        identifier: what a contact is known by.

    Returns:
        The text with `contact:` and the identifier in the place of each, so that equal texts stay equal; of an erased contact too.
    """

    def one(match: re.Match[str]) -> str:
        found = emails_in(unquote(match[0])) or phones_in(unquote(match[0]), country)
        return f"contact:{identifier(found[0])}" if found else match[0]

    for pattern in (ERASED, EMAIL_IN_TEXT, _PHONE_FOR_SURE):
        text = pattern.sub(one, text)
    return text


def masked_contacts(identifier: Callable[[str], str]):
    """The SQL function of that name, over Arrow columns: `mask`."""

    def masked(texts, countries):
        import pyarrow as pa

        pairs = zip(texts.to_pylist(), countries.to_pylist())
        return pa.array([text and mask(text, country, identifier) for text, country in pairs], pa.string())

    return masked


def contact_values(kinds, cells, countries):
    """The SQL function, over Arrow columns: the numbers (kind `phone`) or addresses (kind `email`) in each cell."""
    import pyarrow as pa

    rows = zip(kinds.to_pylist(), cells.to_pylist(), countries.to_pylist())
    found = [phones_in(cell, country) if kind == "phone" else emails_in(cell) for kind, cell, country in rows]
    return pa.array(found, pa.list_(pa.string()))


def _erased(text: str) -> list[str]:
    """What stands where a contact was erased; it tells its identifier and nothing else."""
    return [found[0] for found in ERASED.finditer(text)]


def _phones(text: str, country: str) -> list[str]:
    return [number for run in _phone_runs(text) for number in _numbers(run, country)]


def _texts(cell: str) -> list[str]:
    """The texts that a cell holds: the values of a multi-field, the items of a list, or the cell itself."""
    cell = unicodedata.normalize("NFKC", cell).strip()
    if cell[:1] not in ("[", "{"):
        return [cell]
    return [_unquoted(item) for item in (_MULTIFIELD if "{" in cell else _LIST_ITEM).findall(cell)]


def _unquoted(item: str) -> str:
    if item[:1] == "'":
        return item[1:-1].replace("\\'", "'")
    if item[:1] != '"':
        return item
    try:
        return json.loads(item, strict=False)
    except ValueError:
        return item[1:-1]


def _phone_runs(text: str) -> list[str]:
    return [] if _EXPONENT.fullmatch(text) else _PHONE.findall(_WHOLE.sub(r"\1", text))


def _numbers(run: str, country: str) -> list[str]:
    """The number that a run of digits is or, where it is none, those that stand in it with only spaces between."""
    number = _number(run, country)
    if number or sum(sign.isdigit() for sign in run) < 2 * _usual_length(country):
        return [number] if number else []
    found: list[str] = []
    begun = ""
    for word in run.split():
        begun += word
        if number := _number(begun, country):
            found, begun = [*found, number], ""
    return found


def _number(run: str, country: str) -> str | None:
    return _parsed(_GROUPING.sub("", run), country)


@lru_cache(maxsize=100_000)
def _parsed(digits: str, country: str) -> str | None:
    try:
        number = phonenumbers.parse(_ANY_PREFIX.sub("+", digits), country, keep_raw_input=True)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    national = phonenumbers.national_significant_number(number)
    is_international = number.country_code_source in (
        phonenumbers.CountryCodeSource.FROM_NUMBER_WITH_PLUS_SIGN,
        phonenumbers.CountryCodeSource.FROM_NUMBER_WITH_IDD,
    )
    # that a number without a prefix is of this country is a guess: it is one of the country's ranges, or has its trunk or country code
    # before as many digits as is usual there, of which the first begins one of its ranges: 8 029 … of Belarus is no number of Russia
    is_national = phonenumbers.is_valid_number(number) or (
        len(digits) > len(national) == _usual_length(country) and _ranges(country).fullmatch(national) is not None
    )
    return f"{number.country_code}{national}" if is_international or is_national else None


@cache
def _usual_length(country: str) -> int:
    """How many digits a number of the country has, without its code."""
    return len(phonenumbers.national_significant_number(phonenumbers.example_number(country)))


@cache
def _ranges(country: str) -> re.Pattern[str]:
    """What numbers of the country, without its code, look like."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(country)
    return re.compile(metadata.general_desc.national_number_pattern)
