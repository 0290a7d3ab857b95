"""Which entity a sheet holds and which of its columns are which, by the dictionary: a mapping, and what is not sure of it."""

import difflib
import re
from dataclasses import dataclass, field

from flows.base.project import variables
from flows.intake import names
from flows.intake.mapping import Column, Mapping, Table
from flows.intake.names import Meaning, contract, meaning, plain, rank_in, required_of, word, words
from flows.intake.periods import LAID, PERIOD, Periods, is_known_label, laid_out
from flows.intake.sheets import Sheet, is_total
from flows.intake.values import DAY, looks_like_phone, month, number

SAMPLE = 300  # rows that are looked at
CLOCK_ALONE = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
SEVERAL = ("phone", "email", "source_name")  # columns of which a file may have several, the first filled one counts
CLOSE = 0.75  # of the letters that two names have in common


@dataclass
class Recognised:
    """What a sheet was taken for.

    Attributes:
        entity: None where nothing fits.
        mapping: None where nothing fits.
        missing: required columns that no header was found for, with the headers that might be it.
        guessed: what was not told by the file and taken for granted, in plain words.
        rival: another entity that fits nearly as well.
        sheet: the sheet with its columns of periods laid out, where it has such.
    """

    entity: str | None
    mapping: Mapping | None
    missing: dict[str, list[str]] = field(default_factory=dict)
    guessed: list[str] = field(default_factory=list)
    rival: str | None = None
    sheet: Sheet | None = None


@dataclass
class _Found:
    """The headers that an entity's columns were found in, the surest first."""

    entity: str
    columns: dict[str, list[tuple[Meaning, str]]]
    companies: list[str]
    people: list[str]
    score: float
    missing: list[str]


def recognise(sheet: Sheet, hint: str | None = None) -> Recognised:
    """Recognises a sheet.

    Args:
        sheet: its header, its first rows, its title and the name of its file are looked at.
        hint: the entity, where somebody has told it.
    """
    if (laid := _laid(sheet, hint)) is not None:
        return laid
    found = [_found(sheet, entity) for entity in ([hint] if hint else names.names()["entities"])]
    if not hint:  # entities that no dictionary speaks of are known by the contract's own names
        found += [_found(sheet, entity) for entity in contract() if entity not in names.names()["entities"]]
    found = sorted((one for one in found if one.columns), key=lambda one: -one.score)
    if not found or not hint and found[0].score < 2.5:
        return Recognised(None, None, rival=found[0].entity if found else None)
    best = found[0]
    rival = next((one.entity for one in found[1:] if one.score > best.score - 0.75 and not one.missing), None)
    return _mapped(sheet, best, rival)


def _laid(sheet: Sheet, hint: str | None) -> Recognised | None:
    """What a table with a column a period holds: plans, or expenses if it is called so or has their columns. None if it is no such table."""
    wide, periods = sheet.wide or sheet, sheet.periods or Periods()
    laid = laid_out(wide, periods)
    may = [one for one in names.names()["periods"]["entities"] if hint in (None, one)]
    if laid is None or not may:
        return None
    found = max((_found(laid, entity) for entity in may), key=lambda one: one.score)
    if not hint and not _is_told(wide, found):
        return None
    if "period_grain" not in found.columns:
        laid = laid_out(wide, periods, only_months=True) or laid
    result = _mapped(laid, found, None)
    if found.entity == "expenses" and (times := laid.title_times) != 1:
        amount = result.mapping.tables["expenses"].columns["amount"]
        result.mapping.tables["expenses"].columns["amount"] = amount.model_copy(update={"times": times})
        result.guessed.append(f"the title names a unit: amount is multiplied by {times}")
    result.sheet, result.mapping.periods = laid, periods
    result.mapping.columns = [
        one for one in laid.header if one not in LAID and (is_known_label(one) or one in result.mapping.columns)
    ]
    return result


def _is_told(sheet: Sheet, found: _Found) -> bool:
    """Whether a table with a column a period says what it holds: what was sold, by months and managers, looks just like a plan."""
    words = {part for header in sheet.header for part in re.findall(r"\w+", header.casefold())}
    return (
        names.called(found.entity, sheet.path.stem, sheet.name, sheet.title, sheet.path.parent.name)
        or bool(words & {plain(one) for one in names.names()["entities"][found.entity]["called"]})
        or bool({"kpi_id", "category"} & found.columns.keys())
    )


def _found(sheet: Sheet, entity: str) -> _Found:
    columns: dict[str, list[tuple[Meaning, str]]] = {}
    for header in sheet.header:
        if header not in LAID and (told := meaning(entity, header)):
            if told.column == "phone" and not _mostly(sheet, header, looks_like_phone):
                continue
            columns.setdefault(told.column, []).append((told, header))
    for name, header in names.names()["periods"]["entities"].get(entity, {}).items() if sheet.wide else ():
        columns[name] = [(Meaning(name, 0), header)]
    for name in [name for name, pairs in columns.items() if not all(told.is_guess for told, _ in pairs)]:
        columns[name] = [pair for pair in columns[name] if not pair[0].is_guess]
    for pairs in columns.values():
        pairs.sort(key=lambda pair: pair[0].rank)
    used = {header for pairs in columns.values() for _, header in pairs}
    companies, people = (
        sorted(
            (one for one in sheet.header if one not in used and rank_in(part, one) is not None),
            key=lambda one: rank_in(part, one) or 0,
        )
        for part in ("companies", "people")
    )
    score = sum(0.5 if pairs[0][0].is_guess else 1.5 if pairs[0][0].rank < 1000 else 1.0 for pairs in columns.values())
    told = names.names()["entities"].get(entity, {})
    given = {*columns, *told.get("made", ()), *told.get("constants", ())}
    given |= {name for (of, name), by in DERIVED.items() if of == entity and by in columns}
    if _wants_customer(entity) and (companies or people):
        score += 1
        given.add("customer_id")
    missing = [name for name in required_of(entity) if name not in given and not _supplied(sheet, entity, name)]
    score += 3 * names.called(entity, sheet.path.stem, sheet.name) + 2 * names.called(entity, sheet.title)
    score += 3 * (plain(sheet.path.parent.name) == plain(entity))
    return _Found(entity, columns, companies, people, score - 2.5 * len(missing), missing)


def _wants_customer(entity: str) -> bool:
    return entity != "customers" and any(column.name == "customer_id" for column in contract()[entity].columns)


def _has_contacts(entity: str) -> bool:
    """Whether rows of an entity tell a phone or an address themselves, by which the models know whose they are."""
    return any(column.name in ("phone", "email") for column in contract()[entity].columns)


def _supplied(sheet: Sheet, entity: str, name: str) -> bool:
    """Whether a required column may be told by something else than a header of its own."""
    if _by_name(sheet, entity, name) is not None:
        return True
    return entity == "order_lines" and name == "line_no"


def _by_name(sheet: Sheet, entity: str, name: str) -> str | None:
    """What the names of a file and its sheet, or its title, say of a column that the sheet does not have."""
    return names.told_by_name(entity, name, sheet.path.stem, sheet.name, sheet.title)


def _mostly(sheet: Sheet, header: str, test, share: float = 0.6) -> bool:
    values = list(sheet.values(header, SAMPLE))
    return not values or sum(1 for value in values if test(value)) >= share * len(values)


def _mapped(sheet: Sheet, found: _Found, rival: str | None) -> Recognised:
    entity = found.entity
    result = Recognised(entity, None, rival=rival)
    columns = {name: _column(sheet, entity, name, pairs) for name, pairs in found.columns.items()}
    for name, pairs in found.columns.items():
        if pairs[0][0].is_guess:
            result.guessed.append(f"{pairs[0][1]} is taken for {name}")
    constants: dict[str, str] = {}
    by_name = False  # whether the file's name tells a column
    tables: dict[str, Table] = {}
    told = names.names()["entities"].get(entity, {})
    _derived(sheet, entity, columns)
    _parties(sheet, entity, columns)
    for name in required_of(entity):
        if name not in columns and (said := _by_name(sheet, entity, name)):
            constants[name] = said
            by_name = True
    for name, value in told.get("constants", {}).items():
        if name not in columns:
            constants[name] = str(value)
            result.guessed.append(f"{name} is taken for {value}")
    if (
        entity == "orders"
        and "paid_at" not in columns
        and constants.get("status") == "paid"
        and "created_at" in columns
    ):
        columns["paid_at"] = columns["created_at"].model_copy()
    customers = _customers(sheet, found, columns)
    for name, sources in told.get("made", {}).items():
        if name not in columns:
            made = [one for source in sources if source in columns for one in columns[source].source]
            made += (
                columns["customer_id"].source[:1]
                if "customer_id" in columns and entity in ("deals", "leads", "orders")
                else []
            )
            made += [header for header in sheet.header if names.is_in("titles", header) and header not in made]
            if len(made) == 1 and (alone := columns.get(told.get("made_alone", {}).get(name))):
                made += alone.source
            if made:
                columns[name] = Column.model_validate({"from": list(dict.fromkeys(made)), "read": "made"})
                result.guessed.append(f"{name} is made of {', '.join(columns[name].source)}, for no column tells it")
    lines = _lines(sheet, entity, columns)
    tables[entity] = Table(
        columns=_in_order(entity, columns),
        constants=constants,
        one_row_a_key=bool(lines) or entity in ("customers", "employees"),
        without={name: words for name, words in told.get("without", {}).items() if name in columns},
    )
    if lines:
        tables["order_lines"] = lines
    if customers:
        tables["customers"] = customers
    for name in required_of(entity):
        if name not in columns and name not in constants:
            result.missing[name] = _candidates(sheet, entity, name, columns)
    files = [_pattern(sheet)] if by_name else []
    needed = [one for name in required_of(entity) if name in columns for one in columns[name].source]
    result.mapping = Mapping(name=sheet.label, columns=list(dict.fromkeys(needed)), files=files, tables=tables)
    return result


def _pattern(sheet: Sheet) -> str:
    """A pattern for the names of files of the same platform."""
    stem = re.split(r"[\d_\-. ]*\d[\d_\-. ]*", sheet.label.rsplit(".", 1)[0])[0]
    return f"*{stem.strip(' _-') or sheet.path.stem}*".lower()


def _in_order(entity: str, columns: dict[str, Column]) -> dict[str, Column]:
    return {name: columns[name] for name in names.columns_of(entity) if name in columns}


def _column(sheet: Sheet, entity: str, name: str, pairs: list[tuple[Meaning, str]]) -> Column:
    kind = next((column for column in contract()[entity].columns if column.name == name), None)
    source = [header for _, header in pairs] if name in SEVERAL else [pairs[0][1]]
    told: dict = {"from": source}
    if kind and kind.reader == "timestamp":
        if clock := _clock_beside(sheet, source[0]):
            told |= {"from": [*clock], "join": " "}
    if name.endswith("_seconds"):
        told["read"] = "seconds"
    if PERIOD not in source and (entity == "expenses" and name == "month" or name == "period_start"):
        told["read"] = "month"
    if pairs[0][0].times != 1:
        told["times"] = pairs[0][0].times
    known = words(entity, name)
    is_list = kind is not None and (bool(kind.values) or kind.reader == "boolean")
    if known:
        seen = {value for header in source for value in sheet.values(header)} if len(known) else set()
        spoken = {value: known[word(value)] for value in sorted(seen) if word(value) in known}
        told["words"] = {value: meant for value, meant in spoken.items() if is_list or meant != value}
        if "*" in known:
            told["otherwise"] = known["*"]
    return Column.model_validate(told)


def _clock_beside(sheet: Sheet, header: str) -> tuple[str, str] | None:
    """The day and the time of a moment that stand in two columns."""
    days = [one for one in sheet.header if _all(sheet, one, r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d{1,2}-\d{1,2}")]
    clocks = [one for one in sheet.header if _all(sheet, one, CLOCK_ALONE.pattern) and names.is_in("clocks", one)]
    if header in days and clocks:
        return header, clocks[0]
    if header in clocks and (
        day := next((one for one in days if meaning("calls", one) or plain(one) in ("дата", "date")), None)
    ):
        return day, header
    return None


def _all(sheet: Sheet, header: str, pattern: str) -> bool:
    at = sheet.header.index(header)
    records = (cells for _, cells in sheet.rows[:SAMPLE] if not is_total(cells))
    values = [cells[at] for cells in records if cells[at]]
    return bool(values) and all(re.fullmatch(pattern, value) for value in values)


DERIVED = {  # what tells a column that has no header of its own
    ("deals", "status"): "stage_id",
    ("leads", "status_class"): "status",
    ("expenses", "kind"): "category",
}


def _derived(sheet: Sheet, entity: str, columns: dict[str, Column]) -> None:
    """A deal is won by its stage, a lead qualified by its status, an expense of a kind by its category."""
    for (of, name), by in DERIVED.items():
        if of == entity and by in columns and name not in columns:
            columns[name] = _column(sheet, entity, name, [(Meaning(name, 0), one) for one in columns[by].source])


def _parties(sheet: Sheet, entity: str, columns: dict[str, Column]) -> None:
    """Of who called and who was called, the direction tells which is the employee; without one, short numbers are colleagues."""
    told = names.names()["entities"].get(entity, {}).get("parties")
    sides = [next((one for one in sheet.header if plain(one) in map(plain, told[side])), None) for side in told or ()]
    if None in sides or not sides:
        return
    caller, called = sides
    extension = variables()["cdr_internal_numbers"].strip("^$")
    short = [value for one in sides for value in sheet.values(one, SAMPLE) if re.fullmatch(extension, value)]
    if "direction" not in columns and short:
        colleagues = {f"{extension} > {extension}": "internal", f"{extension} > .*": "out"}
        columns["direction"] = Column.model_validate(
            {"from": sides, "join": " > ", "patterns": colleagues, "otherwise": "in"}
        )
    if "direction" in columns:
        for name, incoming, outgoing in (("employee_id", called, caller), ("phone", caller, called)):
            own = [
                (told, one)
                for one in sheet.header
                if one not in sides and (told := meaning(entity, one)) and told.column == name
            ]
            if own:  # a column of the colleague's own says more than the number that rang
                columns[name] = _column(sheet, entity, name, sorted(own, key=lambda pair: pair[0].rank))
            elif name not in columns or columns[name].source[0] in sides:
                column = _column(sheet, entity, name, [(Meaning(name, 0), incoming)])
                columns[name] = column.model_copy(update={"instead": {"direction": {"out": [outgoing]}}})


def _customers(sheet: Sheet, found: _Found, columns: dict[str, Column]) -> Table | None:
    """The customers that a file of something else names, and the column that names them there."""
    entity = found.entity
    if not _wants_customer(entity):
        return None
    contacts = {}
    for name in ("phone", "email"):
        headers = [one for one in sheet.header if (told := meaning("customers", one)) and told.column == name]
        headers = [one for one in headers if name == "email" or _mostly(sheet, one, looks_like_phone)]
        if headers:
            contacts[name] = Column.model_validate({"from": headers})
    people = [one for one in found.people if not _mostly(sheet, one, looks_like_phone)]
    source = [*found.companies, *(one for column in contacts.values() for one in column.source), *people]
    if "customer_id" in columns:
        columns["customer_id"] = columns["customer_id"].model_copy(update={"read": "hashed"})
    elif found.companies or people or contacts and not _has_contacts(entity):
        columns["customer_id"] = Column.model_validate({"from": list(dict.fromkeys(source)), "read": "hashed"})
    if "customer_id" not in columns:
        return None
    own = {"customer_id": columns["customer_id"].model_copy()}
    if found.companies or people:
        own["name"] = Column.model_validate({"from": [*found.companies, *people]})
    own |= contacts
    if "region" in columns:
        own["region"] = columns["region"].model_copy()
    return Table(columns=own, one_row_a_key=True, only_if="customer_id")


LINE_COLUMNS = ("product_id", "product_name", "quantity", "cost")


def _lines(sheet: Sheet, entity: str, columns: dict[str, Column]) -> Table | None:
    """The lines of orders, where a file has a line for each product; the orders' amounts are then the sums of their lines."""
    if entity != "orders" or "order_id" not in columns:
        return None
    told = {}
    for name in LINE_COLUMNS:
        pairs = [
            (found, header)
            for header in sheet.header
            if (found := meaning("order_lines", header)) and found.column == name
        ]
        if pairs:
            told[name] = _column(sheet, "order_lines", name, sorted(pairs, key=lambda pair: pair[0].rank))
    if not {"product_id", "product_name"} & set(told):
        return None
    told.setdefault(
        "product_id", told.get("product_name", Column.model_validate({"from": sheet.header[:1]})).model_copy()
    )
    own = {"order_id": columns["order_id"].model_copy()}
    own["line_no"] = Column.model_validate({"from": columns["order_id"].source, "read": "line_no"})
    if "amount" in columns:
        own["amount"] = columns["amount"].model_copy()
        columns["amount"] = columns["amount"].model_copy(update={"read": "sum"})
    return Table(columns=_in_order("order_lines", {**own, **told}))


def _candidates(sheet: Sheet, entity: str, name: str, columns: dict[str, Column]) -> list[str]:
    """The headers that a missing column might stand under: by their names, then by their values."""
    used = {one for column in columns.values() for one in column.source}
    left = [header for header in sheet.header if header not in used] or sheet.header
    known = names.names_of(entity)
    spelt = [key for key, (column, _) in known.items() if column == name]
    close = [header for header in left if difflib.get_close_matches(plain(header), spelt, 1, CLOSE)]
    kind = next(column.reader for column in contract()[entity].columns if column.name == name)
    tests = {"date": DAY.fullmatch, "timestamp": DAY.fullmatch, "money": number, "number": number, "integer": number}
    test = month if name in ("month", "period_start") else tests.get(kind)
    fitting = [
        header for header in left if test and any(sheet.values(header, SAMPLE)) and _mostly(sheet, header, test, 0.8)
    ]
    return list(dict.fromkeys([*close, *fitting]))[:4]
