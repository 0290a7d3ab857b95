"""The dictionary: which column of the contract a header of another program names, and what its values mean."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from flows.base.project import seed
from flows.contract import EVERY_ROW, Entity, entities, own_fields
from raw_views.csv_files import composed

FOLDER = Path(__file__).parent
LONG_WORD, NEARLY = 6, 0.88  # letters of a name that may be guessed by; how near a misspelt one must be, of 1
JOINED = " › "  # between the names of a header over two lines
ENDING = 3  # letters by which a word may differ in another case: заказ, заказа
GUESSED = 5000  # added to the rank of a guess
LOADERS = ("loaded_at", "is_deleted")  # columns that any entity may have beside those of the contract


@lru_cache(maxsize=100_000)
def plain(name: str) -> str:
    """The letters and digits of a name in small letters; ё is е."""
    return re.sub(r"[\W_]+", "", composed(name).casefold().replace("ё", "е").replace("№", "номер"))


@cache
def contract() -> dict[str, Entity]:
    """The entities of the contract by their names."""
    return {entity.name: entity for entity in entities()}


def columns_of(entity: str) -> tuple[str, ...]:
    """All columns that a file of an entity may have."""
    return (*EVERY_ROW, *(column.name for column in contract()[entity].columns), *LOADERS)


def required_of(entity: str) -> list[str]:
    """The columns that each row of an entity must have."""
    return [column.name for column in contract()[entity].columns if "required" in column.flags]


@cache
def _read(name: str) -> dict[str, Any]:
    return yaml.safe_load((FOLDER / name).read_text("utf-8"))


def names() -> dict[str, Any]:
    """The file names.yml as it stands."""
    return _read("names.yml")


@dataclass(frozen=True)
class Meaning:
    """What a header means in an entity.

    Attributes:
        column: the column of the contract.
        rank: the less, the surer: names of the entity's own come before those that any entity has, early ones before late ones.
        times: by how much the unit in the header multiplies its numbers.
        is_guess: the header only begins like a known name, or is nearly spelt like one.
    """

    column: str
    rank: int
    times: int = 1
    is_guess: bool = False


@cache
def _units() -> re.Pattern[str]:
    units = "|".join(re.escape(unit).replace(r"\ ", r"\W*") for unit in sorted(names()["units"], key=len, reverse=True))
    return re.compile(rf"(.*?\w\)?)[\s,;(\[]+({units})[.)\]\s]*", re.IGNORECASE)


@lru_cache(maxsize=20_000)
def units_of(header: str) -> tuple[str, int]:
    """A header without the units behind its name, and the factor of them: Январь, тыс. руб. → (Январь, 1000)."""
    return [(header, 1), *_without_units(header)][-1]


def _without_units(header: str) -> Iterator[tuple[str, int]]:
    """A header with one unit after the other taken off its end, and the factor of all that are off."""
    name, times = header, 1
    while unit := _units().fullmatch(name.strip()):
        name = unit[1]
        times *= next(
            value
            for key, value in names()["units"].items()
            if plain(key) == plain(unit[2]) or key == unit[2].strip(".")
        )
        yield name, times


@lru_cache(maxsize=20_000)
def spellings(header: str) -> list[tuple[str, int]]:
    """How a header may be looked up, the fullest first: (letters and digits, the factor of the unit that was left out)."""
    found = [(plain(name), times) for name, times in [(header, 1), *_without_units(header)]]
    name, times = units_of(header)
    bare = re.sub(r"\s*[(\[].*?[)\]]\s*$", "", name)
    found.append((plain(bare), times))
    if re.fullmatch(r"[\w.]+\.\w+", name):  # a nested field: contact.phone
        found.append((plain(name.rsplit(".", 1)[1]), times))
    words = bare.split()
    if len(words) > 1 and plain(words[0]) in {
        plain(word) for word in names()["before"]
    }:  # forms ask for it: Ваш телефон
        words = words[1:]
        found.append((plain(" ".join(words)), times))
    if len(words) > 1 and plain(words[-1]) in {plain(word) for word in names()["of"]}:
        found.append((plain(" ".join(words[:-1])), times))
    if JOINED in header:
        found += _joined(*header.split(JOINED, 1))
    return [pair for pair in dict.fromkeys(found) if pair[0]]


def _joined(group: str, own: str) -> list[tuple[str, int]]:
    """How a column of a group may be looked up: «Заказ › Номер» as «номер заказа», by its own name, by that of its group.

    Where the group is a customer, a name that any thing may have is the customer's.
    """
    name, times = units_of(own)
    stem = plain(name) + re.sub(r"[аеиойуыьюя]+$", "", plain(group))
    whole = sorted(one for one in _all_names() if one.startswith(stem) and len(one) - len(stem) <= ENDING)
    is_party = any(
        spelling in map(plain, (*names()["companies"], *names()["people"])) for spelling, _ in spellings(group)
    )
    alone = [] if is_party and plain(name) in map(plain, names()["titles"]) else spellings(own)
    return [*((one, times) for one in whole), *alone, *((one, times * factor) for one, factor in spellings(group))]


def found_in(header: list[str]) -> dict[str, tuple[str, int]]:
    """Every spelling of the names of a header, full names first: letters and digits → (name, factor of its unit)."""
    found: dict[str, tuple[str, int]] = {}
    each = [(name, spellings(name)) for name in header]
    for place in range(max((len(told) for _, told in each), default=0)):
        for name, told in each:
            for spelling, times in told[place : place + 1]:
                found.setdefault(spelling, (name, times))
    return found


@cache
def names_of(entity: str) -> dict[str, tuple[str, int]]:
    """Letters and digits of every name that an entity's columns have, with the column and its rank."""
    known: dict[str, tuple[str, int]] = {plain(column): (column, 0) for column in columns_of(entity)}
    own = names()["entities"].get(entity, {}).get("columns", {})
    own = {one.column: list(one.label) for one in own_fields() if one.entity == entity and one.label} | own
    common = {column: words for column, words in names()["columns"].items() if column in columns_of(entity)}
    for start, lists in ((1, own), (1000, common)):
        for column, words in lists.items():
            for rank, word in enumerate(words):
                known.setdefault(plain(str(word)), (column, start + rank))
    return known


@lru_cache(maxsize=100_000)
def meaning(entity: str, header: str) -> Meaning | None:
    """What a header means in an entity; None if no name is known."""
    known = names_of(entity)
    for loss, (spelling, times) in enumerate(spellings(header)):
        if spelling in known:
            column, rank = known[spelling]
            return Meaning(column, rank + loss, times)
    if (near := _near(header, tuple(known))) is not None:
        column, rank = known[near]
        return Meaning(column, GUESSED + rank, spellings(header)[-1][1], True)
    return None


def _near(header: str, known: tuple[str, ...]) -> str | None:
    """The known name that a header begins with, or is misspelt for; short and common words are not enough to go by."""
    parts = re.findall(r"\w+", header.replace("ё", "е"))
    for length in range(len(parts) - 1, 0, -1):
        name = plain(" ".join(parts[:length]))
        if name in known and len(name) >= LONG_WORD and name not in map(plain, names()["common"]):
            return name
    spelt = plain(header)
    close = difflib.get_close_matches(spelt, known, 1, NEARLY) if len(spelt) >= LONG_WORD else []
    return close[0] if close else None


def rank_in(part: str, header: str) -> int | None:
    """The rank of a header in a list of names.yml, companies or people; None if it is not there."""
    listed = [plain(word) for word in names()[part]]
    exact = next((listed.index(spelling) for spelling, _ in spellings(header) if spelling in listed), None)
    near = _near(header, tuple(listed)) if exact is None else None
    return exact if near is None else len(listed) + listed.index(near)


def is_in(part: str, header: str) -> bool:
    """Whether a header is one of a list of names.yml, letter by letter but for case and blanks: titles or clocks."""
    return plain(header) in {plain(word) for word in names()[part]}


@cache
def _all_names() -> frozenset[str]:
    known = {name for entity in contract() for name in names_of(entity)}
    return frozenset(known | {plain(word) for part in ("companies", "people") for word in names()[part]})


def knows(header: str) -> bool:
    """Whether a header is a name of any column."""
    return any(spelling in _all_names() for spelling, _ in spellings(header))


def instead_of(header: list[str]) -> str | None:
    """What to bring in place of a table that no entity can be made of; None if it is not known."""
    there = {spelling for name in header for spelling, _ in spellings(name)}
    for told in names()["instead"]:
        if all({plain(one) for one in some} & there for some in told["columns"]):
            return " ".join(told["say"].split())
    return None


@lru_cache(maxsize=100_000)
def word(text: str) -> str:
    """A value as words are compared: small letters, single blanks, no signs at its ends; ё is е."""
    return re.sub(r"\s+", " ", composed(text).casefold().replace("ё", "е")).strip(" .,;:!?\"'«»()")


@cache
def words(entity: str, column: str) -> dict[str, str]:
    """What the values of a column mean, by `word`; "*" is any other. Empty where a column has no words of its own."""
    told = _read("values.yml")
    found = told.get(f"{entity}.{column}", told.get(column, {}))
    found = told[found] if isinstance(found, str) else found  # the words of another column
    listed = {word(str(one)): meant for meant, many in found.items() if meant != "*" for one in many}
    if column == "kpi_id":
        listed = _kpis() | listed
    return listed | ({"*": found["*"]} if "*" in found else {})


@cache
def _kpis() -> dict[str, str]:
    """The ids and names of all KPIs, by `word`, and their ids."""
    rows = seed("seed_kpi_catalogue")
    return {word(row[name]): row["kpi_id"] for name in ("name_en", "name_ru", "kpi_id") for row in rows}


def _spoken(text: str) -> str:
    return re.sub(r"[\W_]+", " ", composed(text).casefold().replace("ё", "е")).strip()


def called(entity: str, *texts: str) -> bool:
    """Whether a file's, folder's or sheet's name, or a title, says that it holds an entity."""
    own = [entity, *map(str, names()["entities"].get(entity, {}).get("called", ()))]
    told = " ".join(map(_spoken, texts))
    return any(re.search(rf"\b{_spoken(name)}\b", told) for name in own)


def told_by_name(entity: str, column: str, *texts: str) -> str | None:
    """What a file's name or its title says of a column that the file itself does not have: of spend its platform."""
    told = " ".join(texts).casefold()
    for value, marks in names()["by_name"].get(f"{entity}.{column}", {}).items():
        if any(re.search(rf"(?<![^\W_]){re.escape(mark)}", told) for mark in marks):
            return value
    return None
