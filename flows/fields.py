"""Fields of one's own: the lines of `contract/fields.yml`, held to what can be made of them.

A line with a type is a column more of its entity, and of the models that follow from it (MODELS); a line without one tells which field
of a source fills a column that the contract has.  `flows.contract` writes what comes of them.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from flows.base.project import seed
from flows.base.settings import PROJECT
from flows.base.words import near

FIELDS = PROJECT / "contract" / "fields.yml"
NAME = re.compile(r"[a-z][a-z0-9_]*")
FIELD = re.compile(r"\w[\w.]*")
# type of a line → type of the contract
TYPES = {"text": "text", "list": "text", "number": "number", "money": "money", "date": "date", "boolean": "boolean"}
PERSONAL = ("phone", "email", "person", "name", "address", "passport", "birthday", "pii")  # types of personal data
SLICED = ("text", "list")
FILES_LOOKED_AT = 20  # of each raw table
KEYS = ("entity", "column", "type", "label", "dimension", "personal")
MARK = "# own fields of"  # in YAML, before the columns that lines bring to what is named
BROUGHT = re.compile(r"^.*  # own field\n", re.MULTILINE)
# words that SQL keeps for itself
RESERVED = frozenset(
    "all and any array as asc between by case cast check column constraint create cross current desc distinct do else end except exists"
    " false fetch for foreign from full grant group having in initially inner interval into is join lateral leading left like limit not"
    " null offset on only or order outer pivot primary qualify references right select some table then to trailing true union unique"
    " unpivot using values when where window with".split()
)
# The raw tables in which a source keeps an entity, and the contract's columns that its models leave to lines.
TABLES: dict[str, dict[str, tuple[str, ...]]] = {
    "bitrix24": {"deals": ("crm_deal",), "leads": ("crm_lead",), "customers": ("crm_contact", "crm_company")},
    "amocrm": {"deals": ("leads",), "customers": ("contacts", "companies")},
    "hubspot": {"deals": ("deals",), "customers": ("contacts", "companies")},
    "salesforce": {"deals": ("opportunity",), "leads": ("lead",), "customers": ("account", "contact")},
}
LEFT = {"bitrix24": {"deals": ("lost_reason", "order_id"), "leads": ("region",), "customers": ("region", "segment")}}
# The models that a field goes on to, with the entities whose fields they have: a lead's goes on to its deals, a customer's to all of theirs.
MODELS = {
    "dim_customers": ("customers",),
    "fct_leads": ("leads", "customers"),
    "fct_deals": ("deals", "leads", "customers"),
    "fct_sales": ("deals", "leads", "customers"),
    "lead_events": ("leads", "customers"),
    "deal_events": ("deals", "leads", "customers"),
    "sales_events": ("deals", "leads", "customers"),
}
ENTITIES = ("deals", "leads", "customers")


class ContractError(Exception):
    """The contract says something that nothing can be made of; tells where."""


@dataclass(frozen=True)
class Field:
    """A line.

    Attributes:
        line: its number in the file.
        entity: whose field it is.
        column: the column that it fills.
        type: its type, a key of TYPES; None for a column that the contract has.
        label: what it is, Russian and English; () without a type.
        is_dimension: whether the scorecard tells KPIs by it.
        fields: source → the name of the field there.
    """

    line: int
    entity: str
    column: str
    type: str | None
    label: tuple[str, ...]
    is_dimension: bool
    fields: dict[str, str]


@dataclass(frozen=True)
class Home:
    """A model or a raw table that gets columns by lines.

    Attributes:
        path: the YAML file that describes it; the columns of lines stand there below the words MARK and its name.
        name: the name of the model, or <source>/<table>.
        columns: the columns that it has without any line.
        personal: those of them that tell of a person.
    """

    path: Path
    name: str
    columns: frozenset[str]
    personal: frozenset[str]


Homes = Callable[[], Mapping[str, Home]]


def homes() -> dict[str, Home]:
    """The models and raw tables that get columns by lines, by their names."""
    found = {}
    for path in (path for part in ("models", "systems") for path in sorted((PROJECT / part).rglob("_*.yml"))):
        text = path.read_text("utf-8")
        if MARK not in text:
            continue
        told = yaml.load(BROUGHT.sub("", text), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        tables = {
            f"{source['name']}/{one['name']}": one for source in told.get("sources", ()) for one in source["tables"]
        }
        tables |= {one["name"]: one for one in told.get("models", ())}
        for name in re.findall(rf"^ *{MARK} (\S+)$", text, re.MULTILINE):
            told_of = {one["name"]: one.get("config", {}).get("meta", {}) for one in tables[name]["columns"]}
            found[name] = Home(
                path, name, frozenset(told_of), frozenset(one for one, meta in told_of.items() if meta.get("pii"))
            )
    return found


def own_fields(columns: Mapping[str, Collection[str]], homes: Homes) -> tuple[Field, ...]:
    """The lines of the file.

    Args:
        columns: entity → its columns by the contract.
        homes: tells the models and raw tables that get columns; asked only if a line brings one.

    Raises:
        ContractError: a line says something that nothing can be made of; names file, line and what may be meant.
    """
    text = FIELDS.read_text("utf-8")
    told = yaml.safe_load(text) or {}
    root = yaml.compose(text)
    nodes: list[yaml.Node] = (
        next((value.value for key, value in root.value if key.value == "fields"), []) if root else []
    )
    personal = told.get("personal_words") or []
    found: list[Field] = []
    for node, said in zip(nodes, told.get("fields") or [], strict=True):
        line = node.start_mark.line + 1
        if problem := next(_problems(said, columns, homes, personal), None):
            raise ContractError(f"{_place(line)}: {problem}")
        one = Field(
            line,
            said["entity"],
            said["column"],
            said.get("type"),
            tuple(said.get("label", ())),
            said.get("dimension", False),
            {source: said[source] for source in TABLES if source in said},
        )
        if problem := next(_disagreements(one, found), None):
            raise ContractError(f"{_place(line)}: {problem}")
        found.append(one)
    return tuple(found)


def asked(source: str, table: str, kind: str = "") -> list[str]:
    """The fields of a raw table that lines name, for a loader that must ask for each.

    Args:
        source, table: as TABLES has them.
        kind: only those of this type.
    """
    lines = (yaml.safe_load(FIELDS.read_text("utf-8")) or {}).get("fields") or []
    return [
        line[source]
        for line in lines
        if source in line and table in TABLES[source].get(line["entity"], ()) and kind in ("", line.get("type"))
    ]


def _place(line: int) -> str:
    return f"{FIELDS.parent.name}/{FIELDS.name}, line {line}"


def _problems(said: Any, columns: Mapping[str, Collection[str]], homes: Homes, personal: list[str]) -> Iterator[str]:
    """What is wrong with a line by itself; what comes first may make the rest impossible to tell."""
    if not isinstance(said, dict):
        yield "a line is {entity: …, column: …}"
        return
    for key in said:
        if key not in (*KEYS, *TABLES):
            yield f"{key} is no part of a line; {near(str(key), (*KEYS, *TABLES))}"
    for key, known in (("entity", ENTITIES), ("type", TYPES)):
        word = said.get(key)
        if key == "type" and (word is None or word in PERSONAL):
            continue
        if word not in known:
            yield f"{key} {word or 'is not told; it'} is none of {', '.join(known)}; {near(str(word), known)}"
    column = str(said.get("column", ""))
    if not NAME.fullmatch(column) or column in RESERVED:
        yield f"column {column or 'is not told; it'} is made of small Latin letters, digits and _, and is no word of SQL"
    for source in (source for source in TABLES if source in said):
        if not isinstance(said[source], str) or not FIELD.fullmatch(said[source]):
            yield f"{source} {said[source]} is no name of a field"
        if said["entity"] not in TABLES[source]:
            yield f"{source} has no fields of {said['entity']} of its own; it has those of {', '.join(TABLES[source])}"
    if said.get("type") in PERSONAL:
        yield f"{column} is of type {said['type']}, and personal data is not brought to the marts; no line may ask for it"
    yield from _own(said, column, columns, homes, personal) if "type" in said else _filling(said, column, columns)


def _own(
    said: dict[str, Any],
    column: str,
    columns: Mapping[str, Collection[str]],
    homes: Homes,
    personal: list[str],
) -> Iterator[str]:
    """What is wrong with a line that brings a new column."""
    entity = said["entity"]
    if column in columns[entity]:
        yield f"{entity} has a column {column} anyway; without a type, a line tells which field fills it"
    for model, entities in MODELS.items():
        if entity in entities and column in homes()[model].columns:
            yield f"{column} is a column of {model}, where the field would go too; give it another name"
    label = said.get("label")
    if not isinstance(label, list) or len(label) != 2 or not all(isinstance(one, str) and one.strip() for one in label):
        yield f"label of {column} is [Russian, English], both in words"
        return
    if not isinstance(said.get("dimension", False), bool) or not isinstance(said.get("personal", False), bool):
        yield "dimension and personal are true or false"
    if said.get("dimension") and said["type"] not in SLICED:
        yield f"{column} is of type {said['type']}; a dimension is of type {' or '.join(SLICED)}"
    if said.get("dimension") and column in dimensions():
        yield f"{column} is a dimension of the scorecard already; give the column another name"
    for source in (source for source in TABLES if source in said):
        for table in TABLES[source].get(entity, ()):
            if said[source] in homes()[f"{source}/{table}"].personal:
                yield f"{said[source]} of {source}/{table} is personal data, which is not brought to the marts"
    if said.get("personal") is False:
        return
    words = " ".join([column, *label, *(said[source] for source in TABLES if source in said)]).replace("_", " ").lower()
    beginning = next((word for word in personal if re.search(rf"(?<![\w-]){re.escape(word)}", words)), None)
    if said.get("personal") or beginning:
        why = (
            f"sounds like personal data ({beginning}); if it is none, say personal: false"
            if beginning
            else "is personal data"
        )
        yield f"{column} {why}, and personal data is not brought to the marts"


def _filling(said: dict[str, Any], column: str, columns: Mapping[str, Collection[str]]) -> Iterator[str]:
    """What is wrong with a line that fills a column of the contract."""
    entity = said["entity"]
    if strange := [key for key in ("label", "dimension", "personal") if key in said]:
        yield f"{strange[0]} stands beside a type; the column {column} has none"
    if column not in columns[entity]:
        yield f"{entity} has no column {column}, {near(column, columns[entity])} A new column needs a type"
    sources = [source for source in TABLES if source in said]
    if not sources:
        yield f"no source is named that fills {column}; it is one of {', '.join(TABLES)}"
    for source in sources:
        left = LEFT.get(source, {}).get(entity, ())
        if column not in left:
            yield f"{source} fills {entity}.{column} without a line; of {entity} it leaves {', '.join(left) or 'none'}"


def _disagreements(one: Field, others: list[Field]) -> Iterator[str]:
    for other in others:
        if (other.entity, other.column) == (one.entity, one.column):
            yield f"line {other.line} tells of {one.entity}.{one.column} already; one line names all its sources"
        elif other.column == one.column and other.type and one.type:
            if (other.type, other.label, other.is_dimension) != (one.type, one.label, one.is_dimension):
                yield f"{one.column} has another type, label or dimension in line {other.line}; what has one name is one thing"


def dimensions() -> set[str]:
    """The dimensions that the catalogue of KPIs names."""
    texts = (row["dimensions"] for name in ("catalogue", "companions") for row in seed(f"seed_kpi_{name}"))
    return {"all", *(word for text in texts for word in text.split())}


def unseen(lines: Collection[Field], raw_root: Path) -> Iterator[str]:
    """The fields that no file of their tables has, though there are files, a sentence each.

    Of each table the newest files are looked at: a field that is there now is in them.
    """
    for one in lines:
        for source, field in one.fields.items():
            named = {name: _columns(raw_root / source / name) for name in TABLES[source][one.entity]}
            columns = {column for found in named.values() for column in found}
            if columns and field.lower() not in {column.lower() for column in columns}:
                own = {column for column in columns if not column.startswith("_")}
                tables = " or ".join(f"{source}/{name}" for name in named)
                yield f"{_place(one.line)}: {field} is in no file of {tables} so far; {near(field, own)}"


def _columns(folder: Path) -> set[str]:
    """The columns of the newest files of a raw table."""
    import pyarrow.parquet as pq

    found: set[str] = set()
    files = [path for path in folder.rglob("*") if path.suffix in (".parquet", ".csv")] if folder.is_dir() else []
    for path in sorted(files, key=lambda path: path.stat().st_mtime)[-FILES_LOOKED_AT:]:
        with suppress(OSError, ValueError):  # of a damaged file the build tells
            if path.suffix == ".parquet":
                found |= set(pq.read_schema(path).names)
            else:
                head = path.open(encoding="utf-8-sig", errors="replace").readline()
                found |= {name.strip().strip('"') for name in re.split("[,;\t]", head)}
    return found


def own(fields: Collection[Field]) -> dict[str, dict[str, tuple[Field, list[str]]]]:
    """Of each model the columns that lines with a type bring: column → one of its lines, and the entities whose field it is, in the order
    in which they are asked."""
    made: dict[str, dict[str, tuple[Field, list[str]]]] = {}
    for model, entities in MODELS.items():
        made[model] = {}
        for entity in entities:
            for one in fields:
                if one.type and one.entity == entity:
                    made[model].setdefault(one.column, (one, []))[1].append(entity)
    return made
