"""Who has been erased, and the blanking of what raw files tell of them.

The register `<raw root>/.erased/register.json` names nobody: it holds what identifiers the contacts and records of an
erased person have with the installation's secret. Every load is blanked by it before it is seen, and every night blanks
what people have put into the raw root by hand. What is to be blanked is declared in **/staging/*/_*__sources.yml:

    person   of a table: the records (c: customer, l: lead, d: deal, o: order) that a row belongs to
    company  of a table: its rows are companies; a person's contact on one is blanked alone
    pii      of a column: phone, email, title (a test record stays one), or true for any other text
    pii_of   of a column: what it is where another column has a value (of the property PHONE, a phone)
    plain_of of a column: with which values of another column it tells nothing of a person

In a row of an erased person the personal columns are blanked, and so is every column that is not declared, for no figure
is made of it. A contact becomes `erased:` and its identifier, so that whatever was one person stays one. In all other rows
an erased contact itself becomes that, wherever it stands in a text, whatever the column. The person's name goes as a whole
from the texts of their own rows and of those of the companies that they act for: elsewhere it may be a namesake's.
"""

import csv
import gzip
import io
import json
import os
import re
import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import combinations, permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from flows.base.disk import sync
from flows.base.errors import ConfigError
from flows.base.project import seed, variables
from flows.base.settings import STAGING, Settings
from raw_views.contact_key import ERASED, Identifiers, KeyTrouble, contact_key
from raw_views.contacts import EMAIL_IN_TEXT, emails_in, phones_in
from raw_views.json_files import SUFFIXES as JSONS

if TYPE_CHECKING:
    import pyarrow as pa

KEPT = ("contacts", "records", "tied", "names")  # what the register keeps of a person
FOLDER, REGISTER, SEEN = ".erased", "register.json", "seen.json"
BLANK = "erased"  # what stands in a contact cell that told no contact that can be read
PHONE_IN_TEXT = re.compile(r"(?:\+|%2B)?\d(?:[\d ().+-]|%20|%28|%29){8,28}\d")
MAY_HOLD_CONTACT = r"@|%40|[0-9][0-9 ()+.%-]{8,}[0-9]"
NO_TEXT = re.compile(
    r"(?i)(^|[_:])(date|time|created|updated|modified)|(date|time)(_|$)|_at$|_on$|datetime|(^|_)ids?$|^_|amount|price"
)
CAMEL_ID = re.compile(r"I[dD]s?$|IDs?Hash$")
# What stands in columns of days and ids and is a time, or too long to be a phone: not worth a look.
NO_PHONE = r"^([0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9:.]+)?(Z|[+-][0-9:]{2,5})?|[0-9]{16,})$"
PHONE_NUMBERS = (10**9, 10**15)  # between which a number may be a phone
LOADERS_OWN = ("_loaded_at", "loaded_at", "_deleted")
HOMES = {  # where a record is at home: letter → entity, its key; other tables name it
    "c": ("customers", "customer_id"),
    "l": ("leads", "lead_id"),
    "d": ("deals", "deal_id"),
    "o": ("orders", "order_id"),
}
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BETWEEN = re.compile(r"[\s.,]{1,3}")
_CASE_ENDING = re.compile(r"(?:ами|ями|ого|его|ому|ему|ым|им|ом|ем|ой|ей|ою|ею|[аеиоуыэюяйь]+)$")


@dataclass(frozen=True)
class Rules:
    """What is declared of a raw table.

    Args:
        table: as the raw views match columns.
        person: (record's template, {column: value} under which it holds).
        is_company: its rows are companies, which a person's contact on them does not make the person's.
        kinds: what each personal column holds.
        kinds_of, plain_of: {column: (other column, …)}, see the module.
    """

    table: Any
    person: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    is_company: bool
    kinds: dict[str, str]
    kinds_of: dict[str, tuple[str, dict[str, str]]]
    plain_of: dict[str, tuple[str, set[str]]]


@cache
def declared() -> dict[tuple[str, str], Rules]:
    """The rules of every raw table, by source and table."""
    import yaml

    from raw_views.scan import Table

    settings = variables()
    quick = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    found: dict[tuple[str, str], Rules] = {}
    for path in sorted(path for folder in STAGING.values() for path in folder.glob("_*__sources.yml")):
        text = re.sub(
            r"\{\{ *var\(\\?[\"']+(\w+)\\?[\"']+\) *\}\}", lambda name: str(settings[name[1]]), path.read_text("utf-8")
        )
        for source in yaml.load(text, quick)["sources"]:
            for table in source["tables"]:
                found[source["name"], table["name"]] = _rules(source["name"], table, Table)
    return found


def _rules(source: str, table: dict[str, Any], kind: Callable[..., Any]) -> Rules:
    def meta(item: dict[str, Any]) -> dict[str, Any]:
        return item.get("config", {}).get("meta", {})

    columns = {column["name"]: meta(column) for column in table["columns"]}
    required = tuple(name for name, facts in columns.items() if facts.get("required"))
    also = tuple((name, tuple(facts["also"])) for name, facts in columns.items() if facts.get("also"))
    person = tuple((rule["record"], tuple(rule.get("if", {}).items())) for rule in meta(table).get("person", ()))
    kinds_of = {name: next(iter(facts["pii_of"].items())) for name, facts in columns.items() if "pii_of" in facts}
    plain_of = {name: next(iter(facts["plain_of"].items())) for name, facts in columns.items() if "plain_of" in facts}
    return Rules(
        kind(source, "", table["name"], tuple(columns), required, also, totals=tuple(variables()["total_words"])),
        person,
        bool(meta(table).get("company")),
        {name: "text" if facts["pii"] is True else facts["pii"] for name, facts in columns.items() if facts.get("pii")},
        {name: (other, {word.lower(): of for word, of in words.items()}) for name, (other, words) in kinds_of.items()},
        {name: (other, {word.lower() for word in words}) for name, (other, words) in plain_of.items()},
    )


@cache
def _placeholders() -> dict[str, re.Pattern[str]]:
    """What is no contact of anybody, by kind; it may stay."""
    words: dict[str, list[str]] = {"phone": [], "email": []}
    for row in seed("seed_placeholder_contacts"):
        words[row["kind"]].append("".join({"%": ".*", "_": "."}.get(sign, re.escape(sign)) for sign in row["pattern"]))
    return {kind: re.compile("|".join(patterns) or "(?!)", re.DOTALL) for kind, patterns in words.items()}


# --- the register ----------------------------------------------------------------------------------------------------


@dataclass
class Register:
    """The erased people of a raw root.

    Args:
        root: the raw root.
        people: for each: when it was asked for, when it was done, the identifiers of their contacts, of the names of their
            records, of those tied to theirs, and of their own names.
        cells: how many cells of which table have been blanked.
        identifiers: what makes identifiers.
    """

    root: Path
    people: list[dict[str, Any]]
    cells: dict[str, int]
    identifiers: Identifiers
    contacts: set[str] = field(default_factory=set)
    records: set[str] = field(default_factory=set)
    tied: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, root: Path, identifiers: Identifiers | None = None) -> "Register | None":
        """The register of a raw root; None where nobody was ever erased, unless `identifiers` are given.

        Raises:
            ConfigError: it can't be read, or was written with another secret: then nothing can be blanked by it.
        """
        path = root / FOLDER / REGISTER
        if not path.exists() and identifiers is None:
            return None
        try:
            content = json.loads(path.read_text("utf-8")) if path.exists() else {}
            identifiers = identifiers or Identifiers(contact_key(key_folder()))
        except (OSError, ValueError) as error:
            raise ConfigError(
                f"The register of erased people {path} can't be read ({type(error).__name__})", "Put it back"
            ) from None
        except KeyTrouble as trouble:
            raise ConfigError(str(trouble), "Erased people can't be told without it") from None
        if content and content["key"] != identifiers.of("key of the register"):
            raise ConfigError(
                f"The register of erased people {path} was written with another key of contact data",
                "Set KPI_CONTACT_KEY, or put the key's file back, as it was then",
            )
        one = cls(root, content.get("people", []), content.get("cells", {}), identifiers)
        one._gather()
        return one

    def _gather(self) -> None:
        for what in KEPT:
            setattr(self, what, {one for person in self.people for one in person.get(what, ())})

    def add(
        self,
        when: str,
        contacts: set[str],
        records: set[str],
        *,
        named: Iterable[str] = (),
        tied: Iterable[str] = (),
        names: Iterable[str] = (),
        marts: Iterable[str] = (),
    ) -> None:
        """Adds a person; whoever shares a contact or a record with a person who is there is the same.

        Args:
            when: it was asked for.
            contacts: identifiers of phones and addresses.
            records: names of records with their systems, like c:bitrix24:contact_17.
            named: names without a system, as files that say no system name these records.
            tied: names of records of others in whose texts the person's name goes too, with their systems.
            names: what the person is called.
            marts: names of the records in the marts, by which the person may be asked for again.
        """
        of = self.identifiers.of
        new = {
            "contacts": set(contacts),
            "records": {of(f"record {one}") for one in records}
            | {of(f"named {one}") for one in named}
            | {of(f"marts {one}") for one in marts},
            "tied": {of(f"record {one}") for one in tied},
            "names": {of(f"name {key}") for name in names for key in name_keys(name)},
        }
        for person in self.people:
            if new["records"] & set(person["records"]) or contacts & set(person["contacts"]):
                person |= {what: sorted(new[what] | set(person.get(what, ()))) for what in KEPT} | {"done_at": None}
                break
        else:
            self.people.append({"asked_at": when, "done_at": None} | {what: sorted(new[what]) for what in KEPT})
        self._gather()

    def count(self, table: str, cells: int) -> None:
        """Adds to the number of cells of a table that have been blanked."""
        self.cells[table] = self.cells.get(table, 0) + cells
        self.write()

    def done(self, when: str) -> None:
        """Everything that was asked for has been done."""
        for person in self.people:
            person["done_at"] = person["done_at"] or when
        self.write()

    def write(self) -> None:
        """Writes it in one step."""
        (self.root / FOLDER).mkdir(mode=0o700, exist_ok=True)
        content = {"key": self.identifiers.of("key of the register"), "people": self.people, "cells": self.cells}
        write_json(self.root / FOLDER / REGISTER, content)

    def is_erased(self, system: str, record: str, is_home: bool = True) -> bool:
        """Whether a record, c:17 of a system, is of an erased person.

        Args:
            system: with its account, as the models call it.
            record: its name in a raw file.
            is_home: whether the row is the record itself; other rows only name it, and those of files that say no system mean
                the one that had the id when the person was erased.
        """
        letter, _, number = record.partition(":")
        if not number:
            return False
        of = self.identifiers.of
        return of(f"record {letter}:{system}:{number}") in self.records or (
            not is_home and system == "files" and of(f"named {record}") in self.records
        )

    def is_tied(self, system: str, record: str) -> bool:
        """Whether a record is of a company that an erased person acts for."""
        letter, _, number = record.partition(":")
        return bool(number) and self.identifiers.of(f"record {letter}:{system}:{number}") in self.tied

    def without_names(self, text: str) -> str:
        """A text without the names of erased people: two words of one side by side, in any order and case, or one and an initial."""
        words = list(_WORD.finditer(text))
        gone: list[list[int]] = []
        for first, second in zip(words, words[1:]):
            if _BETWEEN.fullmatch(text, first.end(), second.start()):
                key = _name_key(_stem(first[0]), _stem(second[0]))
                if self.identifiers.of(f"name {key}") in self.names:
                    if gone and gone[-1][1] >= first.start():
                        gone[-1][1] = second.end()
                    else:
                        gone.append([first.start(), second.end()])
        for begin, end in reversed(gone):
            text = f"{text[:begin]}{BLANK}{text[end:]}"
        return text


def name_keys(name: str) -> set[str]:
    """How a name of several words may stand in a text: any two of its words, or one of them and an initial."""
    words = [_stem(word) for word in _WORD.findall(name)]
    words = [word for word in words if len(word) > 1]
    pairs = {_name_key(one, other) for one, other in combinations(words, 2)}
    return pairs | {_name_key(one, other[0]) for one, other in permutations(words, 2) if len(one) > 2}


def _name_key(one: str, other: str) -> str:
    return " ".join(sorted((one, other)))


def _stem(word: str) -> str:
    """A word without its case ending, as far as two letters stay."""
    word = word.lower().replace("ё", "е")
    stem = _CASE_ENDING.sub("", word)
    return stem if len(stem) > 1 else word


def key_folder() -> Path:
    """The folder beside whose warehouse the key lies."""
    return Settings.read().folder


def write_json(path: Path, content: Any) -> None:
    """Writes a file that only its owner reads, in one step."""
    new = path.with_name(f".{path.name}.new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        json.dump(content, stream, ensure_ascii=False, indent=1)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(new, path)


# --- cells and rows --------------------------------------------------------------------------------------------------


class Blanker:
    """Blanks the rows of one table by a register; counts the cells."""

    def __init__(self, register: Register, rules: Rules | None, source: str):
        self.register, self.rules, self.source = register, rules, source
        self.of, self.contacts = register.identifiers.of, register.contacts
        self.country = variables()["phone_default_country"]
        self.test_title = re.compile(variables()["test_record_title"])
        self.cell = lru_cache(maxsize=50_000)(self._cell)
        self.text = lru_cache(maxsize=50_000)(self._text)

    def table(self, table: "pa.Table") -> dict[str, list[str | None]]:
        """The columns of a table that change, as they are to be; text."""
        matched = self.rules.table.match(table.column_names) if self.rules else {}
        actual = {found: name for name, found in matched.items()}
        texts: dict[str, list[str | None]] = {}

        def values(name: str) -> list[str | None]:
            if name not in texts:
                texts[name] = as_texts(table[name])
            return texts[name]

        kinds = (
            {matched[name]: kind for name, kind in self.rules.kinds.items() if name in matched} if self.rules else {}
        )
        own, tied = self._own_rows(table, matched, kinds, values)
        changed: dict[str, list[str | None]] = {}
        for name in table.column_names:
            if name in LOADERS_OWN:
                continue
            kind = kinds.get(name) or ("text" if name not in actual else None)
            is_named = self.register.names and _is_text(table[name]) and kind not in ("phone", "email")
            rows = set(own) if kind else set()
            rows |= own | tied if is_named else set()
            rows |= set(self._may_hold(table[name], name, kind))
            new = {}
            for row in rows:
                value = values(name)[row]
                if value is None:
                    continue
                what = self._kind(actual.get(name), kind, matched, values, row)
                after = self._blanked(value, what) if row in own and what else self._elsewhere(value, what)
                if after and is_named and (row in own or row in tied):
                    after = self.register.without_names(after)
                if after != value:
                    new[row] = after
            if new:
                changed[name] = [new.get(row, value) for row, value in enumerate(values(name))]
        return changed

    def _own_rows(self, table, matched, kinds, values) -> tuple[set[int], set[int]]:
        """The rows of erased people: by the records that they name, or by their contacts; and those of their companies."""
        own: set[int] = set()
        tied: set[int] = set()
        for template, conditions in self.rules.person if self.rules else ():
            column = template[template.index("{") + 1 : template.index("}")]
            if column not in matched or any(other not in matched for other, _ in conditions):
                continue
            before, after = template.split("{")[0], template.split("}")[1]
            is_home = self.source != "files" or HOMES[before[0]] == (self.rules.table.name, column)
            for row, value in enumerate(values(matched[column])):
                if value is None or any(
                    (values(matched[other])[row] or "").strip().lower() != wanted.lower()
                    for other, wanted in conditions
                ):
                    continue
                system, record = self._system(matched, values, row), f"{before}{_whole(value)}{after}"
                if self.register.is_erased(system, record, is_home):
                    own.add(row)
                elif self.register.is_tied(system, record):
                    tied.add(row)
        for name, kind in kinds.items():
            if kind in ("phone", "email") and self.rules.person and not self.rules.is_company:
                companies = values(matched["kind"]) if "kind" in matched else None
                for row in self._may_hold(table[name], name, kind):
                    if row not in own and not (companies and (companies[row] or "").strip().lower() == "company"):
                        cell = values(name)[row]
                        if cell and any(self.of(one) in self.contacts for one in self._contacts(cell, kind)):
                            own.add(row)
        return own, tied - own

    def _system(self, matched, values, row) -> str:
        """The system that a row is of, as the models call it: of a file's row, what it says itself."""
        if self.source != "files":
            return self.source
        said = [values(matched[name])[row] if name in matched else None for name in ("source_system", "source_account")]
        return "/".join(filter(None, [(said[0] or "").strip() or "files", (said[1] or "").strip()]))

    def _may_hold(self, column: "pa.ChunkedArray", name: str, kind: str | None) -> Iterator[int]:
        """The rows in which a column may hold a contact."""
        import pyarrow as pa
        import pyarrow.compute as pc

        if kind in ("phone", "email"):
            found = pc.is_valid(column)
        elif _is_text(column):
            found = pc.match_substring_regex(column, MAY_HOLD_CONTACT)
            if NO_TEXT.search(name) or CAMEL_ID.search(name):
                found = pc.and_not(found, pc.match_substring_regex(column, NO_PHONE))
        elif pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
            least, most = (pa.scalar(float(one)) for one in PHONE_NUMBERS)
            number = pc.cast(column, pa.float64(), safe=False)
            found = pc.and_(pc.greater(number, least), pc.less(number, most))
        elif (
            pa.types.is_nested(column.type) or pa.types.is_binary(column.type) or pa.types.is_large_binary(column.type)
        ):
            texts = as_texts(column)
            return (row for row, text in enumerate(texts) if text and re.search(MAY_HOLD_CONTACT, text))
        else:
            return iter(())
        return iter(pc.indices_nonzero(pc.fill_null(found, False)).to_pylist())

    def _kind(self, column, kind, matched, values, row) -> str | None:
        for rules, plain in (
            ((self.rules.kinds_of, False), (self.rules.plain_of, True)) if self.rules and column else ()
        ):
            if column in rules:
                other, words = rules[column]
                word = (values(matched[other])[row] or "").strip().lower() if other in matched else ""
                if word in words:
                    return None if plain else words[word]
        return kind

    def _blanked(self, value: str, kind: str) -> str | None:
        """A cell of an erased person."""
        if kind == "title":
            return "test" if self.test_title.search(value.lower()) else None
        return self.cell(value, kind, True) if kind in ("phone", "email") else None

    def _elsewhere(self, value: str, kind: str | None) -> str:
        """A cell of somebody else's row, or of one that tells nothing of anybody: only an erased contact goes."""
        return self.cell(value, kind, False) if kind in ("phone", "email") else self.text(value)

    def _contacts(self, cell: str, kind: str) -> list[str]:
        return phones_in(cell, self.country) if kind == "phone" else emails_in(cell)

    def _cell(self, cell: str, kind: str, whole: bool) -> str:
        """A contact cell without the erased contacts or, if the whole is personal, without any."""
        found = self._contacts(cell, kind)
        if not found:
            return (BLANK if whole else self.text(cell)) if not ERASED.search(cell) else cell
        gone = [
            not ERASED.fullmatch(one)
            and (whole and not _placeholders()[kind].fullmatch(one) or self.of(one) in self.contacts)
            for one in found
        ]
        if not any(gone) and not (whole and not all(map(ERASED.fullmatch, found))):
            return cell
        plus = "+" if kind == "phone" else ""
        kept = [
            f"erased:{self.of(one)}" if out else one if ERASED.fullmatch(one) else plus + one
            for one, out in zip(found, gone)
        ]
        return kept[0] if len(kept) == 1 else json.dumps(kept)

    def _text(self, text: str) -> str:
        """A text with every erased contact in it replaced."""

        def email(match: re.Match[str]) -> str:
            return self._replaced(match[0], emails_in(unquote(match[0])))

        def phone(match: re.Match[str]) -> str:
            return self._replaced(match[0], phones_in(unquote(match[0]), self.country))

        return PHONE_IN_TEXT.sub(phone, EMAIL_IN_TEXT.sub(email, text))

    def _replaced(self, text: str, contacts: list[str]) -> str:
        gone = next((self.of(one) for one in contacts if self.of(one) in self.contacts), None)
        return f"erased:{gone}" if gone else text


def _is_text(column: "pa.ChunkedArray") -> bool:
    import pyarrow as pa

    return pa.types.is_string(column.type) or pa.types.is_large_string(column.type)


def _whole(value: str) -> str:
    """An id without the fraction that a table program gave it."""
    return re.sub(r"^(\d+)[.]0+$", r"\1", value.strip())


def as_texts(column: "pa.ChunkedArray") -> list[str | None]:
    """A column as the raw views read it: text."""
    import pyarrow as pa

    values = column.to_pylist()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return values
    return [None if value is None else _as_text(value) for value in values]


def _as_text(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else repr(value)
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


# --- files -----------------------------------------------------------------------------------------------------------


def blank_file(
    path: Path, source: str, table: str, register: Register, damaged: list[Path] | None = None
) -> tuple[int, Path | None]:
    """Makes a blanked copy of a raw file beside it, if it tells of an erased person.

    Args:
        path: the file, .parquet, .csv or JSON with a record in each line.
        source, table: what it is of.
        register: of the erased people.
        damaged: gets the file if it can't be read.

    Returns:
        How many cells change, and the copy, which is to be put in the file's place; None if there is nothing to blank.
    """
    import pyarrow as pa

    from raw_views.csv_files import Unreadable

    blanker = Blanker(register, declared().get((source, table)), source)
    new = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        try:
            low = path.name.lower()
            blank = _blank_csv if low.endswith(".csv") else _blank_json if low.endswith(JSONS) else _blank_parquet
            cells = blank(path, new, blanker)
            if cells:
                os.chmod(new, path.stat().st_mode & 0o777)
                sync(new)
                return cells, new
        except (pa.ArrowException, Unreadable):  # as readers will find; they leave it out
            if damaged is not None:
                damaged.append(path)
        new.unlink(missing_ok=True)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    return 0, None


def _blank_parquet(path: Path, new: Path, blanker: Blanker) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as parquet:
        groups = range(parquet.metadata.num_row_groups)
        changes = {group: blanker.table(parquet.read_row_group(group)) for group in groups}
        names = {name for columns in changes.values() for name in columns}
        if not names:
            return 0
        cells = 0
        schema = pa.schema([
            pa.field(one.name, pa.string() if one.name in names else one.type) for one in parquet.schema_arrow
        ])  # fmt: skip
        with pq.ParquetWriter(new, schema, compression="zstd") as writer:
            for group in groups:
                table = parquet.read_row_group(group)
                columns = []
                for one in schema:
                    if one.name not in names:
                        columns.append(table[one.name])
                        continue
                    before = as_texts(table[one.name])
                    after = changes[group].get(one.name, before)
                    cells += sum(was != now for was, now in zip(before, after))
                    columns.append(pa.array(after, pa.string()))
                writer.write_table(pa.table(columns, schema=schema))
    return cells


def _blank_csv(path: Path, new: Path, blanker: Blanker) -> int:
    """Only the records that tell of an erased person are written anew; all other lines stay as they are, to the byte."""
    import pyarrow.parquet as pq

    from raw_views import csv_files

    expected = blanker.rules.table.expected if blanker.rules else csv_files.Expected()
    try:
        done = csv_files.convert(path, path.name, new, expected)
        table = pq.read_table(new)
    finally:
        new.unlink(missing_ok=True)
    rows = table["_raw_row"].to_pylist()
    changed = blanker.table(table.drop_columns(["_raw_file", "_raw_row"]))
    by_line: dict[int, dict[str, str]] = {}
    for name, after in changed.items():
        for line, was, now in zip(rows, as_texts(table[name]), after):
            if was != now:
                by_line.setdefault(line, {})[name] = now or ""
    form, delimiter, names = csv_files.layout(path, expected)
    with form.opened(path) as stream:
        lines = stream.readlines()
    cells = sum(map(len, by_line.values()))
    for line, _ in done.rejects:  # a broken line is in no table: one that tells a contact goes as a whole
        if line and blanker.text(lines[line - 1]) != lines[line - 1]:
            lines[line - 1] = BLANK + _ending(lines[line - 1])
            cells += 1
    for line, values in by_line.items():
        source = csv.reader((lines[at] for at in range(line - 1, len(lines))), delimiter=delimiter, strict=True)
        fields = next(source)
        ends = lines[line + source.line_num - 2]
        for name, value in values.items():
            fields[names.index(name)] = value
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter, lineterminator="").writerow(fields)
        lines[line - 1 : line + source.line_num - 1] = [text.getvalue() + _ending(ends)] + [""] * (source.line_num - 1)
    if cells:
        with io.TextIOWrapper(open(new, "wb"), form.encoding, form.errors, newline="") as stream:
            stream.writelines(lines)
    return cells


def _blank_json(path: Path, new: Path, blanker: Blanker) -> int:
    """As `_blank_csv`, of JSON with a record in each line; a nested value that is blanked becomes text."""
    import pyarrow.parquet as pq

    from raw_views import json_files

    try:
        done = json_files.convert(path, path.name, new)
        table = pq.read_table(new)
    finally:
        new.unlink(missing_ok=True)
    rows = table["_raw_row"].to_pylist()
    by_line: dict[int, dict[str, str | None]] = {}
    for name, after in blanker.table(table.drop_columns(["_raw_file", "_raw_row"])).items():
        for line, was, now in zip(rows, as_texts(table[name]), after):
            if was != now:
                by_line.setdefault(line, {})[name] = now
    with json_files.opened(path) as stream:
        lines = stream.readlines()
    cells = sum(map(len, by_line.values()))
    for line, _ in done.rejects:  # a broken line is in no table: one that tells a contact goes as a whole
        text = lines[line - 1].decode("utf-8", "replace")
        if blanker.text(text) != text:
            lines[line - 1] = b"{}\n"
            cells += 1
    for line, values in by_line.items():
        record = (json_files.record_of(lines[line - 1]) or {}) | values
        lines[line - 1] = (
            json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"
        )
    if cells:
        with gzip.open(new, "wb") if path.name.lower().endswith(".gz") else open(new, "wb") as stream:
            stream.writelines(lines)
    return cells


def _ending(line: str) -> str:
    return line[len(line.rstrip("\r\n")) :]


def blank_new(files: list[Path], tree: Path, root: Path) -> None:
    """Blanks the files of a load that is about to be seen. Raises ConfigError if the register or the key can't be used."""
    if register := Register.read(root):
        for path in files:
            if place := _place(path.relative_to(tree)):
                _, new = blank_file(path, *place, register)
                if new:
                    os.replace(new, path)


def _place(inside: Path) -> tuple[str, str] | None:
    """Which source and table a file of a tree is of; None for what holds no data."""
    parts = inside.parts
    if len(parts) < 3 or not inside.name.lower().endswith((".parquet", ".csv", *JSONS)):
        return None
    return ("files", parts[1]) if parts[0] == ".originals" else (parts[0], parts[1])


def blank_root(
    root: Path, register: Register, left: list[Path], say: Callable[[str], None] = lambda text: None
) -> dict[str, int]:
    """Blanks every raw file of a raw root: of all trees, originals, leftovers of killed loads, and what lies there by hand.

    What killed loads left is removed where it has never been seen. A file that stands in several trees is one file on the disk and stays one. Each is replaced by a rename, and what was done is
    written into the register after each.

    Args:
        root: the raw root, standing still (`commit.standing_still`).
        register: of the erased people.
        left: the staging folders of killed loads.
        say: called with a line for each file.

    Returns:
        How many cells of which table were blanked.
    """
    cells: Counter[str] = Counter()
    damaged: list[Path] = []
    for folder in left:
        _drop_unfinished(folder)
    seen = _Seen(root, register)
    by_inode: dict[tuple[int, int], list[tuple[Path, tuple[str, str]]]] = {}
    for base in _bases(root, left):
        for path, place in _files(base):
            status = path.stat()
            if not seen.has(status):
                by_inode.setdefault((status.st_dev, status.st_ino), []).append((path, place))
    for places in by_inode.values():
        first, (source, table) = places[0]
        count, new = blank_file(first, source, table, register, damaged)
        if new:
            for path, _ in places[1:]:
                other = path.with_name(new.name)
                os.link(new, other)
                os.replace(other, path)
            os.replace(new, first)
            cells[f"{source}/{table}"] += count
            register.count(f"{source}/{table}", count)
            say(f"{source}/{table}: {count} cells")
        if first not in damaged:
            seen.add(first.stat())
    seen.write()
    for path in damaged:
        say(f"{path} can't be read, so nobody can tell whom it holds: repair it or remove it")
    return cells


def _drop_unfinished(folder: Path) -> None:
    """Removes from a killed load's folder what has never been seen, half-written files among it; the next load would."""
    shutil.rmtree(folder / "tree", ignore_errors=True)
    for path in folder.iterdir():
        if path.is_file() and path.name != "notes":
            path.unlink()


def _bases(root: Path, left: list[Path]) -> Iterator[Path]:
    """Every folder that holds `<source>/<table>/`."""
    yield from (root / ".trees").glob("*")
    for folder in left:
        yield from (folder / "adopted", folder / "was")
    yield root


def _files(base: Path) -> Iterator[tuple[Path, tuple[str, str]]]:
    for top in sorted(base.iterdir()) if base.is_dir() else ():
        if top.is_symlink() or not top.is_dir() or (top.name.startswith(".") and top.name != ".originals"):
            continue
        for folder, _, names in os.walk(top):
            for name in sorted(names):
                path = Path(folder, name)
                if name.startswith(".") and name.endswith(".tmp"):
                    path.unlink(missing_ok=True)  # what a killed blanking left
                elif (place := _place(path.relative_to(base))) and path.is_file() and not path.is_symlink():
                    yield path, place


class _Seen:
    """Which files have been looked through with this register."""

    def __init__(self, root: Path, register: Register):
        self.path = root / FOLDER / SEEN
        self.mark = register.identifiers.of(json.dumps([sorted(register.contacts), sorted(register.records)]))
        content: dict[str, Any] = {}
        with suppress(OSError, ValueError):
            content = json.loads(self.path.read_text("utf-8"))
        self.before = set(content.get("files", [])) if content.get("register") == self.mark else set()
        self.now: set[str] = set()

    def has(self, status: os.stat_result) -> bool:
        known = self._name(status) in self.before
        if known:
            self.now.add(self._name(status))
        return known

    def add(self, status: os.stat_result) -> None:
        self.now.add(self._name(status))

    def write(self) -> None:
        write_json(self.path, {"register": self.mark, "files": sorted(self.now)})

    @staticmethod
    def _name(status: os.stat_result) -> str:
        return f"{status.st_dev}-{status.st_ino}-{status.st_size}-{status.st_mtime_ns}"
